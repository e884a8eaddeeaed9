"""Human judgments of how alike pictures are, checked and brought to the order of the pictures."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from alignment.artifacts.errors import InputError
from alignment.artifacts.job_log import WARNING
from alignment.datasets.matrix_files import read_matrices
from alignment.datasets.observers import (
    note_alike_names,
    note_constant_observers,
    without_empty_observers,
)
from alignment.datasets.picture_names import listed
from alignment.datasets.raw_matrices import RawMatrices
from alignment.datasets.row_order import row_order
from alignment.datasets.symmetry import (
    ROUNDING,
    mean_given,
    refuse_infinite,
    spread,
    symmetric,
)

KINDS = ("similarity", "dissimilarity")
ODD_ONE_OUT = "odd_one_out"
# Relative to the range of the values: what counts as zero on a diagonal that was measured.
NEARLY_ZERO = 1e-2


@dataclass(frozen=True)
class Judgments:
    """How alike N pictures are.

    Attributes
    ----------
    similarity : (N, N) float64
        Symmetric, larger means more alike, rows in the order of the pictures; NaN where a pair was
        judged by nobody (only with ``missing="drop"``).
    observers : (S, N, N) float64 or None
        The same for each of S > 1 observers; their mean over the observed entries is `similarity`.
    observer_names : S names, or None where the file gives none
    notes : sentences for the log about what was reordered, averaged, filled in or left out
    """

    similarity: np.ndarray
    observers: np.ndarray | None
    observer_names: tuple[str, ...] | None
    notes: tuple[str, ...]


def read_judgments(
    path: str | Path,
    kind: str,
    images: Sequence[str],
    *,
    variable: str | None = None,
    observer_axis: int | None = None,
    symmetrize: str | None = None,
    missing: str | None = None,
    names: str | None = None,
    columns: Mapping[str, str] | None = None,
    repeats: str | None = None,
) -> Judgments:
    """Read a file of judgments of the pictures `images`.

    Dissimilarities d become similarities 1 - d / max(d), where the maximum is that of the mean over
    the observers, so that every observer is scaled alike.  Similarities are kept as they are.

    Parameters
    ----------
    path : file in one of the formats of `alignment.datasets.matrix_files.read_matrices`
    kind : "similarity", "dissimilarity", or "odd_one_out" for trials of three pictures
    images : N names of the pictures, in the order that the rows shall have
    variable, observer_axis, names, columns, repeats : see
        `alignment.datasets.matrix_files.read_matrices`
    symmetrize : "mean" averages (a, b) and (b, a); where one is missing the other is taken
    missing : "drop" leaves NaN where a pair was judged by no observer

    Raises
    ------
    InputError
        If the file cannot be read, or its rows are not the pictures, or the values are infinite,
        asymmetric, incomplete, all the same, or not of the stated kind.
    """
    notes: list[str] = []
    keys = {
        "variable": variable,
        "observer_axis": observer_axis,
        "names": names,
        "columns": columns,
        "repeats": repeats,
    }
    if kind == ODD_ONE_OUT:
        from alignment.datasets.triplets import read_triplets  # pandas, as for other tables

        given = [
            key for key, value in (keys | {"symmetrize": symmetrize}).items() if value is not None
        ]
        if given:
            raise InputError(
                f"{path} holds trials of three pictures (kind: odd_one_out), for which there is "
                f"no {listed(given)}: leave it out."
            )
        raw = read_triplets(path, images, notes)
        found = check_judgments(raw, "similarity", images, path, missing=missing)
        return replace(found, notes=(*notes, *found.notes))
    raw = read_matrices(path, len(images), both_orders=symmetrize == "mean", **keys)
    return check_judgments(raw, kind, images, path, symmetrize=symmetrize, missing=missing)


def check_judgments(
    raw: RawMatrices,
    kind: str,
    images: Sequence[str],
    path: str | Path,
    *,
    symmetrize: str | None = None,
    missing: str | None = None,
) -> Judgments:
    """Check matrices of judgments of the pictures `images`, and bring them to similarities.

    Parameters
    ----------
    raw : matrices as a file gives them
    path : the file, for the sentences
    kind, images, symmetrize, missing : see `read_judgments`

    Raises
    ------
    InputError
        As `read_judgments`, but for what concerns the file itself.
    """
    for key, value, choices in (
        ("kind", kind, KINDS),
        ("symmetrize", symmetrize, (None, "mean")),
        ("missing", missing, (None, "drop")),
    ):
        if value not in choices:
            allowed = " or ".join(str(choice) for choice in choices if choice is not None)
            raise InputError(f"{key}: {value!r} is unknown: set it to {allowed}.")
    notes = list(raw.notes)
    order = row_order(raw, images, path, notes)
    # A triangle is one only in the order of the file.
    of_row = [images[picture] for picture in np.argsort(order)]
    note_alike_names(raw, path, notes)
    raw = without_empty_observers(raw, path, notes)
    refuse_infinite(raw, of_row, path)
    stack = symmetric(raw, of_row, symmetrize, path, notes)[:, order][:, :, order]
    mean = mean_given(stack)
    pairs = np.triu_indices(len(images), 1)
    lacking = _pictures_without_any(mean, images)
    _check_present(stack[:, *pairs], mean[pairs], raw.observers, lacking, missing, path, notes)
    _check_kind(mean, kind, images, path)
    values = mean[pairs]
    if spread(values) <= 1e-9 * np.nanmax(np.abs(values)):
        raise InputError(
            f"{path} gives every pair the value {np.nanmax(values):g}: "
            "it must tell some pairs from others."
        )
    scaled = _as_similarity(np.concatenate([mean[None], stack]), kind, notes)
    observers = scaled[1:] if len(stack) > 1 else None
    return Judgments(scaled[0], observers, raw.observers, tuple(notes))


def _pictures_without_any(mean: np.ndarray, images: Sequence[str]) -> str:
    """Return words for the pictures all of whose pairs are missing, or nothing."""
    given = np.isfinite(mean)
    np.fill_diagonal(given, False)
    lacking = [
        f"'{name}'" for name, some in zip(images, given.any(axis=0), strict=True) if not some
    ]
    return f"the picture{'s' * (len(lacking) > 1)} {listed(lacking)}" if lacking else ""


def _check_present(
    stack: np.ndarray,
    mean: np.ndarray,
    names: Sequence[str] | None,
    lacking: str,
    missing: str | None,
    path: str | Path,
    notes: list[str],
) -> None:
    """Count what is missing among pairs, (S, P) for each observer and (P,) in the mean.

    The pictures that lack all pairs are named: a count does not show them.
    """
    n_missing = int(np.isnan(mean).sum())
    if n_missing == mean.size:
        raise InputError(f"{path} gives no pair of different pictures a value: it must give some.")
    if n_missing and missing is None:
        raise InputError(
            f"{path} has no value for {n_missing} of {mean.size} pairs"
            + (f", among them all those of {lacking}" if lacking else "")
            + ": fill them, or set missing: drop to leave these pairs out."
        )
    if n_missing:
        notes.append(f"{n_missing} of {mean.size} pairs were judged by nobody and are left out.")
    if lacking:
        notes.append(
            f"{WARNING}{path} judges no pair of {lacking}: a cohort with such a picture compares "
            "nothing with it; leave it out by a query, or judge it."
        )
    if len(stack) > 1:
        note_constant_observers(stack, names, path, notes)
        partly = int(np.isnan(stack).any(axis=0).sum()) - n_missing
        notes.append(f"The judgments of {len(stack)} observers were averaged.")
        if partly:
            notes.append(
                f"{partly} of {mean.size} pairs were judged by fewer than all observers; each is "
                "averaged over those who did."
            )


def _check_kind(mean: np.ndarray, kind: str, images: Sequence[str], path: str | Path) -> None:
    """Refuse values whose diagonal or sign speaks against the stated kind.

    A diagonal of NaN is not given and says nothing.
    """
    diagonal = np.diag(mean)
    others = mean[np.triu_indices(len(mean), 1)]
    given = diagonal[np.isfinite(diagonal)]
    lowest, highest, size = np.nanmin(others), np.nanmax(others), np.nanmax(np.abs(others))
    if kind == "dissimilarity":
        if given.size and np.abs(given).max() > NEARLY_ZERO * size:
            hint = (
                "this looks like similarity: set kind: similarity"
                if given.min() >= highest
                else "a picture must have no dissimilarity to itself: set it to 0, or to NaN if "
                "it is not given"
            )
            raise InputError(
                f"{path} has values up to {given[np.abs(given).argmax()]:g} on the diagonal under "
                f"kind: dissimilarity; {hint}."
            )
        if lowest < -ROUNDING * size:
            raise InputError(
                f"{path} has values down to {lowest:g} under kind: dissimilarity; they must not be "
                "less than 0, that of a picture to itself."
            )
        return
    # Not each value against each diagonal entry: in a covariance, pictures differ in their size.
    excess = mean - (diagonal[:, None] + diagonal[None, :]) / 2
    np.fill_diagonal(excess, np.nan)
    excess = np.nan_to_num(excess, nan=-np.inf)
    row, column = np.unravel_index(np.argmax(excess), excess.shape)
    if excess[row, column] <= ROUNDING * size:
        return
    if given.max() <= lowest:
        raise InputError(
            f"{path} has its smallest values, up to {given.max():g}, on the diagonal under kind: "
            "similarity: set the diagonal to NaN if it is not given, or kind: dissimilarity if "
            "larger values mean less alike."
        )
    raise InputError(
        f"{path} holds {images[row]} and {images[column]} for more alike "
        f"({mean[row, column]:g}) than each to itself ({diagonal[row]:g} and "
        f"{diagonal[column]:g} on the diagonal) under kind: similarity; the diagonal must be the "
        "largest, or NaN if it is not given."
    )


def _as_similarity(stack: np.ndarray, kind: str, notes: list[str]) -> np.ndarray:
    """The mean, which comes first in the stack, and the observers on the scale of the mean."""
    mean = stack[0]
    on_diagonal = np.arange(len(mean))
    if kind == "dissimilarity":
        largest = np.nanmax(mean[np.triu_indices(len(mean), 1)])
        similarity = 1 - stack / largest
        similarity[:, on_diagonal, on_diagonal] = 1
        notes.append(f"Dissimilarities d became similarities 1 - d / {largest:g}.")
        return similarity
    similarity = stack.copy()
    not_given = on_diagonal[np.isnan(np.diag(mean))]
    if len(not_given):
        similarity[:, not_given, not_given] = np.nanmax(mean)
        notes.append(
            f"{len(not_given)} similarities of a picture to itself are not given and were set to "
            f"the largest, {np.nanmax(mean):g}."
        )
    return similarity
