"""Read a matrix from a table of text: a square one, or a long one with a row per pair."""

import re
from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from alignment.artifacts.errors import InputError
from alignment.datasets.cell_text import composed, is_number, is_text
from alignment.datasets.cells import numbers, read_cells
from alignment.datasets.long_tables import PAIR_COLUMNS, read_long
from alignment.datasets.picture_names import without_suffix
from alignment.datasets.raw_matrices import RawMatrices


def read_table(
    path: Path,
    n_images: int,
    both_orders: bool,
    columns: Mapping[str, str] | None = None,
    repeats: str | None = None,
) -> RawMatrices:
    """Read a table of judgments, a square one or a long one.

    A square table may have names in a header row, in the first column, in both or in neither.

    Parameters
    ----------
    path : path
    n_images : int
    both_orders, columns, repeats : see `alignment.datasets.long_tables.read_long`

    Raises
    ------
    InputError
        If the file is no such table, or a cell is no number, or a pair is given twice, or it cannot
        be told which columns are meant.
    """
    cells = read_cells(path)
    long = read_long(cells, path, both_orders, columns, repeats)
    if long:
        return long
    if repeats:
        raise InputError(
            f"{path}: repeats is for tables with a row for each pair, and this is a square one: "
            "leave it out."
        )
    return _read_square(cells, n_images, path)


def _read_square(cells: pd.DataFrame, n_images: int, path: Path) -> RawMatrices:
    n_rows, n_columns = cells.shape
    top, left = cells.iloc[0, 1:], cells.iloc[1:, 0]
    if n_rows != n_columns and any(map(is_text, top)) and any(map(is_text, left)):
        raise InputError(
            f"{path} has {n_rows - 1} rows and {n_columns - 1} columns beside its names: it must "
            f"be square, {_or_long()}."
        )
    if abs(n_rows - n_columns) > 1:
        raise InputError(
            f"{path} has {n_rows} rows of {n_columns} cells: it must be a square matrix with or "
            f"without names, {_or_long()}."
        )
    both = n_rows == n_columns and (
        any(map(is_text, top)) or _has_numbers_as_names(cells, n_images)
    )
    has_header, has_index = both or n_rows > n_columns, both or n_rows < n_columns
    columns = tuple(cells.iloc[0, int(has_index) :]) if has_header else None
    rows = tuple(cells.iloc[int(has_header) :, 0]) if has_index else None
    values = numbers(cells.iloc[int(has_header) :, int(has_index) :], path)
    # pandas numbers both from 0, R its rows from 1: those may not be names.
    may_be_numbered = columns is None or columns != rows or columns[0] == "0"
    if columns == tuple(f"V{number}" for number in range(1, len(values) + 1)):
        columns = rows  # R's names for columns without names
    elif both and columns == tuple(map(_as_r_name, rows)):
        columns, may_be_numbered = rows, False
    if both and columns != rows:
        columns, rows = (tuple(map(composed, names)) for names in (columns, rows))
        counts = [[str(k + start) for k in range(len(rows))] for start in (0, 1)]
        if list(rows) in counts and not any(map(is_number, columns)):
            return RawMatrices(values, columns)  # R and pandas number rows by themselves
        if set(columns) != set(rows):  # some with an extension, some without
            columns, rows = (tuple(map(without_suffix, names)) for names in (columns, rows))
        if sorted(columns) != sorted(rows) or len(set(rows)) < len(rows):
            different = next(pair for pair in zip(columns, rows, strict=True) if len(set(pair)) > 1)
            raise InputError(
                f"{path}: the header names '{different[0]}' where the first column names "
                f"'{different[1]}': both must list the same pictures, each once."
            )
        values = values[:, pd.Index(columns).get_indexer(rows)]
    return RawMatrices(values, rows or columns, may_be_numbered=may_be_numbered)


def _has_numbers_as_names(cells: pd.DataFrame, n_images: int) -> bool:
    """Tell whether the first row and column of numbers are names, with a text or nothing between.

    Nothing is there too where the diagonal is not given.  Then the number of rows tells or, where
    pictures are missing, zeros before numbers.
    """
    corner = cells.iloc[0, 0]
    if corner != "":
        return is_text(corner) and len(cells) == n_images + 1
    top, left = list(cells.iloc[0, 1:]), list(cells.iloc[1:, 0])
    has_diagonal = all(cells.iat[k, k] != "" for k in range(1, len(cells)))
    return (
        len(cells) == n_images + 1
        or (top == left and has_diagonal)
        or all(re.fullmatch(r"0\d+", name) for name in top)
    )


def _or_long() -> str:
    return (
        f"or have the columns {', '.join(PAIR_COLUMNS)} and perhaps observer, which may be called "
        "otherwise if judgments: columns says how"
    )


def _as_r_name(name: str) -> str:
    """A name as R writes it above a column: a-b as a.b, 1 as X1."""
    name = re.sub(r"[^\w.]", ".", name)
    return f"X{name}" if re.match(r"\d|_|\.\d", name) else name
