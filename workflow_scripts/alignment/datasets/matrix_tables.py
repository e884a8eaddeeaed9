"""Read a matrix from a table of text: a square one, or a long one with a row per pair."""

import re
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd

from alignment.artifacts.errors import InputError
from alignment.datasets.cells import is_nothing, is_number, is_text, read_cells
from alignment.datasets.picture_names import without_suffix

PAIR_COLUMNS = ("image_1", "image_2", "value")
ROLES = (*PAIR_COLUMNS, "observer")
# What else these columns are called in long tables, without their blanks, points and underscores
_ITEMS = ("image", "img", "picture", "pic", "photo", "stim", "stimulus", "item", "object", "name")
_SIDES = (("1", "a", "i", "left", "one"), ("2", "b", "j", "right", "two"))
SYNONYMS = {
    "image_1": {item + side for item in _ITEMS for side in _SIDES[0]},
    "image_2": {item + side for item in _ITEMS for side in _SIDES[1]},
    "value": {
        *("value", "similarity", "dissimilarity", "distance", "rating", "score", "judgment"),
        *("judgement", "response", "sim", "dissim", "dissimilarityscore", "similarityscore"),
    },
    "observer": {
        *("observer", "subject", "participant", "rater", "worker", "respondent"),
        *("observerid", "subjectid", "participantid", "raterid", "workerid", "subj", "subjid"),
    },
}
_PLAIN = {role: role.replace("_", "") for role in ROLES}


def read_table(
    path: Path, n_images: int, both_orders: bool, columns: Mapping[str, str] | None = None
) -> tuple[np.ndarray, tuple[str, ...] | None, tuple[str, ...] | None, bool, tuple[str, ...]]:
    """Values, names of the rows and names of the observers of a table.

    A square table may have names in a header row, in the first column, in both or in neither.
    A long table has the columns image_1, image_2, value and perhaps observer, in any order, or
    columns with usual other names; each pair is given once for each observer, and pairs that are
    not listed are missing.

    Parameters
    ----------
    path : path
    n_images : int
    both_orders : bool
        Whether a pair may be given as (a, b) and also as (b, a).
    columns : dict of str to str, or None
        What the columns of a long table are called, by `ROLES`; None finds them by their names.

    Returns
    -------
    values : (N, N) or, for S > 1 observers, (S, N, N) float64, NaN where nothing is given
    names : N names, or None
    observers : S > 1 names in the order of their first row, or None
    may_be_numbered : whether names that count the rows may be a program's
    notes : what a person should know of how the table was read

    Raises
    ------
    InputError
        If the file is no such table, or a cell is no number, or a pair is given twice, or it cannot
        be told which columns are meant.
    """
    cells = read_cells(path)
    header = cells.iloc[0].tolist()
    found = _given(header, columns, path) if columns else _found(cells, header, path)
    if found:
        table = cells.iloc[1:, list(found.values())].set_axis(list(found), axis=1)
        read = _read_long(table, header, found, path, both_orders)
        return *read, False, _of_columns(header, found, path)
    values, names, numbered = _read_square(cells, n_images, path)
    return values, names, None, numbered, ()


def _of_columns(header: list[str], found: Mapping[str, int], path: Path) -> tuple[str, ...]:
    """Say which columns of a long table were taken for what, where it has others as well."""
    others = [name for k, name in enumerate(header) if k not in found.values()]
    if not others:
        return ()
    taken = ", ".join(f"{role} from {header[k]}" for role, k in found.items())
    return (f"Read from {path}: {taken}; not read: {', '.join(others)}.",)


def _given(header: list[str], columns: Mapping[str, str], path: Path) -> dict[str, int]:
    """The place of each column of a long table, by the names that the config gives."""
    missing = [name for name in columns.values() if header.count(name) != 1]
    if missing:
        raise InputError(
            f"{path}: columns: there is no column '{missing[0]}', or more than one: the header is "
            f"{', '.join(header)}."
        )
    return {role: header.index(name) for role, name in columns.items()}


def _found(cells: pd.DataFrame, header: list[str], path: Path) -> dict[str, int]:
    """The place of each column of a long table, by usual names; nothing if it is no long table."""
    plain = [re.sub(r"[\s._-]", "", name).lower() for name in header]
    found = {}
    for role in ROLES:
        exact = [k for k, name in enumerate(plain) if name == _PLAIN[role]]
        found[role] = exact or [k for k, name in enumerate(plain) if name in SYNONYMS[role]]
    if not (found["image_1"] and found["image_2"]):
        if any(header.count(column) == 1 for column in PAIR_COLUMNS):
            raise InputError(
                f"{path} has the columns {', '.join(header)}: a row for each pair needs each of "
                f"{', '.join(PAIR_COLUMNS)} once, and perhaps observer."
            )
        return {}
    pair = [found[image][0] for image in PAIR_COLUMNS[:2]]
    if not found["value"] and all(map(is_number, cells.iloc[1:, pair].to_numpy().ravel())):
        return {}  # a square table of pictures called image1, image2, ...
    for role, places in found.items():
        if len(places) > 1 or (not places and role != "observer"):
            which = " or ".join(f"'{header[k]}'" for k in places) or "none"
            first, second = (header[k] for k in pair)
            raise InputError(
                f"{path}: which column is {role} cannot be told ({which} of "
                f"{', '.join(header)}): name them under judgments: columns, as in columns: "
                f"{{image_1: {first}, image_2: {second}, value: ..., observer: ...}}."
            )
    return {role: places[0] for role, places in found.items() if places}


def _read_square(
    cells: pd.DataFrame, n_images: int, path: Path
) -> tuple[np.ndarray, tuple[str, ...] | None, bool]:
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
    # Names may look like numbers; then only the size and the empty corner give them away.
    both = n_rows == n_columns and (
        any(map(is_text, top)) or (n_rows == n_images + 1 and cells.iloc[0, 0] == "")
    )
    has_header, has_index = both or n_rows > n_columns, both or n_rows < n_columns
    columns = tuple(cells.iloc[0, int(has_index) :]) if has_header else None
    rows = tuple(cells.iloc[int(has_header) :, 0]) if has_index else None
    values = _numbers(cells.iloc[int(has_header) :, int(has_index) :], path)
    # pandas numbers both from 0, R its rows from 1: those may not be names.
    may_be_numbered = columns is None or columns != rows or columns[0] == "0"
    if columns == tuple(f"V{number}" for number in range(1, len(values) + 1)):
        columns = rows  # R's names for columns without names
    elif both and columns == tuple(map(_as_r_name, rows)):
        columns, may_be_numbered = rows, False
    if both and columns != rows:
        counts = [[str(k + start) for k in range(len(rows))] for start in (0, 1)]
        if list(rows) in counts and not any(map(is_number, columns)):
            return values, columns, False  # R and pandas number rows by themselves
        if set(columns) != set(rows):  # some with an extension, some without
            columns, rows = (tuple(map(without_suffix, names)) for names in (columns, rows))
        if sorted(columns) != sorted(rows) or len(set(rows)) < len(rows):
            different = next(pair for pair in zip(columns, rows, strict=True) if len(set(pair)) > 1)
            raise InputError(
                f"{path}: the header names '{different[0]}' where the first column names "
                f"'{different[1]}': both must list the same pictures, each once."
            )
        values = values[:, pd.Index(columns).get_indexer(rows)]
    return values, rows or columns, may_be_numbered


def _or_long() -> str:
    return (
        f"or have the columns {', '.join(PAIR_COLUMNS)} and perhaps observer, which may be called "
        "otherwise if judgments: columns says how"
    )


def _as_r_name(name: str) -> str:
    """A name as R writes it above a column: a-b as a.b, 1 as X1."""
    name = re.sub(r"[^\w.]", ".", name)
    return f"X{name}" if re.match(r"\d|_|\.\d", name) else name


def _read_long(
    table: pd.DataFrame, header: list[str], found: Mapping[str, int], path: Path, both_orders: bool
) -> tuple[np.ndarray, tuple[str, ...], tuple[str, ...] | None]:
    pairs = table[["image_1", "image_2"]]
    if (pairs == "").any(axis=None) or pairs.empty:
        unnamed = pairs.index[(pairs == "").any(axis=1)]
        place = f"row {unnamed[0] + 1} lacks" if len(unnamed) else "there is no row with"
        raise InputError(
            f"{path}: {place} the names of a pair: fill {header[found['image_1']]} and "
            f"{header[found['image_2']]}."
        )
    values = _numbers(table[["value"]].set_axis([header[found["value"]]], axis=1), path)[:, 0]
    codes, names = pd.factorize(pairs.to_numpy().ravel())
    first, second = codes.reshape(-1, 2).T
    has_observers = "observer" in table
    observer, observers = pd.factorize(
        table["observer"] if has_observers else pd.Index([""] * len(table))
    )

    low, high = (first, second) if both_orders else np.sort([first, second], axis=0)
    repeated = pd.DataFrame({"o": observer, "a": low, "b": high}).duplicated().to_numpy()
    if repeated.any():
        row = np.flatnonzero(repeated)[0]
        by = f" by observer {observers[observer[row]]}" if has_observers else ""
        turned = (
            (first == second[row]) & (second == first[row]) & (observer == observer[row])
        ).any()
        if turned and not both_orders:
            remedy = "give each pair once for each observer, or set symmetrize: mean to average "
            remedy += "its two orders"
        elif has_observers:
            remedy = "average the ratings that an observer repeated, so that each pair has one"
        else:
            remedy = "give each pair once; if several people judged it, add a column observer, or "
            remedy += "say which it is: judgments: columns: {observer: ...}"
        raise InputError(
            f"{path}: the pair {names[first[row]]}, {names[second[row]]} is given twice{by} "
            f"(again in row {table.index[row] + 1}): {remedy}."
        )
    stack = np.full((len(observers), len(names), len(names)), np.nan)
    stack[observer, first, second] = values
    stack = np.where(np.isnan(stack), stack.swapaxes(1, 2), stack)
    if len(observers) == 1:
        return stack[0], tuple(names), None
    return stack, tuple(names), tuple(observers)


def _numbers(cells: pd.DataFrame, path: Path) -> np.ndarray:
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
    return cells.mask(cells.map(is_nothing)).apply(pd.to_numeric).to_numpy(np.float64)
