"""How far a mean over images would move with other images."""

import numpy as np


def bootstrap_interval(
    values: np.ndarray, n_draws: int = 2000, level: float = 0.95, seed: int = 0
) -> tuple[float, float]:
    """Return the percentile bootstrap interval of a mean.

    Parameters
    ----------
    values : (n,) array
        One value an image; undefined ones (NaN) are left out.
    n_draws : int
    level : float
        The share of the draws' means that lies within the interval.
    seed : int

    Returns
    -------
    low, high : float
        NaN with fewer than 2 values.

    Notes
    -----
    Efron & Tibshirani (1993), section 13.3.
    """
    values = np.asarray(values, dtype=np.float64)
    values = values[np.isfinite(values)]
    if len(values) < 2:
        return np.nan, np.nan
    drawn = np.random.default_rng(seed).integers(len(values), size=(n_draws, len(values)))
    low, high = np.quantile(values[drawn].mean(axis=1), [(1 - level) / 2, (1 + level) / 2])
    return float(low), float(high)
