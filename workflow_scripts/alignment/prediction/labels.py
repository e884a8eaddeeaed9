"""Is a prediction more than categories?  Labels as a rival of networks, and what is left within.

People may judge pictures of one category alike and others not.  Then a network that tells the
categories apart predicts their judgments, and so do the labels alone, by which no map is chosen.
"""

from collections.abc import Iterable, Mapping

import numpy as np

from alignment.importance.folds import Folds
from alignment.prediction.fold_tests import RIVAL_COLUMNS, compare_rivals, with_intervals
from alignment.prediction.observers import correlation_of
from alignment.similarity.fits import fit
from alignment.similarity.pairs import pair_images

ROUNDING = 1e-12  # relative: what a mean of equal values may leave of them
MOST_NUMBERS = 20  # a column of more different numbers measures pictures, and groups none
TESTS = ("cohort", "model", "label", "n_groups", "n_folds", "test_label", "test_retained")
TESTS += (*RIVAL_COLUMNS, "between", "n_within", "within_full", "within_retained")


def groupings(labels: Mapping[str, np.ndarray], images: np.ndarray) -> dict[str, np.ndarray]:
    """Return the labels that put the images of a cohort into groups.

    Parameters
    ----------
    labels : dict of str to (N,) array
        Of the dataset's images; NaN or an empty text is a missing label.
    images : (n,) int array
        The cohort.

    Returns
    -------
    dict of str to (n,) int array
        A number for each image's group.  Left out are labels that are missing for some image, that
        make fewer than 2 groups or more than half as many as there are images, numbers of more
        than `MOST_NUMBERS` values, and the groups of an earlier label once more.
    """
    found = {}
    for name, column in labels.items():
        own = np.asarray(column)[images]
        missing = np.isnan(own) if own.dtype.kind == "f" else own == ""
        groups, first, codes = np.unique(own, return_index=True, return_inverse=True)
        most = MOST_NUMBERS if own.dtype.kind in "if" else len(images)
        if missing.any() or not 2 <= len(groups) <= min(most, len(images) // 2):
            continue
        codes = np.argsort(np.argsort(first))[codes]  # numbered as they come
        if not any(np.array_equal(codes, other) for other in found.values()):
            found[name] = codes
    return found


def label_fits(groups: np.ndarray, folds: Folds, judgments: np.ndarray, kind: str) -> np.ndarray:
    """Return how well it fits the judgments whether two pictures have the same label.

    Parameters
    ----------
    groups : (n,) int array
        Of the images of the folds.
    folds : Folds
    judgments : (N, N) array
        Of the dataset.
    kind : {"r2", "pearson", "spearman"}

    Returns
    -------
    (n_folds,) float64 array
        Over the test pairs of each fold; nothing is learned.  NaN where all or none have the same.
    """
    of_image = np.full(len(judgments), -1)
    of_image[folds.images] = groups
    first, second = pair_images(len(judgments))
    fits = []
    for fold in folds.of(judgments):
        a, b = (side[fold.test_pairs] for side in (first, second))
        same = (of_image[a] == of_image[b]).astype(float)
        fits.append(float(fit(same, judgments[a, b], kind)))
    return np.array(fits)


def within_groups(
    groups: np.ndarray, judgments: np.ndarray, *similarities: np.ndarray, kind: str = "r2"
) -> dict[str, float | int | list[float]]:
    """Tell what judgments differ in between pairs of groups, and what is predicted within them.

    Parameters
    ----------
    groups : (n,) int array
    judgments : (n, n) array
        NaN where a pair takes no part.
    *similarities : (n, n) arrays
    kind : {"r2", "pearson", "spearman"}
        The fit, of whose correlation the correlations are.

    Returns
    -------
    dict
        ``between``: the share of the variance of the judgments that the means of each two groups
        (also of a group with itself) account for; ``n_within``: pairs of pictures of which there
        are at least two with the same two groups; ``correlations``: for each of the similarities,
        the correlation with the judgments over these pairs, each less the mean of its two groups.
    """
    first, second = np.triu_indices(len(groups), 1)
    values = np.stack([matrix[first, second] for matrix in (judgments, *similarities)])
    known = np.isfinite(values).all(axis=0)
    low, high = np.sort([groups[first], groups[second]], axis=0)[:, known]
    _, cell, counts = np.unique(low * len(groups) + high, return_inverse=True, return_counts=True)
    values = values[:, known]
    means = np.stack([np.bincount(cell, row) for row in values]) / counts
    left = values - means[:, cell]
    left[np.abs(left) <= ROUNDING * np.abs(values).max(initial=0)] = 0
    total = ((values[0] - values[0].mean()) ** 2).sum() if known.any() else 0
    within = counts[cell] > 1
    own, *predicted = left[:, within]
    return {
        "between": 1 - (left[0] ** 2).sum() / total if total else np.nan,
        "n_within": int(within.sum()),
        "correlations": [float(fit(row, own, correlation_of(kind))) for row in predicted],
    }


def compare_labels(rows: Iterable[Mapping], predictions: Mapping) -> list[dict]:
    """Compare the retained maps with the labels, for every cohort, model and label.

    Parameters
    ----------
    rows : iterable of mappings
        With `TESTS` but those of the comparison, and ``fits``, the label's of every fold.
    predictions : dict of (cohort, model) to dict of str to array
        Tables of folds.

    Returns
    -------
    list of dict
        With the keys `TESTS`: the difference is retained - label, the test two-sided, corrected
        for the images that folds share and by Holm's method over all rows.  See
        :mod:`alignment.prediction.fold_tests`.
    """
    compared = []
    for row in rows:
        table = predictions[row["cohort"], row["model"]]
        test = compare_rivals(
            row["fits"], *(table[n] for n in ("test_retained", "n_train", "n_test"))
        )
        test["test_label"], test["test_retained"] = test.pop("test_rival"), test.pop("test_own")
        compared.append(row | test)
    return [{name: row[name] for name in TESTS} for row in with_intervals(compared, sides=2)]
