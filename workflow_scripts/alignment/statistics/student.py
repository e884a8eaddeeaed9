"""Student's t: the interval of a mean, and the test of it against 0."""

from collections.abc import Iterable

import numpy as np

LEVEL = 0.95
ROUNDING = 1e-12  # relative to the largest value


def mean_and_test(values: Iterable[float], fewest_tested: int = 2) -> dict[str, float]:
    """Return the mean of values, its 95 % interval, and the test of it against 0.

    Parameters
    ----------
    values : iterable of float
        One per image, or per seed; those that are not finite are left out.
    fewest_tested : int
        How many values a test needs.

    Returns
    -------
    dict
        ``n``, ``mean``, ``sd``, ``low``, ``high``, ``t``, ``p`` (two-sided).  All but ``n`` and
        ``mean`` are NaN for one value, and all but ``n`` for none; t and p also for fewer than
        `fewest_tested`.  Where nothing varies only ``sd`` is known as well, since values that are
        equal by chance say nothing of how far their mean may be off.
    """
    from scipy.stats import t as student  # costs a second, which the drawing of figures saves

    x = np.array([value for value in values if np.isfinite(value)], dtype=np.float64)
    n = len(x)
    found = dict.fromkeys(("mean", "sd", "low", "high", "t", "p"), np.nan) | {"n": n}
    if n == 0:
        return found
    mean = float(x.mean())
    found["mean"] = mean
    if n < 2:
        return found
    found["sd"] = float(x.std(ddof=1))
    # Of equal values, rounding may leave a difference.
    if np.ptp(x) <= ROUNDING * np.abs(x).max():
        return found
    error = found["sd"] / np.sqrt(n)
    reach = float(student.ppf((1 + LEVEL) / 2, n - 1)) * error
    found |= {"low": mean - reach, "high": mean + reach}
    if n >= fewest_tested:
        found["t"] = float(mean / error)
        found["p"] = float(2 * student.sf(abs(mean / error), n - 1))
    return found
