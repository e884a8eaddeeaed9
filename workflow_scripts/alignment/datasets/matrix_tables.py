"""Read a matrix from a .csv or .tsv file: a square table, or a long one with a row per pair."""

from pathlib import Path

import numpy as np
import pandas as pd

from alignment.artifacts.errors import InputError

PAIR_COLUMNS = ("image_1", "image_2", "value")
_NOTHING = ("", "nan", "na", "n/a", "null", "none")


def read_table(
    path: Path, n_images: int, both_orders: bool
) -> tuple[np.ndarray, tuple[str, ...] | None, tuple[str, ...] | None]:
    """Values, names of the rows and names of the observers of a table.

    A square table may have names in a header row, in the first column, in both or in neither.
    A long table has the columns image_1, image_2, value and perhaps observer, in any order; each
    pair is given once for each observer, and pairs that are not listed are missing.

    Returns
    -------
    values : (N, N) or, for S > 1 observers, (S, N, N) float64, NaN where nothing is given
    names : N names, or None
    observers : S > 1 names in the order of their first row, or None

    Raises
    ------
    InputError
        If the file is no such table, or a cell is no number, or a pair is given twice.
    """
    try:
        cells = pd.read_csv(
            path,
            sep="\t" if path.suffix.lower() == ".tsv" else ",",
            header=None,
            dtype=str,
            keep_default_na=False,
        )
    except (ValueError, OSError) as error:  # pandas' own errors and UnicodeDecodeError included
        raise InputError(
            f"{path} cannot be read ({' '.join(str(error).split())}): it must be a table in UTF-8 "
            "whose rows have the same number of cells, split by commas (.csv) or tabs (.tsv)."
        ) from error
    cells = cells.fillna("").map(str.strip)
    header = [text.lower() for text in cells.iloc[0]]
    found = [column for column in PAIR_COLUMNS if header.count(column) == 1]
    if 0 < len(found) < len(PAIR_COLUMNS):
        raise InputError(
            f"{path} has the columns {', '.join(header)}: a row for each pair needs each of "
            f"{', '.join(PAIR_COLUMNS)} once, and perhaps observer."
        )
    if found:
        return _read_long(cells.iloc[1:].set_axis(header, axis=1), path, both_orders)
    return *_read_square(cells, n_images, path), None


def _read_square(
    cells: pd.DataFrame, n_images: int, path: Path
) -> tuple[np.ndarray, tuple[str, ...] | None]:
    n_rows, n_columns = cells.shape
    if abs(n_rows - n_columns) > 1:
        raise InputError(
            f"{path} has {n_rows} rows of {n_columns} cells: it must be a square matrix with or "
            f"without names, or have the columns {', '.join(PAIR_COLUMNS)} and perhaps observer."
        )
    top = cells.iloc[0, 1:]
    # Names may look like numbers; then only the size and the empty corner give them away.
    both = n_rows == n_columns and (
        _is_text(top).any() or (n_rows == n_images + 1 and cells.iloc[0, 0] == "")
    )
    has_header, has_index = both or n_rows > n_columns, both or n_rows < n_columns
    columns = tuple(cells.iloc[0, int(has_index) :]) if has_header else None
    rows = tuple(cells.iloc[int(has_header) :, 0]) if has_index else None
    values = _numbers(cells.iloc[int(has_header) :, int(has_index) :], path)
    if columns == tuple(f"V{number}" for number in range(1, len(values) + 1)):
        columns = rows  # R's names for columns without names
    if both and columns != rows:
        if sorted(columns) != sorted(rows) or len(set(rows)) < len(rows):
            different = next(pair for pair in zip(columns, rows, strict=True) if len(set(pair)) > 1)
            raise InputError(
                f"{path}: the header names '{different[0]}' where the first column names "
                f"'{different[1]}': both must list the same pictures, each once."
            )
        values = values[:, pd.Index(columns).get_indexer(rows)]
    return values, rows or columns


def _read_long(
    table: pd.DataFrame, path: Path, both_orders: bool
) -> tuple[np.ndarray, tuple[str, ...], tuple[str, ...] | None]:
    pairs = table[["image_1", "image_2"]]
    if (pairs == "").any(axis=None) or pairs.empty:
        unnamed = pairs.index[(pairs == "").any(axis=1)]
        place = f"row {unnamed[0] + 1} lacks" if len(unnamed) else "there is no row with"
        raise InputError(f"{path}: {place} the names of a pair: fill image_1 and image_2.")
    values = _numbers(table[["value"]], path)[:, 0]
    codes, names = pd.factorize(pairs.to_numpy().ravel())
    first, second = codes.reshape(-1, 2).T
    has_observers = list(table.columns).count("observer") == 1
    observer, observers = pd.factorize(
        table["observer"] if has_observers else pd.Index([""] * len(table))
    )

    low, high = (first, second) if both_orders else np.sort([first, second], axis=0)
    repeated = pd.DataFrame({"o": observer, "a": low, "b": high}).duplicated().to_numpy()
    if repeated.any():
        row = np.flatnonzero(repeated)[0]
        by = f" by observer {observers[observer[row]]}" if has_observers else ""
        raise InputError(
            f"{path}: the pair {names[first[row]]}, {names[second[row]]} is given twice{by} "
            f"(again in row {table.index[row] + 1}): give each pair once for each observer, or set "
            "symmetrize: mean to average its two orders."
        )
    stack = np.full((len(observers), len(names), len(names)), np.nan)
    stack[observer, first, second] = values
    stack = np.where(np.isnan(stack), stack.swapaxes(1, 2), stack)
    if len(observers) == 1:
        return stack[0], tuple(names), None
    return stack, tuple(names), tuple(observers)


def _is_text(cells: pd.Series) -> pd.Series:
    return pd.to_numeric(cells, errors="coerce").isna() & ~cells.astype(str).str.lower().isin(
        _NOTHING
    )


def _numbers(cells: pd.DataFrame, path: Path) -> np.ndarray:
    wrong = cells.apply(_is_text).to_numpy()
    if wrong.any():
        row, column = np.argwhere(wrong)[0]
        label = cells.columns[column]
        raise InputError(
            f"{path}: row {cells.index[row] + 1}, column "
            f"{label if isinstance(label, str) else label + 1} holds '{cells.iloc[row, column]}': "
            "it must be a number, or empty where none is given."
        )
    return cells.apply(pd.to_numeric, errors="coerce").to_numpy(np.float64)
