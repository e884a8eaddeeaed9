"""Fits of a globally pooled network while its maps are switched on one after the other.

With the k best maps on, the similarity of two images follows from the inner product of their
embeddings, which grows by one term a map.  A fit needs three sums over pairs: of the similarity,
of its square and of its product with the judgment.  Inner products are kept for a tile of images
at a time, small enough for the processor's cache, while all maps go by: neither the similarities
of a step nor the products of a map are ever in memory.
"""

from concurrent.futures import ThreadPoolExecutor

import numpy as np

from alignment.artifacts.compilation import compiled
from alignment.similarity.fits import ROUNDING, centred_over_pairs, fit_from_sums

# Images of a tile: rows are shared out among threads, columns fill the processor's vectors.
TILE_ROWS, TILE_COLUMNS = 32, 256


def growing_fits(
    embedding: np.ndarray,
    order: np.ndarray,
    judgments: np.ndarray,
    similarity: str = "pearson",
    kind: str = "r2",
    threads: int = 1,
) -> np.ndarray:
    """Return the fit with only the k best maps on, for k = 1..F.

    Parameters
    ----------
    embedding : (n, F) array
        Spatial mean of every map in every image.
    order : (F,) int array
        Maps from best to worst.
    judgments : (n, n) array
        Human similarities, symmetric; NaN for a pair that takes no part.
    similarity : {"pearson", "cosine"}
    kind : {"r2", "pearson"}
    threads : int
        Their number does not change the result, to the last digit.

    Returns
    -------
    (F,) float64 array
        NaN where an image has no variance yet, or where a fit is undefined.

    Notes
    -----
    Section 5 of the method: retained maps.  Steps that change no embedding have the same fit to the
    last digit.
    """
    taking_part, centred = centred_over_pairs(judgments)
    members = taking_part.any(axis=1)
    taking_part = taking_part[np.ix_(members, members)]
    centred = centred[np.ix_(members, members)]
    n_images, n_pairs = len(taking_part), int(taking_part.sum()) // 2
    values = np.ascontiguousarray(np.asarray(embedding, np.float64)[np.ix_(members, order)].T)
    scale, shift, defined = standardization(values, similarity)
    level = _levels(values, scale, shift, taking_part)
    everything = n_pairs == n_images * (n_images - 1) // 2
    mask = np.ones((0, 0)) if everything else taking_part.astype(np.float64)
    sums = compiled(_add_sums, f"({', '.join(_ARGUMENTS)})")

    def sums_of_rows(start):
        result = np.zeros((len(values), 3))
        stop = min(start + TILE_ROWS, n_images)
        sums(start, stop, TILE_COLUMNS, values, scale, shift, level, centred, mask, result)
        return result

    starts = range(0, n_images, TILE_ROWS)
    if threads == 1 or len(starts) == 1:
        total = sum(map(sums_of_rows, starts), np.zeros((len(values), 3)))
    else:
        with ThreadPoolExecutor(threads) as pool:
            total = sum(pool.map(sums_of_rows, starts), np.zeros((len(values), 3)))
    fits = fit_from_sums(n_pairs, *total.T, (centred**2).sum() / 2, kind)
    return np.where(defined, fits, np.nan)


def standardization(values, similarity):
    """Return factors and terms that turn inner products into similarities, and where they can.

    The similarity of images i and j is ``inner scale_i scale_j - shift_i shift_j``.

    Returns
    -------
    scale, shift : (F, n) float64 arrays
        Zero for an image without variance.
    defined : (F,) bool array
        Steps at which every image has variance.
    """
    squares = np.cumsum(values * values, axis=0)
    sums = np.cumsum(values, axis=0) if similarity == "pearson" else np.zeros_like(values)
    variance = squares - sums * sums / len(values)
    varies = variance > ROUNDING * squares
    scale = np.divide(1, np.sqrt(variance, where=varies, out=squares), where=varies, out=squares)
    scale[~varies] = 0
    return scale, sums * scale / np.sqrt(len(values)), varies.all(axis=1)


def _levels(values, scale, shift, taking_part):
    """Return about the mean similarity at every step, (F,), from as many pairs as images.

    Similarities less this level have squares of at most n times their variance, so that no digits
    of the variance are lost even where all similarities are nearly the same.
    """
    first, second = np.nonzero(np.triu(taking_part))
    sample = np.linspace(0, len(first) - 1, min(len(first), len(taking_part))).astype(int)
    if not len(sample):
        return np.zeros(len(values))
    first, second = first[sample], second[sample]
    inner = values[:, first] * values[:, second]
    np.cumsum(inner, axis=0, out=inner)
    inner *= scale[:, first]
    inner *= scale[:, second]
    inner -= shift[:, first] * shift[:, second]
    return inner.mean(axis=1)


_MATRIX = "float64[:, ::1]"
_ARGUMENTS = (
    *("int64", "int64", "int64", _MATRIX, _MATRIX, _MATRIX),
    *("float64[::1]", _MATRIX, _MATRIX, _MATRIX),
)


def _add_sums(start, stop, width, values, scale, shift, level, judgments, mask, sums):
    """Add up, for every step, the pairs of images start..stop with the images behind them.

    Parameters
    ----------
    start, stop : int
        Rows of the tiles.
    width : int
        Columns of a tile.
    values, scale, shift : (F, n) arrays
    level : (F,) array
    judgments : (n, n) array
        Centred over the pairs.
    mask : (n, n) array
        1 for a pair that takes part, else 0; an empty array if all do.
    sums : (F, 3) array
        Receives the sums of similarities s less their level, of s^2 and of s times the judgment.
    """
    n_maps, n = values.shape
    masked = mask.shape[0] > 0
    present = mask if masked else judgments
    inner = np.empty((stop - start, width))
    for left in range(start, n, width):
        right = min(left + width, n)
        inner[:] = 0
        for k in range(n_maps):
            total = squares = products = 0.0
            for i in range(start, stop):
                first = max(left, i + 1)
                if first >= right:
                    continue
                value, factor, term, base = values[k, i], scale[k, i], shift[k, i], level[k]
                running = inner[i - start, first - left : right - left]
                value_j, factor_j, term_j = (
                    values[k, first:right],
                    scale[k, first:right],
                    shift[k, first:right],
                )
                judgment, counted = judgments[i, first:right], present[i, first:right]
                for j in range(right - first):
                    product = running[j] + value * value_j[j]
                    running[j] = product
                    s = factor * (product * factor_j[j]) - term * term_j[j] - base
                    if masked:
                        s *= counted[j]
                    total += s
                    squares += s * s
                    products += s * judgment[j]
            sums[k, 0] += total
            sums[k, 1] += squares
            sums[k, 2] += products
