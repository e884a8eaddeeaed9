"""How far a statistic over images would move with other images."""

from collections.abc import Callable

import numpy as np

from alignment.statistics.means import mean_of_defined


def mean(values: np.ndarray) -> np.ndarray:
    """Return the mean over the last axis."""
    return values.mean(axis=-1)


def bootstrap_interval(
    values: np.ndarray,
    statistic: Callable[[np.ndarray], np.ndarray] = mean,
    n_draws: int = 2000,
    level: float = 0.95,
    seed: int = 0,
) -> tuple[float, float]:
    """Return the percentile bootstrap interval of a statistic over images drawn with replacement.

    Parameters
    ----------
    values : (n,) array
        One value per image; undefined ones (NaN) are left out.
    statistic : callable
        From (..., n) values to (...) statistics.
    n_draws : int
    level : float
        The share of the draws' statistics that lies within the interval.
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
    values = values[~np.isnan(values)]
    if len(values) < 2:
        return np.nan, np.nan
    drawn = np.random.default_rng(seed).integers(len(values), size=(n_draws, len(values)))
    levels = [(1 - level) / 2, (1 + level) / 2]
    # The nearest draw: between infinite values there is nothing to interpolate.
    low, high = np.nanquantile(statistic(values[drawn]), levels, method="nearest")
    return float(low), float(high)


def mean_with_interval(name: str, values: np.ndarray) -> dict[str, float]:
    """Return the mean of what is defined under a name, and its interval under name_low, name_high.

    See :func:`bootstrap_interval`.
    """
    low, high = bootstrap_interval(values)
    return {name: mean_of_defined(values), f"{name}_low": low, f"{name}_high": high}
