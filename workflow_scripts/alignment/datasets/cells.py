"""The cells of a table of text, as spreadsheets, R and pandas write it."""

import csv
import io
import re
from collections import Counter
from pathlib import Path

import numpy as np
import pandas as pd

from alignment.artifacts.errors import InputError
from alignment.datasets.cell_text import (
    as_number,
    decoded,
    has_decimal_comma,
    has_decimal_point,
    is_hint,
    is_number,
    is_text,
    may_group_thousands,
    with_point,
)

SEPARATORS = (";", "\t", ",")  # a comma last, since beside semicolons it is decimal

Rows = list[list[str]]


def read_cells(path: Path) -> pd.DataFrame:
    """Read a table as text, without the blanks around cells and what is empty around the table.

    Read are UTF-8, UTF-16 and Windows-1252; cells split by commas, semicolons, tabs or, where there
    is nothing else, blanks; decimal commas; R's header that lacks the cell above the row names.

    Returns
    -------
    DataFrame of str, whose first row may be a header
        The index counts the rows of the file from 0, with those that are left out.

    Raises
    ------
    InputError
        The file is no such table, or its commas may be decimal or group thousands.
    """
    try:
        text = decoded(path.read_bytes())
        rows, places = _split(text, path.suffix.lower())
        rows = _trimmed(rows)
    except (OSError, ValueError, csv.Error) as error:
        raise InputError(
            f"{path} cannot be read ({' '.join(str(error).split())}): it must be a table whose "
            "rows have the same number of cells, split by commas, semicolons or tabs."
        ) from error
    return pd.DataFrame(_with_points(rows, path), index=places[: len(rows)], dtype=object)


def _split(text: str, suffix: str) -> tuple[Rows, list[int]]:
    """Return the rows by the first separator that gives all of them as many cells."""
    separators = ("\t", *SEPARATORS) if suffix == ".tsv" else SEPARATORS
    for separator in (*separators, " "):  # R's write.table puts blanks
        rows, places = _rows(text, separator)
        if rows and len(rows[-1]) > 1 and (even := _even(rows)):
            return even, places
    rows, places = _rows(text, max(separators, key=text.count))
    if not rows:
        raise ValueError("it is empty")
    usual, _ = Counter(map(len, rows)).most_common(1)[0]
    for place, row in zip(places, rows, strict=True):
        if len(row) != usual:
            raise ValueError(f"row {place + 1} has {len(row)} cells where others have {usual}")
    return rows, places


def _rows(text: str, separator: str) -> tuple[Rows, list[int]]:
    """Return the rows with something in them, and their places among all, from 0."""
    if separator == " ":
        text = "\n".join(re.sub(" +", " ", line.strip()) for line in text.splitlines())
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    rows = [[cell.strip() for cell in row] for row in reader]
    places = [place for place, row in enumerate(rows) if row]
    rows = [row for row in rows if row]
    # What numpy.savetxt puts above numbers, and by what Excel tells itself the separator
    while len(rows) > 1 and (rows[0][0].startswith("# ") or is_hint(rows[0])):
        if len(rows[0]) == len(rows[1]):
            break  # a header
        rows, places = rows[1:], places[1:]
    return rows, places


def _even(rows: Rows) -> Rows | None:
    """Return rows of equal length, with the cell that R leaves out above the names of the rows."""
    header, *others = rows
    widths = set(map(len, others))
    if widths <= {len(header)}:
        return rows
    if widths != {len(header) + 1} or not (any(map(is_text, header)) or len(others) == len(header)):
        return None
    if not any(row[-1] for row in others):  # a separator behind the last cell
        return [header, *(row[:-1] for row in others)]
    return [["", *header], *others]


def _trimmed(rows: Rows) -> Rows:
    """Leave out empty columns and rows behind the table.

    The last column and row of a triangle without a diagonal are empty too, and stay.
    """
    while len(rows) > 2 and not any(rows[-1]) and any(row[0] for row in rows[1:-1]):
        rows = rows[:-1]
    has_header = any(map(is_text, rows[0][1:]))
    has_names = any(is_text(row[0]) for row in rows[1:])
    while len(rows[0]) > 2 and not any(row[-1] for row in rows):
        if not (has_header or len(rows[0]) > len(rows) + has_names):
            break
        rows = [row[:-1] for row in rows]
    return rows


def _with_points(rows: Rows, path: Path) -> Rows:
    """Replace decimal commas by points.

    Where some numbers have points, commas stay: cells with one are later refused as no numbers.
    """
    cells = [cell for row in rows for cell in row]
    commas = [cell for cell in cells if has_decimal_comma(cell)]
    if not commas or any(map(has_decimal_point, cells)):
        return rows
    if all(map(may_group_thousands, commas)):
        raise InputError(
            f"{path}: the comma in '{commas[0]}' may be a decimal one or group thousands, and no "
            "other number tells: write it with a point, or without a comma."
        )
    return [list(map(with_point, row)) for row in rows]


def numbers(cells: pd.DataFrame, path: Path) -> np.ndarray:
    """Return cells as float64, NaN where nothing is given; what is no number is refused."""
    wrong = ~cells.map(is_number).to_numpy(bool)
    if wrong.any():
        row, column = np.argwhere(wrong)[0]
        label = cells.columns[column]
        raise InputError(
            f"{path}: row {cells.index[row] + 1}, column "
            f"{label if isinstance(label, str) else label + 1} holds '{cells.iloc[row, column]}': "
            "it must be a number, or empty where none is given"
            f"{'; format the cells as numbers, not as percent' * ('%' in cells.iloc[row, column])}."
        )
    # As is_number reads them: pandas knows fewer numbers, such as the -nan of C.
    return cells.map(as_number).to_numpy(np.float64)
