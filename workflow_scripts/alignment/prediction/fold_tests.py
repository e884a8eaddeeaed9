"""Tests over folds: retained maps against all maps, and one rival against another."""

from collections.abc import Mapping, Sequence

import numpy as np

from alignment.statistics.holm import times_taken, with_holm

TESTS = ("within_subject_se", "difference_se", "t", "p", "corrected_se", "t_corrected")
TESTS += ("p_corrected",)
# Of tables of rivals, after what was compared
RIVAL_COLUMNS = ("difference", "t_corrected", "p_corrected", "p_holm")
RIVAL_COLUMNS += ("corrected_se", "corrected_low", "corrected_high")
RIVAL_COLUMNS += ("interval_low", "interval_high")
LEVEL = 0.05
EQUAL = 1e-12  # fits that differ by less do so by rounding


def compare_folds(
    full: np.ndarray, retained: np.ndarray, n_train: np.ndarray, n_test: np.ndarray
) -> dict[str, float]:
    """Compare the test fit of the retained maps with that of all maps, fold by fold.

    Parameters
    ----------
    full, retained : (n,) arrays
        Test fit of every fold.  Folds where either is undefined (NaN) are left out.
    n_train, n_test : (n,) arrays
        Number of units (images, or pairs) on each side of every fold.

    Returns
    -------
    dict
        ``n_folds``; ``test_full``, ``test_retained``: means; ``difference``;
        ``within_subject_se``: sqrt(sum d^2 / (n (n-1))), d = retained - full, as in the paper;
        ``difference_se``: the standard error of the mean difference, where d is taken from its
        mean (the paper's formula is not, and grows with the effect itself);
        ``t``, ``p``: one-sided paired t-test (retained > full); ``corrected_se``,
        ``t_corrected``, ``p_corrected``: the corrected resampled t-test, which allows for the
        images that folds share.

    Notes
    -----
    Section 5 of the method.  Nadeau & Bengio (2003): the variance of the mean difference is
    (1/n + n_test/n_train) var(d), not var(d)/n, because the training sets overlap.
    """
    full, retained = np.asarray(full, float), np.asarray(retained, float)
    defined = np.isfinite(full) & np.isfinite(retained)
    d = (retained - full)[defined]
    d[np.abs(d) < EQUAL] = 0
    n = len(d)
    result = {
        "n_folds": n,
        "test_full": full[defined].mean() if n else np.nan,
        "test_retained": retained[defined].mean() if n else np.nan,
        "difference": d.mean() if n else np.nan,
    }
    if n < 2:
        return result | dict.fromkeys(TESTS, np.nan)
    from scipy.special import stdtr  # costs half a second, which most users of this save

    share = np.mean(np.asarray(n_test)[defined] / np.asarray(n_train)[defined])
    corrected_se = _corrected_se(d.var(ddof=1), n, share)
    t = t_corrected = np.nan
    # Of equal differences nothing says how far their mean may be off.
    if np.ptp(d) > EQUAL:
        t = d.mean() / np.sqrt(d.var(ddof=1) / n)
        t_corrected = d.mean() / corrected_se
    return result | {
        "within_subject_se": np.sqrt((d**2).sum() / (n * (n - 1))),
        "difference_se": np.sqrt(d.var(ddof=1) / n),
        "t": t,
        "p": stdtr(n - 1, -t),
        "corrected_se": corrected_se,
        "t_corrected": t_corrected,
        "p_corrected": stdtr(n - 1, -t_corrected),
    }


def compare_rivals(
    rival: np.ndarray, own: np.ndarray, n_train: np.ndarray, n_test: np.ndarray
) -> dict[str, float]:
    """Compare two test fits of the same folds, of which either may be the better one.

    Parameters
    ----------
    rival, own, n_train, n_test : (n,) arrays
        See :func:`compare_folds`.

    Returns
    -------
    dict
        ``n_folds``; ``test_rival``, ``test_own``: means; ``difference`` (own - rival);
        ``corrected_se``, ``t_corrected``; ``p_corrected``, here two-sided.
    """
    from scipy.special import stdtr  # costs half a second, as in compare_folds

    test = compare_folds(rival, own, n_train, n_test)
    return {
        "n_folds": test["n_folds"],
        "test_rival": test["test_full"],
        "test_own": test["test_retained"],
        "difference": test["difference"],
        "corrected_se": test["corrected_se"],
        "t_corrected": test["t_corrected"],
        # Of the smaller tail itself: 1 - p has lost its digits where p is near 1.
        "p_corrected": 2 * stdtr(test["n_folds"] - 1, -np.abs(test["t_corrected"])),
    }


def interval_of_means(
    fits: np.ndarray, n_train: np.ndarray, n_test: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return means over folds with their 95 % intervals, which allow for the images folds share.

    Parameters
    ----------
    fits : (n, K) array
        Of every fold and whatever is varied.  NaN: undefined, and left out.
    n_train, n_test : (n,) arrays
        Number of units (images, or pairs) on each side of every fold.

    Returns
    -------
    mean, low, high : (K,) arrays
        NaN where nothing is defined; of a single fold there is no interval.

    Notes
    -----
    The variance of a mean is that of :func:`compare_folds` (Nadeau & Bengio, 2003), and the
    interval by Student's t.
    """
    from scipy.special import stdtrit  # costs half a second, as in compare_folds

    defined = np.isfinite(fits)
    n = defined.sum(axis=0)
    ratio = (np.asarray(n_test) / np.asarray(n_train))[:, None]
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = np.where(defined, fits, 0).sum(axis=0) / n
        squares = np.where(defined, (fits - mean) ** 2, 0).sum(axis=0)
        share = np.where(defined, ratio, 0).sum(axis=0) / n
        error = _corrected_se(squares / (n - 1), n, share)
        width = np.where(n > 1, stdtrit(np.maximum(n - 1, 1), 1 - LEVEL / 2) * error, np.nan)
    return mean, mean - width, mean + width


def _corrected_se(variance, n, share):
    """The standard error of a mean of n folds, whose test sets are a share of their training sets.

    Nadeau & Bengio (2003).
    """
    return np.sqrt(variance * (1 / n + share))


def with_intervals(rows: Sequence[Mapping[str, float]], sides: int) -> list[dict[str, float]]:
    """Return the rows of a table of tests, each with two intervals of its difference.

    Parameters
    ----------
    rows : sequence of mappings
        ``n_folds``, ``difference``, ``corrected_se`` and ``p_corrected``.
    sides : {1, 2}
        Of the test that p is of.

    Returns
    -------
    list of dict
        Also ``p_holm``, and as columns of low and high ends, NaN where there is no test:

        ``corrected_low``, ``corrected_high`` tell the same as the test.  They lie as many standard
        errors from the difference as make the test significant at the level that Holm's
        correction leaves to it.  So zero lies outside just where ``p_holm`` is below .05 (of a
        one-sided test: zero lies below).

        ``interval_low``, ``interval_high`` are the 95 % interval of each difference for itself,
        by the corrected resampled t-test, two-sided.  They are all made alike, whatever the other
        tests of the table are, and so can be compared with one another.

    Notes
    -----
    Nadeau & Bengio (2003).
    """
    times = times_taken([row["p_corrected"] for row in rows])
    return [
        row
        | _interval("corrected", row, LEVEL / taken / sides)
        | _interval("interval", row, LEVEL / 2)
        for row, taken in zip(with_holm(rows, "p_corrected"), times, strict=True)
    ]


def _interval(name, row, level):
    """Return a difference and what lies as far on either side as a one-sided level asks for."""
    from scipy.special import stdtrit  # costs half a second, as in compare_folds

    width = np.nan
    if np.isfinite(row["p_corrected"]):
        width = -stdtrit(row["n_folds"] - 1, level) * row["corrected_se"]
    return {f"{name}_low": row["difference"] - width, f"{name}_high": row["difference"] + width}
