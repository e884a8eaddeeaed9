"""The ceiling that the reliability of the mean judgments sets for any model."""

from collections.abc import Iterable

import numpy as np

from alignment.importance.folds import Fold
from alignment.prediction.observers import correlation_of
from alignment.similarity.fits import fit
from alignment.similarity.pairs import pair_images
from alignment.statistics.means import mean_of_defined

N_SPLITS = 200


def split_half_reliability(
    observers: np.ndarray, kind: str = "pearson", n_splits: int = N_SPLITS, seed: int = 0
) -> float:
    """Return the reliability of the mean of the observers over some pairs.

    Parameters
    ----------
    observers : (S, P) array
        Every observer's similarity of every pair; NaN where not judged.
    kind : {"pearson", "spearman"}
        Correlation between the halves.
    n_splits : int
        Number of random splits.
    seed : int

    Returns
    -------
    float
        Mean correlation between the means of two random halves of the observers, stepped up to all
        observers: for halves of equal size by the Spearman-Brown formula 2r / (1 + r), and of an
        odd number of observers by its form for unequal parts.  0 where the halves do not agree,
        NaN with fewer than two observers.

    Notes
    -----
    A perfect model of the noise-free mean correlates with the measured mean by the square root of
    the reliability.  Section 9 of the method; Spearman (1910), Brown (1910);
    for unequal parts Horst (1951).
    """
    n_observers = len(observers)
    if n_observers < 2:
        return np.nan
    rng = np.random.default_rng(seed)
    in_half = np.zeros((n_splits, n_observers))
    for row in in_half:
        row[rng.permutation(n_observers)[: n_observers // 2]] = 1
    first, second = _means(observers, np.stack([in_half, 1 - in_half]))
    both = np.isfinite(first) & np.isfinite(second)
    if both.all():
        correlations = fit(first, second, kind)
    else:
        rows = zip(first, second, both, strict=True)
        correlations = np.array([fit(a[pairs], b[pairs], kind) for a, b, pairs in rows])
    r = mean_of_defined(correlations)
    return _stepped_up(r, n_observers // 2, n_observers - n_observers // 2)


def _stepped_up(r, n_first, n_second):
    """Return the reliability of the mean of all, from the correlation of the means of two parts.

    Where an observer's noise has v times the variance of what observers share, the parts correlate
    by r = 1 / sqrt((1 + v / n_first) (1 + v / n_second)), which is solved for v.
    """
    if r <= 0:
        return 0.0
    a, b = 1 / (n_first * n_second), 1 / n_first + 1 / n_second
    v = (np.sqrt(b * b + 4 * a * (1 / r**2 - 1)) - b) / (2 * a)
    return float(1 / (1 + v / (n_first + n_second)))


def mean_reliability(observers: np.ndarray, folds: Iterable[Fold], kind: str = "r2") -> float:
    """Return the reliability of the mean judgments over test pairs, averaged over folds.

    Parameters
    ----------
    observers : (S, N, N) array
        Every observer's similarities of the dataset's pictures.
    folds : iterable of Fold
    kind : {"r2", "pearson", "spearman"}
        The fit, of whose correlation it is.
    """
    pairs = observers[:, *pair_images(observers.shape[1])]
    reliabilities = [
        split_half_reliability(pairs[:, fold.test_pairs], correlation_of(kind), seed=fold.seed)
        for fold in folds
    ]
    return mean_of_defined(np.array(reliabilities))


def _means(observers, members):
    """Return the mean judgments of groups, (..., P); members, (..., S), are 1 in their group."""
    judged = np.isfinite(observers)
    count = members @ judged
    total = members @ np.where(judged, observers, 0)
    return np.where(count > 0, total / np.maximum(count, 1), np.nan)


def ceiling(reliability: float, kind: str = "r2") -> float:
    """Return the highest fit that the reliability of the judgments leaves room for.

    Parameters
    ----------
    reliability : float
    kind : {"r2", "pearson", "spearman"}
        The fit: the ceiling of r is sqrt(reliability), that of r2 is the reliability.
    """
    reliability = max(reliability, 0.0)
    return reliability if kind == "r2" else float(np.sqrt(reliability))
