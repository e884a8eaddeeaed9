"""Cross-validation: which images, and which pairs, a fold trains and tests on."""

from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from alignment.artifacts.errors import InputError
from alignment.similarity.pairs import pair_positions

UNITS = ("images", "pairs")
# Test images below which the fit of a fold is far from zero by chance alone
FEW = 8

Sides = list[tuple[np.ndarray, np.ndarray]]


@dataclass(frozen=True)
class Fold:
    """One fold of one seed.

    Attributes
    ----------
    seed, number : int
        ``number`` counts the folds of a seed from 0.
    n_train, n_test : int
        Number of units (images, or pairs) on each side.
    train_pairs, test_pairs : (P_train,), (P_test,) int arrays
        Positions among the P pairs of the dataset, judged pairs only.
    """

    seed: int
    number: int
    n_train: int
    n_test: int
    train_pairs: np.ndarray
    test_pairs: np.ndarray


@dataclass(frozen=True)
class Folds:
    """Which fold tests which unit of a cohort, for every seed.

    Attributes
    ----------
    unit : {"images", "pairs"}
        What is shuffled and left out.
    images : (n,) int array
        The cohort: rows of the dataset, ascending.
    seeds : (S,) int array
    tested_in : (S, m) int array
        The fold that tests each of the n images, or each of the cohort's judged pairs.
    """

    unit: str
    images: np.ndarray
    seeds: np.ndarray
    tested_in: np.ndarray

    @property
    def n_folds(self) -> int:
        """The number of folds of a seed."""
        return int(self.tested_in.max(initial=-1)) + 1

    def __len__(self) -> int:
        """The number of folds of all seeds."""
        return len(self.seeds) * self.n_folds

    def of_seed(self, seed: int) -> "Folds":
        """Return the folds of one seed."""
        here = self.seeds == seed
        return replace(self, seeds=self.seeds[here], tested_in=self.tested_in[here])

    def of(self, judgments: np.ndarray, numbers: Container[int] | None = None) -> Iterator[Fold]:
        """Yield the folds seed by seed, one at a time, since their pairs can be many.

        Parameters
        ----------
        judgments : (N, N) array
            Human similarities of the dataset; a pair that is NaN takes no part.
        numbers : container of int, optional
            Only the folds of these places, counted from 0.
        """
        judged = np.isfinite(judgments[np.triu_indices(len(judgments), 1)])

        def judged_pairs(members):
            positions = pair_positions(members, len(judgments))
            return positions[judged[positions]]

        units = self.images if self.unit == "images" else judged_pairs(self.images)
        for number in range(len(self)):
            if numbers is not None and number not in numbers:
                continue
            row, k = divmod(number, self.n_folds)
            tested_in = self.tested_in[row]
            train, test = units[tested_in != k], units[tested_in == k]
            pairs = train, test
            if self.unit == "images":
                pairs = judged_pairs(train), judged_pairs(test)
            yield Fold(int(self.seeds[row]), k, len(train), len(test), *pairs)


def split(n: int, seed: int, n_folds: int) -> Sides:
    """Shuffle 0..n-1 and cut it into consecutive test sets; train is the rest.

    The folds are those of the published code, which uses ``KFold`` of scikit-learn.  That takes
    most of a second to import, and many short jobs cut.

    Returns
    -------
    list of (train, test) int arrays, each ascending
    """
    parts = np.array_split(np.random.RandomState(seed).permutation(n), n_folds)
    everything = np.arange(n)
    return [(np.delete(everything, part), np.sort(part)) for part in parts]


def make_folds(
    images: np.ndarray,
    judgments: np.ndarray,
    seeds: Sequence[int],
    n_folds: int = 5,
    unit: str = "images",
    *,
    cohort: str | None = None,
) -> Folds:
    """Make the folds of a cohort.

    Parameters
    ----------
    images : (n,) int array
        The cohort: rows of the dataset.
    judgments : (N, N) array
        Human similarities of the dataset; a pair that is NaN takes no part.
    seeds : sequence of int
    n_folds : int
    unit : {"images", "pairs"}
        With images, a fold trains on the pairs within its training images and is tested on the
        pairs within its test images.
    cohort : str, optional
        For the message.

    Raises
    ------
    InputError
        A fold has fewer than 3 judged test pairs.

    Notes
    -----
    Section 4 of the method: cross-validation.
    """
    if unit not in UNITS:
        raise ValueError(f"unit {unit!r} is not one of {', '.join(UNITS)}")
    images = np.sort(np.asarray(images))
    n_units = len(images)
    if unit == "pairs":
        within = judgments[np.ix_(images, images)]
        n_units = int(np.isfinite(within[np.triu_indices(len(images), 1)]).sum())
    tested_in = np.empty((len(seeds), n_units), dtype=np.int64)
    for row, seed in zip(tested_in, seeds, strict=True):
        for k, (_, test) in enumerate(split(n_units, seed, n_folds)):
            row[test] = k
    folds = Folds(unit, images, np.asarray(seeds, dtype=np.int64), tested_in)
    for fold in folds.of(judgments):
        if len(fold.test_pairs) < 3:
            of_cohort = f" of the cohort '{cohort}'" if cohort else ""
            raise InputError(
                f"config: crossvalidation: seed {fold.seed}, fold {fold.number}{of_cohort} has "
                f"{len(fold.test_pairs)} judged test pairs where at least 3 are needed; use fewer "
                "folds, or judgments with fewer missing pairs."
            )
    return folds


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
            f"({n_units} {unit}) leave {n_units // n_folds} for the test of a fold, where at least "
            + (
                f"3 are needed; use at most {n_units // 3} folds, or a larger cohort."
                if n_units >= 6
                else "3 are needed; use a larger cohort."
            )
        )
    if len(values) < 3 or np.ptp(values) == 0:
        raise InputError(
            f"config: cohorts: {cohort}: the human judgments of its {len(images)} images "
            f"({len(values)} judged pairs) do not vary, so nothing can be predicted; "
            "use a larger cohort."
        )


def few_of_a_fold(n_images: int, n_folds: int, unit: str) -> int:
    """Return the test images of a fold where chance alone takes its fit far from zero, else 0."""
    n_test = n_images // n_folds
    return n_test if unit == "images" and n_test < FEW else 0


def of_few_pairs(cohort: str, folds: Folds, judgments: np.ndarray) -> str:
    """Return a warning where chance alone takes a fold's fit far from zero, else nothing.

    Parameters are those of :func:`of_equal_judgments`.
    """
    fold = min(folds.of(judgments), key=lambda fold: len(fold.test_pairs))
    n_test, n_pairs = fold.n_test, len(fold.test_pairs)
    if n_pairs >= FEW * (FEW - 1) // 2:
        return ""
    if folds.unit == "pairs":
        tested = f"{n_pairs} pairs"
    elif n_pairs == n_test * (n_test - 1) // 2:
        tested = f"{n_test} images, {n_pairs} pairs"
    else:
        tested = f"{n_test} images, of which {n_pairs} pairs were judged"
    r_squared = 1 / (n_pairs - 1)
    return (
        f"a fold of the cohort '{cohort}' is tested on {tested}: where "
        f"there is nothing to find, R2 is {r_squared:.2f} on average, and a correlation is as "
        f"often below zero as above, typically by {r_squared**0.5:.2f}."
    )


def of_equal_judgments(cohort: str, folds: Folds, judgments: np.ndarray) -> str:
    """Return a warning where sides of folds have judgments that are all equal, else nothing.

    Parameters
    ----------
    cohort : str
        For the message.
    folds : Folds
    judgments : (N, N) array
    """
    values = judgments[np.triu_indices(len(judgments), 1)]
    n_equal = {"training": 0, "test": 0}
    for fold in folds.of(judgments):
        n_equal["training"] += not np.ptp(values[fold.train_pairs])
        n_equal["test"] += not np.ptp(values[fold.test_pairs])
    n = folds.n_folds * len(folds.seeds)
    said = " and ".join(f"the {side} pairs of {k}" for side, k in n_equal.items() if k)
    if not said:
        return ""
    return (
        f"of the {n} folds of the cohort '{cohort}', {said} have judgments that are all equal: "
        "nothing can be predicted there, and means are over the other folds."
    )
