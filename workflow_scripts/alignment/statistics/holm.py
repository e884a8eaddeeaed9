"""The correction of a family of tests."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike


def holm(p_values: ArrayLike) -> np.ndarray:
    """Return p-values corrected by Holm's step-down method.

    Parameters
    ----------
    p_values : (m,) array
        NaN where there was no test, which then is not counted.

    Returns
    -------
    (m,) float64 array

    Notes
    -----
    Holm (1979).
    """
    return np.minimum(_without_limit(p_values), 1)


def times_taken(p_values: ArrayLike) -> np.ndarray:
    """Return by how much Holm's method multiplies each p-value, also where that exceeds 1.

    Parameters
    ----------
    p_values : (m,) array
        See :func:`holm`.

    Returns
    -------
    (m,) float64 array
        At most m, which a p of 0 takes as the smallest of all; NaN where there was no test.
    """
    p = np.asarray(p_values, dtype=np.float64)
    known = np.isfinite(p)
    most = np.where(known, known.sum(dtype=np.float64), np.nan)
    return np.divide(_without_limit(p), p, out=most, where=p > 0)


def _without_limit(p_values):
    p = np.asarray(p_values, dtype=np.float64)
    n_tests = np.isfinite(p).sum()
    order = np.argsort(p, kind="stable")[:n_tests]
    corrected = np.full_like(p, np.nan)
    steps = p[order] * np.arange(n_tests, 0, -1)
    corrected[order] = np.maximum.accumulate(steps)
    return corrected


def with_holm(rows: Sequence[dict], p: str = "p", corrected: str = "p_holm") -> list[dict]:
    """Return the rows of a table of tests with their p-values corrected over the whole table.

    Parameters
    ----------
    rows : sequence of dict
    p : str
        The key of the p-values; NaN where there was no test.
    corrected : str
        The key of the corrected ones.
    """
    values = holm([row[p] for row in rows])
    return [row | {corrected: float(value)} for row, value in zip(rows, values, strict=True)]
