"""Cross-validation: which images, and which pairs, a fold trains and tests on."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from alignment.artifacts.errors import InputError
from alignment.similarity.pairs import pair_positions

UNITS = ("images", "pairs")


@dataclass(frozen=True)
class Fold:
    """One fold of one seed.

    Attributes
    ----------
    n_train, n_test : int
        Number of units (images, or pairs) on each side.
    train_pairs, test_pairs : (P_train,), (P_test,) int arrays
        Positions among the P pairs of the dataset, judged pairs only.
    """

    n_train: int
    n_test: int
    train_pairs: np.ndarray
    test_pairs: np.ndarray


def split(n: int, seed: int, n_folds: int) -> list[tuple[np.ndarray, np.ndarray]]:
    """Cut a shuffled 0..n-1 into consecutive test sets; train is the rest.

    The legacy generator ``numpy.random.RandomState(seed).shuffle`` keeps the folds those of the
    published code.

    Returns
    -------
    list of (train, test) int arrays, each ascending
    """
    order = np.arange(n)
    np.random.RandomState(seed).shuffle(order)
    parts = np.array_split(order, n_folds)
    return [
        (np.sort(np.concatenate(parts[:k] + parts[k + 1 :])), np.sort(parts[k]))
        for k in range(n_folds)
    ]


def make_folds(
    images: np.ndarray, judgments: np.ndarray, seed: int, n_folds: int = 5, unit: str = "images"
) -> list[Fold]:
    """Make the folds of one seed for one cohort.

    Parameters
    ----------
    images : (n,) int array
        The cohort: rows of the dataset.
    judgments : (N, N) array
        Human similarities of the dataset; a pair that is NaN takes no part.
    seed : int
    n_folds : int
    unit : {"images", "pairs"}
        What is shuffled and left out.  With images, a fold trains on the pairs within its training
        images and is tested on the pairs within its test images.

    Returns
    -------
    list of Fold

    Raises
    ------
    InputError
        A fold has fewer than 3 judged test pairs.

    Notes
    -----
    Section 4 of the method: cross-validation.
    """
    n_images = len(judgments)
    images = np.sort(np.asarray(images))
    judged = np.isfinite(judgments[np.triu_indices(n_images, 1)])

    def judged_pairs(members):
        positions = pair_positions(members, n_images)
        return positions[judged[positions]]

    if unit == "images":
        folds = [
            Fold(len(train), len(test), judged_pairs(images[train]), judged_pairs(images[test]))
            for train, test in split(len(images), seed, n_folds)
        ]
    elif unit == "pairs":
        pairs = judged_pairs(images)
        folds = [
            Fold(len(train), len(test), pairs[train], pairs[test])
            for train, test in split(len(pairs), seed, n_folds)
        ]
    else:
        raise ValueError(f"unit {unit!r} is not one of {', '.join(UNITS)}")
    for k, fold in enumerate(folds):
        if len(fold.test_pairs) < 3:
            raise InputError(
                f"config: crossvalidation: seed {seed}, fold {k} has {len(fold.test_pairs)} judged "
                "test pairs where at least 3 are needed; use fewer folds, or judgments with fewer "
                "missing pairs."
            )
    return folds


def folds_of_seeds(
    images: np.ndarray,
    judgments: np.ndarray,
    seeds: Sequence[int],
    n_folds: int = 5,
    unit: str = "images",
) -> list[tuple[int, int, Fold]]:
    """Make the folds of every seed, in the order of the tables that have one row a fold.

    Parameters
    ----------
    seeds : sequence of int
    images, judgments, n_folds, unit
        See :func:`make_folds`.

    Returns
    -------
    list of (seed, k, Fold)
        ``k`` counts the folds of a seed from 0.
    """
    return [
        (seed, k, fold)
        for seed in seeds
        for k, fold in enumerate(make_folds(images, judgments, seed, n_folds, unit))
    ]


def check_cohort(
    cohort: str, images: np.ndarray, judgments: np.ndarray, n_folds: int, unit: str = "images"
) -> None:
    """Refuse a cohort whose folds would be too small, or that nobody judged.

    Two images make one pair, and one pair has no correlation.

    Parameters
    ----------
    cohort : str
        For the message.
    images : (n,) int array
        Rows of the dataset.
    judgments : (N, N) array
    n_folds : int
    unit : {"images", "pairs"}

    Raises
    ------
    InputError
        A fold would have fewer than 3 test images (or pairs), or the judgments of the cohort do
        not vary.
    """
    values = judgments[np.ix_(images, images)][np.triu_indices(len(images), 1)]
    values = values[np.isfinite(values)]
    n_units = len(images) if unit == "images" else len(values)
    if n_units // n_folds < 3:
        raise InputError(
            f"config: crossvalidation: n_folds: {n_folds} folds of the cohort '{cohort}' "
            f"({n_units} {unit}) leave {n_units // n_folds} test {unit} in a fold where at least 3 "
            + (
                f"are needed; use at most {n_units // 3} folds, or a larger cohort."
                if n_units >= 6
                else "are needed; use a larger cohort."
            )
        )
    if len(values) < 3 or np.ptp(values) == 0:
        raise InputError(
            f"config: cohorts: {cohort}: the human judgments of its {len(images)} images "
            f"({len(values)} judged pairs) do not vary, so nothing can be predicted; "
            "use a larger cohort."
        )
