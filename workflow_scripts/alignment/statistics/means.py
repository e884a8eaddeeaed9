"""The mean of what is defined."""

import numpy as np


def mean_of_defined(values: np.ndarray) -> float:
    """Return the mean of the values that are finite, NaN where none is.

    Parameters
    ----------
    values : (n,) array
    """
    values = np.asarray(values, dtype=np.float64)
    values = values[np.isfinite(values)]
    return float(values.mean()) if len(values) else np.nan
