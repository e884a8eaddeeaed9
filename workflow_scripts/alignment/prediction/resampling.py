"""How far a held-out fit would move with other images: a bootstrap over images, not over folds.

Pairs share images and folds share both, so neither is a unit of chance; images are.  A resample
counts how often every image was drawn.  A pair then counts as often as the product of its two
images says, and an image drawn twice is no pair with itself: such pairs are not in the list, as in
any cohort.  What was learned on the training side is left as it is, because a copy of an image on
both sides of a fold would be a leak.  The intervals therefore tell how well the same maps would
predict judgments of other images, not how the choice of maps would vary.
"""

import numpy as np

from alignment.similarity.fits import CONSTANT, TIE_DECIMALS, fit_from_sums, without_rounding
from alignment.similarity.pairs import members_of

FEWEST_PAIRS = 3  # of different images, as in a fold
# A resample whose variance is below this share of its mean square would lose digits.
CANCELLED = 1e-3
MEMORY = 200_000_000


def draw_images(n_images: int, n_resamples: int, rng: np.random.Generator) -> np.ndarray:
    """Draw as many images as there are, with replacement, again and again.

    Returns
    -------
    (n_resamples, n_images) int array
        How often every image was drawn.
    """
    return rng.multinomial(n_images, np.full(n_images, 1 / n_images), size=n_resamples)


def fits_of_resampled_images(
    similarities: np.ndarray,
    judgments: np.ndarray,
    first: np.ndarray,
    second: np.ndarray,
    counts: np.ndarray,
    kind: str = "r2",
    memory: int = MEMORY,
) -> np.ndarray:
    """Return the fit in every resample of images.

    Parameters
    ----------
    similarities, judgments : (p,) arrays
        Of some pairs.
    first, second : (p,) int arrays
        The images of every pair.
    counts : (R, N) array
        How often every image was drawn: see :func:`draw_images`.
    kind : {"r2", "pearson", "spearman"}
        See :func:`alignment.similarity.fits.fit`.
    memory : int
        Bytes to work in where pairs have to be counted one by one.

    Returns
    -------
    (R,) float64 array
        See :func:`resampled_fits`.

    Notes
    -----
    With image counts w and the values of the pairs as a symmetric matrix S, the sum over resampled
    pairs is the quadratic form ``w^T S w / 2``: no pair is counted.  Ranks need the counts.
    """
    members, first, second = members_of(first, second)
    counts = np.asarray(counts, dtype=np.float64)[:, members]
    x, y = np.asarray(similarities, np.float64), np.asarray(judgments, np.float64)

    def by_pairs(resamples):
        fits = np.empty(len(resamples))
        width = int(max(1, memory // (8 * 8 * max(len(x), 1))))
        for start in range(0, len(resamples), width):
            block = counts[resamples[start : start + width]]
            weights = block[:, first] * block[:, second]
            fits[start : start + width] = resampled_fits(x, y, weights, kind)
        return fits

    if kind == "spearman":
        return by_pairs(np.arange(len(counts)))
    fits, uncertain = _quadratic_fits(x, y, first, second, counts, kind)
    fits[uncertain] = by_pairs(np.flatnonzero(uncertain))
    return fits


def _quadratic_fits(x, y, first, second, counts, kind):
    """Return the fits of all resamples from sums, and which sums cost too many digits."""
    n = counts.shape[1]

    def over_pairs(values, w=counts):
        matrix = np.zeros((n, n))
        matrix[first, second] = values
        return np.einsum("ri,ri->r", w @ matrix, w)

    defined = np.isfinite(x)
    ones = np.ones(len(x))
    drawn = (counts > 0).astype(np.float64)
    undefined = over_pairs(ones, drawn) < FEWEST_PAIRS
    if not defined.all():
        undefined |= over_pairs(~defined, drawn) > 0
    x = np.where(defined, x, 0)
    x, y = x - x.mean(), y - y.mean()
    n_pairs = np.maximum(over_pairs(ones), 1)
    sums, judged = over_pairs(x), over_pairs(y)
    squares, judged_squares = over_pairs(x * x), over_pairs(y * y)
    products = over_pairs(x * y) - sums * judged / n_pairs
    spread, judged_spread = squares - sums**2 / n_pairs, judged_squares - judged**2 / n_pairs
    uncertain = (spread <= CANCELLED * squares) | (judged_spread <= CANCELLED * judged_squares)
    fits = fit_from_sums(n_pairs, sums, squares, products, np.maximum(judged_spread, 0), kind)
    return np.where(undefined, np.nan, fits), uncertain & ~undefined


def resampled_fits(
    similarities: np.ndarray, judgments: np.ndarray, counts: np.ndarray, kind: str = "r2"
) -> np.ndarray:
    """Return the fit in every resample.

    Parameters
    ----------
    similarities, judgments : (n,) arrays
        Of some pairs.
    counts : (R, n) array
        How often every pair counts: the product of the counts of its images.
    kind : {"r2", "pearson", "spearman"}
        See :func:`alignment.similarity.fits.fit`.

    Returns
    -------
    (R,) float64 array
        What ``fit`` gives for the pairs written down that often; NaN where it is undefined or
        fewer than three different pairs are left.
    """
    x, y = np.asarray(similarities, np.float64)[None], np.asarray(judgments, np.float64)[None]
    weights = np.asarray(counts, dtype=np.float64)
    if not np.isfinite(x).all():
        # NaN times zero would be NaN: a resample without the undefined pairs has a fit.
        undefined = (weights[:, ~np.isfinite(x[0])] > 0).any(axis=1)
        x = np.nan_to_num(x)
    else:
        undefined = np.zeros(len(weights), dtype=bool)
    undefined |= np.count_nonzero(weights, axis=1) < FEWEST_PAIRS
    n = np.maximum(weights.sum(axis=1, keepdims=True), 1)

    def centred(values):
        return values - (weights * values).sum(axis=1, keepdims=True) / n

    spread = np.sqrt((weights * centred(x) ** 2).sum(axis=1) / n[:, 0])
    undefined |= ~(spread > CONSTANT)
    drawn = weights > 0
    lowest, highest = (np.where(drawn, y, far) for far in (np.inf, -np.inf))
    undefined |= lowest.min(axis=1) == highest.max(axis=1)  # no judgment varies
    if kind == "spearman":
        x, y = _ranks(x[0].round(TIE_DECIMALS), weights), _ranks(without_rounding(y[0]), weights)
    x, y = centred(x), centred(y)
    with np.errstate(invalid="ignore", divide="ignore"):
        r = (weights * x * y).sum(axis=1) / np.sqrt(
            (weights * x * x).sum(axis=1) * (weights * y * y).sum(axis=1)
        )
    r = np.where(undefined, np.nan, r)
    return r * r if kind == "r2" else r


def _ranks(values, weights):
    """Return the mean rank of every value among all that are written down, (R, n)."""
    _, place, n_equal = np.unique(values, return_inverse=True, return_counts=True)
    starts = np.cumsum(n_equal) - n_equal
    totals = np.add.reduceat(weights[:, np.argsort(place, kind="stable")], starts, axis=1)
    return (np.cumsum(totals, axis=1) - (totals - 1) / 2)[:, place]


def mean_over_folds(fits: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Average resampled fits over the folds in which both are defined: like is compared with like.

    Parameters
    ----------
    fits : (folds, 2, R) array
        With all and with the retained maps.

    Returns
    -------
    full, retained : (R,) float64 arrays
        NaN where no fold is defined.
    n_folds : (R,) int array
    """
    defined = np.isfinite(fits).all(axis=1)
    n_folds = defined.sum(axis=0)
    sums = np.where(defined[:, None], fits, 0).sum(axis=0)
    full, retained = np.where(n_folds > 0, sums / np.maximum(n_folds, 1), np.nan)
    return full, retained, n_folds


def interval(values: np.ndarray, level: float = 0.95) -> tuple[float, float]:
    """Return the percentile interval of what resamples gave; NaN where nothing is defined."""
    values = values[np.isfinite(values)]
    if not len(values):
        return np.nan, np.nan
    low, high = np.quantile(values, [(1 - level) / 2, (1 + level) / 2])
    return float(low), float(high)
