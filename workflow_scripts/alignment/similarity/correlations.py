"""Ranks and rank correlation of short arrays, without the second that importing scipy costs."""

import numpy as np


def average_ranks(values: np.ndarray) -> np.ndarray:
    """Return the ranks of values from 1 for the smallest; ties share the mean of their ranks.

    Parameters
    ----------
    values : (n,) array
        Without NaN.

    Returns
    -------
    (n,) float64 array
    """
    _, group, counts = np.unique(values, return_inverse=True, return_counts=True)
    last = np.cumsum(counts)
    return (last - (counts - 1) / 2)[group]


def pearson(x: np.ndarray, y: np.ndarray) -> float:
    """Return the Pearson correlation over the places where both arrays are defined.

    Parameters
    ----------
    x, y : arrays of one shape

    Returns
    -------
    float
        NaN where either does not vary.
    """
    return _correlation(*_both(x, y))


def spearman(x: np.ndarray, y: np.ndarray) -> float:
    """Return the Spearman correlation over the places where both arrays are defined.

    Parameters
    ----------
    x, y : (n,) arrays

    Returns
    -------
    float
        NaN where either does not vary.
    """
    return _correlation(*map(average_ranks, _both(x, y)))


def _both(x, y):
    x, y = np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64)
    defined = np.isfinite(x) & np.isfinite(y)
    return x[defined], y[defined]


def _correlation(x, y):
    if len(x) < 2 or np.ptp(x) == 0 or np.ptp(y) == 0:
        return np.nan
    x, y = x - x.mean(), y - y.mean()
    return float(x @ y / np.sqrt((x @ x) * (y @ y)))
