"""The fit of one image with only some of its maps on, while the others stay whole."""

from collections.abc import Callable
from functools import lru_cache

import numpy as np

from alignment.artifacts.compilation import compiled
from alignment.heads.unit_rows import UnitRows, fit_over, taking_part
from alignment.similarity.fits import CONSTANT, ROUNDING, fit

AT_A_TIME = 16  # variants of an image that a head sees at a time


class PooledImages:
    """Fits of the images of a cohort with some of their own maps on, for a pooled head.

    Parameters
    ----------
    embedding : (n, F) array
        Spatial mean of every map in every image.
    judgments : (n, n) array
        Human similarities; NaN for a pair that takes no part.  The diagonal never does.
    similarity : {"pearson", "cosine"}

    Attributes
    ----------
    active : (n, F) bool array
        The maps that are not silent in an image: the others change nothing.

    Notes
    -----
    With the maps S on, the similarity of image i to image j is ``sum over f in S of e_if c_jf``, up
    to a factor of i alone, which a correlation over j does not see.  c: the centred unit rows (for
    cosine: not centred).  So a map adds one vector over j, and no layer is ever run.
    """

    def __init__(self, embedding: np.ndarray, judgments: np.ndarray, similarity: str = "pearson"):
        self._e = np.asarray(embedding, dtype=np.float64)
        self._rows = UnitRows(self._e, similarity)
        self._judgments = np.asarray(judgments, dtype=np.float64)
        self.active = self._e != 0
        self._terms = lru_cache(maxsize=1)(self._terms_of)  # image by image, again and again

    def growing_fits(self, i: int, order: np.ndarray) -> np.ndarray:
        """Return r_i with only the k first maps of an order on, (len(order),).

        NaN where the similarities are undefined, or do not vary over the other images.
        """
        shares, judged = self._terms(i)
        sums = np.empty((2, len(order)))
        given = np.ascontiguousarray(order, np.int64), shares, judged, sums
        compiled(_add_up, _ARGUMENTS)(*given)
        e = self._e[i, order]
        return self._fits(*sums, judged, np.cumsum(e * e), np.cumsum(e))

    def fits_of_sets(self, i: int, sets: np.ndarray) -> np.ndarray:
        """Return r_i (S,) with only the maps of each set (S, F) on; NaN where undefined."""
        shares, judged = self._terms(i)
        on, e = np.asarray(sets, dtype=np.float64), self._e[i]
        similarities = on @ shares
        spread = np.einsum("sj,sj->s", similarities, similarities)
        return self._fits(similarities @ judged, spread, judged, on @ (e * e), on @ e)

    def _terms_of(self, i):
        """Return what each map adds to the similarities, less its mean, and the judgments."""
        part, is_defined = fit_over(self._rows, self._judgments, i)
        judged, others = self._judgments[i, part], self._rows.centred[part]
        if not is_defined:
            return np.full(others.shape[::-1], np.nan), judged
        shares = np.ascontiguousarray(self._e[i][:, None] * (others - others.mean(axis=0)).T)
        return shares, judged - judged.mean()

    def _fits(self, products, spread, judged, squares, sums):
        """Return correlations; NaN where the row of image i, or the similarities, do not vary."""
        length = squares - sums**2 / self._rows.n_maps if self._rows.is_centred else squares
        defined = (length > ROUNDING * squares) & (spread > CONSTANT**2 * length * len(judged))
        r = np.full(len(products), np.nan)
        np.divide(products, np.sqrt(spread * (judged @ judged)), out=r, where=defined)
        return r


_ARGUMENTS = "(int64[::1], float64[:, ::1], float64[::1], float64[:, ::1])"


def _add_up(order, shares, judged, sums):
    """Switch maps on one by one, and add up products with the judgments, and squares.

    Parameters
    ----------
    order : (k,) int array
        Maps.
    shares : (F, n) array
        What each map adds to the similarities.
    judged : (n,) array
    sums : (2, k) array
        Receives the sums over the n images.
    """
    n = shares.shape[1]
    similarities = np.zeros(n)
    for step in range(len(order)):
        share = shares[order[step]]
        product = square = 0.0
        for j in range(n):
            similarity = similarities[j] + share[j]
            similarities[j] = similarity
            product += similarity * judged[j]
            square += similarity * similarity
        sums[0, step] = product
        sums[1, step] = square


class LayeredImages:
    """The same for any head, by running it again.

    Parameters
    ----------
    embed : callable
        Feature maps (B, F, H, W) of an image, and its number, to embeddings (B, D); all arrays.
    feature_maps : (n, F, H, W) array
    embedding : (n, D) array
        Of the same images.
    judgments : (n, n) array
        See :class:`PooledImages`.
    similarity : {"pearson", "cosine"}

    Attributes
    ----------
    active : (n, F) bool array
    """

    def __init__(
        self,
        embed: Callable[[np.ndarray, int], np.ndarray],
        feature_maps: np.ndarray,
        embedding: np.ndarray,
        judgments: np.ndarray,
        similarity: str = "pearson",
    ):
        self._embed, self._maps = embed, feature_maps
        self._similarity, self._judgments = similarity, judgments
        self._whole = UnitRows(np.asarray(embedding, dtype=np.float64), similarity)
        self.active = feature_maps.any(axis=(2, 3))

    def growing_fits(self, i: int, order: np.ndarray) -> np.ndarray:
        """Return r_i with only the k first maps of an order on; see :class:`PooledImages`."""
        sets = np.zeros((len(order), self._maps.shape[1]), dtype=bool)
        sets[:, order] = np.tri(len(order), dtype=bool)
        return self.fits_of_sets(i, sets)

    def fits_of_sets(self, i: int, sets: np.ndarray) -> np.ndarray:
        """Return r_i with only the maps of each set on; see :class:`PooledImages`."""
        part, own = taking_part(self._judgments, i), self._maps[i]
        rows = [
            self._embed(np.where(some[:, :, None, None], own, np.zeros((), own.dtype)), i)
            for some in np.array_split(sets, range(AT_A_TIME, len(sets), AT_A_TIME))
        ]
        varied = UnitRows(np.concatenate(rows).astype(np.float64), self._similarity)
        similarities = varied.centred @ self._whole.centred[part].T
        similarities[~varied.defined] = np.nan
        similarities[:, ~self._whole.defined[part]] = np.nan
        return fit(similarities, self._judgments[i, part], "pearson")
