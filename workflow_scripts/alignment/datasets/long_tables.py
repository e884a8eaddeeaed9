"""Read judgments from a long table: a row for each pair, and perhaps for each observer."""

import re
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd

from alignment.artifacts.errors import InputError
from alignment.datasets.cell_text import composed, is_nothing, is_number
from alignment.datasets.cells import numbers
from alignment.datasets.raw_matrices import RawMatrices

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
NOBODY = ""  # who judged, where a table has no observers
_PLAIN = {role: role.replace("_", "") for role in ROLES}


def read_long(
    cells: pd.DataFrame,
    path: Path,
    both_orders: bool,
    columns: Mapping[str, str] | None = None,
    repeats: str | None = None,
) -> RawMatrices | None:
    """Return the matrices of a table, if it is a long one.

    It has the columns image_1, image_2, value and perhaps observer, in any order, or columns with
    usual other names; pairs that are not listed are missing.

    Parameters
    ----------
    cells : DataFrame of str
        The header is the first row.
    path : path
        For the sentences.
    both_orders : bool
        Whether a pair may be given as (a, b) and also as (b, a).
    columns : dict of str to str, or None
        What the columns are called, by `ROLES`; None finds them by their names.
    repeats : "mean" or None
        Whether a pair may be given several times for an observer: the mean counts.

    Returns
    -------
    RawMatrices or None
        Names of pictures and observers are in the order of their first row.

    Raises
    ------
    InputError
        If a cell is no number, or a pair is given twice, or it cannot be told which columns are
        meant.
    """
    header = cells.iloc[0].tolist()
    found = _given(header, columns, path) if columns else _found(cells, header, path)
    if not found:
        return None
    table = cells.iloc[1:, list(found.values())].set_axis(list(found), axis=1)
    ratings, names, observers = _ratings(table, header, found, path)
    notes = _of_columns(header, found, path)
    if repeats == "mean":
        ratings, of_repeats = _averaged(ratings, path)
        notes = (*notes, of_repeats)
    _refuse_repeated(ratings, names, observers, path, both_orders)

    stack = np.full((len(observers), len(names), len(names)), np.nan)
    stack[ratings["observer"], ratings["first"], ratings["second"]] = ratings["value"]
    stack = np.where(np.isnan(stack), stack.swapaxes(1, 2), stack)
    return RawMatrices.of_stack(stack, names, observers, notes)


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


def _ratings(
    table: pd.DataFrame, header: list[str], found: Mapping[str, int], path: Path
) -> tuple[pd.DataFrame, tuple[str, ...], tuple[str, ...]]:
    """Return a row per rating, with observers and pictures as places among their names."""
    pairs = table[["image_1", "image_2"]]
    if (pairs == "").any(axis=None) or pairs.empty:
        unnamed = pairs.index[(pairs == "").any(axis=1)]
        place = f"row {unnamed[0] + 1} lacks" if len(unnamed) else "there is no row with"
        raise InputError(
            f"{path}: {place} the names of a pair: fill {header[found['image_1']]} and "
            f"{header[found['image_2']]}."
        )
    values = numbers(table[["value"]].set_axis([header[found["value"]]], axis=1), path)[:, 0]
    # One picture, also where its accents are now on its letters and now apart
    spelt = [composed(name) for name in pairs.to_numpy().ravel()]
    codes, names = pd.factorize(np.array(spelt, dtype=object))
    first, second = codes.reshape(-1, 2).T
    observer, observers = pd.factorize(_observers(table, header, found, path))
    ratings = pd.DataFrame(
        {"observer": observer, "first": first, "second": second, "value": values}, table.index
    )
    return ratings, tuple(names), tuple(observers)


def _observers(
    table: pd.DataFrame, header: list[str], found: Mapping[str, int], path: Path
) -> pd.Series:
    """Return who gave each rating: `NOBODY` throughout where a table says it nowhere."""
    nobody = pd.Series(NOBODY, table.index)
    if "observer" not in table:
        return nobody
    unknown = table["observer"].map(is_nothing)
    if unknown.all():
        return nobody
    if unknown.any():
        row = unknown.idxmax()
        raise InputError(
            f"{path}: row {row + 1} lacks the observer ('{table['observer'][row]}'): fill "
            f"{header[found['observer']]}, or leave the row out."
        )
    return table["observer"]


def _averaged(ratings: pd.DataFrame, path: Path) -> tuple[pd.DataFrame, str]:
    """Return one rating of each pair, in each order, by each observer, and what was averaged."""
    groups = ratings.groupby(["observer", "first", "second"], sort=False)["value"]
    means = groups.mean().reset_index().set_axis(groups.head(1).index)
    given = groups.count()  # without empty ones
    repeated = int((given > 1).sum())
    if not repeated:
        return means, f"In {path} no observer judged a pair twice: repeats changed nothing."
    return means, (
        f"The {len(ratings)} rows of {path} became {int((given > 0).sum())} ratings, {repeated} of "
        f"them the mean of several, of {given.max()} at most."
    )


def _refuse_repeated(
    ratings: pd.DataFrame,
    names: tuple[str, ...],
    observers: tuple[str, ...],
    path: Path,
    both_orders: bool,
) -> None:
    """Refuse a pair that an observer judged twice; in two orders, unless both are allowed."""
    first, second, observer = (ratings[key].to_numpy() for key in ("first", "second", "observer"))
    low, high = (first, second) if both_orders else np.sort([first, second], axis=0)
    repeated = pd.DataFrame({"o": observer, "a": low, "b": high}).duplicated().to_numpy()
    if not repeated.any():
        return
    row = np.flatnonzero(repeated)[0]
    named = observers != (NOBODY,)
    is_turned = (first == second[row]) & (second == first[row]) & (first != second)
    if (is_turned & (observer == observer[row])).any() and not both_orders:
        remedy = "give each pair once for each observer, or set symmetrize: mean to average its "
        remedy += "two orders"
    elif named:
        remedy = "set repeats: mean to average what an observer repeated"
    else:
        remedy = "give each pair once; if several people judged it, add a column observer, or say "
        remedy += "which it is: judgments: columns: {observer: ...}; if one did, set repeats: mean "
        remedy += "to average"
    by = f" by observer {observers[observer[row]]}" if named else ""
    raise InputError(
        f"{path}: the pair {names[first[row]]}, {names[second[row]]} is given twice{by} "
        f"(again in row {ratings.index[row] + 1}): {remedy}."
    )
