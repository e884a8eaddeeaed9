"""Mantel's test: are two matrices of the same things more alike than by chance?

The things of one matrix are renamed at random, rows and columns together.  Pairs that share a thing
go on sharing it, so that what such pairs have in common is in the chance that it compares with.
"""

import numpy as np

from alignment.similarity.correlations import average_ranks
from alignment.similarity.fits import TIE_DECIMALS, fit, without_rounding
from alignment.similarity.pairs import pair_images, square, upper_triangle

MOST_PERMUTATIONS, FEWEST_PERMUTATIONS = 10_000, 1_000
# Pairs that are looked at in all, before permutations become fewer: about a minute's work
WORK = 10**9
COLUMNS = ("n_pairs", "correlation", "chance_high", "n_permutations", "p")
# Of correlations: a permutation that changes nothing is as alike as the matrices are.
ROUNDING = 1e-12


def n_permutations_of(n_images: int) -> int:
    """Return how many permutations the matrices of so many images are worth."""
    most = WORK // max(1, n_images * (n_images - 1) // 2)
    return int(np.clip(most, FEWEST_PERMUTATIONS, MOST_PERMUTATIONS))


def mantel_test(
    similarities: np.ndarray,
    judgments: np.ndarray,
    kind: str = "pearson",
    n_permutations: int | None = None,
    seed: int = 0,
) -> dict[str, float]:
    """Ask whether similarities go up with judgments by more than chance.

    Parameters
    ----------
    similarities : (n, n) array
        Symmetric; NaN in the row and the column of an image without an embedding that varies.
    judgments : (n, n) array
        Symmetric; NaN for a pair that nobody judged.
    kind : {"pearson", "spearman"}
    n_permutations : int, optional
        By default :func:`n_permutations_of` the images.
    seed : int

    Returns
    -------
    dict
        ``n_pairs``, those that were judged and have a similarity; ``correlation`` over them;
        ``chance_high``, the 95th percentile of the correlations of permutations;
        ``n_permutations``; ``p``, one-sided, (1 + number of permutations that correlate at least
        as highly) / (1 + number of permutations).  NaN where the correlation is undefined.

    Notes
    -----
    Mantel (1967), The detection of disease clustering and a generalized regression approach, Cancer
    Research 27, 209-220.
    """
    values = np.array(similarities, dtype=np.float64)
    np.fill_diagonal(values, np.nan)
    known = np.isfinite(values).any(axis=1)
    values = values[np.ix_(known, known)]
    judged = np.asarray(judgments, dtype=np.float64)[np.ix_(known, known)]
    n = len(values)
    if n_permutations is None:
        n_permutations = n_permutations_of(n)
    correlate = _correlations(upper_triangle(values), judged, kind)
    observed = correlate(np.arange(n))
    result = {
        "n_pairs": int(np.isfinite(upper_triangle(judged)).sum()),
        "correlation": observed,
        "chance_high": np.nan,
        "n_permutations": n_permutations,
        "p": np.nan,
    }
    if np.isnan(observed):
        return result
    rng = np.random.default_rng(seed)
    by_chance = np.array([correlate(rng.permutation(n)) for _ in range(n_permutations)])
    as_alike = int((by_chance >= observed - ROUNDING).sum())
    return result | {
        "chance_high": float(np.nanpercentile(by_chance, 95)),
        "p": (1 + as_alike) / (1 + n_permutations),
    }


def _correlations(values, judged, kind):
    """Return a function of an order of the images, to the correlation with the judgments in it."""
    n = len(judged)
    first, second = pair_images(n)

    def in_order(order):
        # Faster than by brackets, as often as there are permutations
        return judged.take((order * n).take(first) + order.take(second))

    def one_by_one(order):
        ordered = in_order(order)
        both = np.isfinite(ordered)
        return float(fit(values[both], ordered[both], kind))

    found = upper_triangle(judged)
    if not np.isfinite(found).all() or np.isnan(one_by_one(np.arange(n))):
        return one_by_one
    # Every permutation has the same judgments: their ranks, means and deviations stay.
    if kind == "spearman":
        values = average_ranks(values.round(TIE_DECIMALS))
        found = average_ranks(without_rounding(found))
    values, found = (_standardized(each) for each in (values, found))
    judged = square(found, n, 0.0)
    return lambda order: float(values @ in_order(order))


def _standardized(values):
    values = values - values.mean()
    return values / np.linalg.norm(values)
