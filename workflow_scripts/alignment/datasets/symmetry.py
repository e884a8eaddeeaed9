"""The two orders of each pair of pictures, and what is given of them."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from alignment.artifacts.errors import InputError
from alignment.datasets.raw_matrices import RawMatrices

# Relative to the range of the values: what rounding to single precision or to the six digits of a
# text file may leave between two halves.
ROUNDING = 1e-6


def mean_given(stack: np.ndarray) -> np.ndarray:
    """Return the mean over the first axis of what is given, NaN where nothing is."""
    # np.nanmean would warn there.
    given = np.isfinite(stack).sum(axis=0)
    return np.divide(np.nansum(stack, axis=0), given, np.full(given.shape, np.nan), where=given > 0)


def spread(values: np.ndarray) -> float:
    """Return the largest value less the smallest, leaving out NaN."""
    return np.nanmax(values) - np.nanmin(values)


def refuse_infinite(raw: RawMatrices, of_row: Sequence[str], path: str | Path) -> None:
    """Refuse infinite values, naming the pair and the observer of the first."""
    infinite = np.argwhere(np.isinf(raw.stack))
    if len(infinite):
        raise InputError(
            f"{path} has {len(infinite)} infinite values, the first for "
            f"{_place(*infinite[0], raw, of_row)}: they must be finite, or NaN where none is given."
        )


def symmetric(
    raw: RawMatrices,
    of_row: Sequence[str],
    symmetrize: str | None,
    path: str | Path,
    notes: list[str],
) -> np.ndarray:
    """Return matrices with equal halves: the mean of both, or the one that is given.

    Parameters
    ----------
    raw : matrices as a file gives them
    of_row : N names of the pictures, in the order of the rows
    symmetrize : "mean", or None to refuse halves that differ
    path : the file, for the sentences
    notes : what was done is added to them

    Returns
    -------
    (S, N, N) float64 array

    Raises
    ------
    InputError
        The halves differ, or one order of a pair is missing, and `symmetrize` is None.
    """
    stack = raw.stack
    rows, columns = np.triu_indices(len(of_row), 1)
    both = np.stack([stack[:, rows, columns], stack[:, columns, rows]])
    both = _filled(both, raw, of_row, symmetrize, path, notes)
    difference = np.abs(np.nan_to_num(both[0] - both[-1]))
    if difference.any() and difference.max() > ROUNDING * spread(both):
        observer, pair = np.unravel_index(np.argmax(difference), difference.shape)
        place = _place(observer, rows[pair], columns[pair], raw, of_row)
        if symmetrize is None:
            raise InputError(
                f"{path} is not symmetric, with the largest difference {difference.max():g} "
                f"between the two orders of {place}: set symmetrize: mean to average them, or "
                "give a symmetric matrix."
            )
        notes.append(
            "The two orders of each pair were averaged; they differ by up to "
            f"{difference.max():g} ({place})."
        )
    result = stack.copy()
    result[:, rows, columns] = result[:, columns, rows] = mean_given(both)
    return result


def _filled(
    both: np.ndarray,
    raw: RawMatrices,
    of_row: Sequence[str],
    symmetrize: str | None,
    path: str | Path,
    notes: list[str],
) -> np.ndarray:
    """Return the upper and the lower halves, (2, S, P), or the only one with values, (1, S, P)."""
    blank_upper, blank_lower = (not np.nan_to_num(half).any() for half in both)
    if blank_upper != blank_lower:
        filled = "lower" if blank_upper else "upper"
        if symmetrize is None:
            raise InputError(
                f"{path} is filled in the {filled} triangle only: set symmetrize: mean to use it "
                "for both, or fill both."
            )
        notes.append(f"Only the {filled} triangle of {path} is filled; it was used for both.")
        return both[[1 if blank_upper else 0]]
    alone = np.argwhere(np.isnan(both[0]) != np.isnan(both[1]))
    if len(alone):
        if symmetrize is None:
            observer, pair = alone[0]
            row, column = (index[pair] for index in np.triu_indices(len(of_row), 1))
            raise InputError(
                f"{path} gives {len(alone)} pairs in one order only, the first "
                f"{_place(observer, row, column, raw, of_row)}: set symmetrize: mean "
                "to use it for both orders, or give both."
            )
        notes.append(f"{len(alone)} pairs are given in one order only; it was used for both.")
    return both


def _place(observer: int, row: int, column: int, raw: RawMatrices, of_row: Sequence[str]) -> str:
    pair = f"{of_row[row]}, {of_row[column]}"
    if raw.values.ndim == 2:
        return pair
    return f"{pair} of observer {raw.observers[observer] if raw.observers else observer + 1}"
