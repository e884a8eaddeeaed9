"""How much sets of maps overlap, and how much random sets of their sizes would."""

import numpy as np


def overlap(a: np.ndarray, b: np.ndarray) -> float:
    """Return the Jaccard index of two sets of maps, |a and b| / |a or b|.

    Parameters
    ----------
    a, b : (F,) bool arrays

    Returns
    -------
    float
        NaN where both are empty.
    """
    union = (a | b).sum()
    return float((a & b).sum() / union) if union else np.nan


def random_overlap(n_a: int, n_b: int, n_maps: int) -> float:
    """Return the Jaccard index to be expected of two random sets of given sizes.

    The number of shared maps is hypergeometric, P(s) = C(n_a, s) C(F - n_a, n_b - s) / C(F, n_b).

    Parameters
    ----------
    n_a, n_b : int
    n_maps : int
        F, the number of maps to draw from.

    Returns
    -------
    float
        NaN where both sets are empty.
    """
    if n_a + n_b == 0:
        return np.nan
    log_factorial = np.concatenate([[0], np.cumsum(np.log(np.arange(1, n_maps + 1)))])

    def log_choose(n, k):
        return log_factorial[n] - log_factorial[k] - log_factorial[n - k]

    shared = np.arange(max(0, n_a + n_b - n_maps), min(n_a, n_b) + 1)
    p = np.exp(
        log_choose(n_a, shared) + log_choose(n_maps - n_a, n_b - shared) - log_choose(n_maps, n_b)
    )
    return float((p * shared / (n_a + n_b - shared)).sum())


def random_stable(sizes: np.ndarray, n_maps: int, share: float) -> float:
    """Return how many maps at least a share of the folds would retain if they drew at random.

    A map is in a random set of k of F maps with probability k / F, independently in each fold.

    Parameters
    ----------
    sizes : (folds,) int array
        Sizes of the retained sets.
    n_maps : int
    share : float

    Returns
    -------
    float
        An expected number of maps.
    """
    n_times = np.array([1.0])  # the distribution of how many folds hold a map
    for p in np.asarray(sizes) / n_maps:
        n_times = np.convolve(n_times, [1 - p, p])
    enough = np.arange(len(n_times)) / len(sizes) >= share
    return float(n_maps * n_times[enough].sum())
