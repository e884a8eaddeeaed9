"""Embeddings at unit length, and what the removal of a map does to their similarities."""

import numpy as np

from alignment.similarity.fits import lengths

# A map whose removal leaves less than this share of an image's variance would lose digits in the
# closed form, and is scored by the definition.
DOMINANT = 1e-2


class UnitRows:
    """Embeddings scaled to unit length, and what the removal of a map does to them.

    Parameters
    ----------
    embedding : (n, F) float64 array
        Of any head, a row per image.
    similarity : {"pearson", "cosine"}

    Attributes
    ----------
    units : (n, F) array
        The embeddings over the length of the centred ones.
    centred : (n, F) array
        The same, each row less its mean (for cosine: as they are).
    kappa : float
        What of a unit's square leaves a row's sum of squares when the unit becomes zero.
    defined : (n,) bool array
        Rows that vary.
    similarity : (n, n) array
        Of all pairs of rows, with all maps.
    """

    def __init__(self, embedding, similarity):
        self.is_centred = similarity == "pearson"
        self.n_maps = embedding.shape[1]
        self.kappa = 1 - 1 / self.n_maps if self.is_centred else 1.0
        centred = self.centre(embedding)
        length = lengths(embedding, centred)
        self.defined = ~np.isnan(length[:, 0])
        length[~self.defined] = 1
        self.units, self.centred = embedding / length, centred / length
        self.similarity = self.centred @ self.centred.T

    def centre(self, rows):
        return rows - rows.mean(axis=-1, keepdims=True) if self.is_centred else rows

    def lost(self, maps):
        """Return the share of each row's sum of squares that goes with each map."""
        e = self.units[:, maps]
        return 2 * e * self.centred[:, maps] - self.kappa * e * e

    def rows_without(self, images, f):
        """Return the rows of some images with a map at zero, of unit length; NaN if silent."""
        rows = self.units[images]
        rows[:, f] = 0
        centred = self.centre(rows)
        return centred / lengths(rows, centred)

    def without(self, f, first, second):
        """Return the similarities of some pairs without a map, by the definition where needed."""
        e, c = self.units[:, f], self.centred[:, f]
        left = 1 - self.lost(f)
        dominated = np.flatnonzero(left < DOMINANT)
        left[dominated] = 1
        products = self.similarity - np.outer(e, c) - np.outer(c, e) + self.kappa * np.outer(e, e)
        products /= np.sqrt(np.outer(left, left))
        if len(dominated):
            rows = self.rows_without(dominated, f)
            # The others' centred rows without the map differ from those with it by a constant,
            # which a centred row does not see, and in the map itself.
            with_all = rows @ self.centred.T - np.outer(rows[:, f], e)
            products[dominated] = with_all / np.sqrt(left)
            products[:, dominated] = products[dominated].T
            products[np.ix_(dominated, dominated)] = rows @ rows.T
        return products[first, second]


def taking_part(judgments: np.ndarray, i: int) -> np.ndarray:
    """Return which images (n,) image i was compared with: judged, and not itself.

    Parameters
    ----------
    judgments : (n, n) array
        NaN where a pair was not judged.
    i : int
    """
    part = np.isfinite(judgments[i])
    part[i] = False
    return part


def fit_over(rows: UnitRows, judgments: np.ndarray, i: int) -> tuple[np.ndarray, bool]:
    """Return which images the fit of image i is over, and whether these leave one.

    Parameters
    ----------
    rows : UnitRows
        Of all n images; whether that of image i varies is not asked.
    judgments : (n, n) array
    i : int

    Returns
    -------
    part : (n,) bool array
        See :func:`taking_part`.
    is_defined : bool
        Their rows all vary, and so do their judgments.
    """
    part = taking_part(judgments, i)
    judged = judgments[i, part]
    return part, bool(len(judged) and rows.defined[part].all() and np.ptp(judged) > 0)
