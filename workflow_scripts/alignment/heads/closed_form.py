"""Scores of all maps of a globally pooled network at once, as a few products of matrices.

The embedding of such a network is the spatial mean of its maps.  Without map f the similarity of
two images is known from the one with all maps and from two numbers an image, so that the sums over
pairs that make a fit are quadratic forms in these numbers.  No similarity is ever written down map
by map.  Section 10 of the method.

With rows of unit length, R the similarities with all maps and t their mean, the similarity without
a map less t is ``u_i u_j D_ij + T_ij``, where ``D = R - t``, ``u = 1 + d`` corrects the length of a
row, and ``T = kappa P P' - P Q' - Q P' + t (d d' + d 1' + 1 d')`` is small.  All sums are written
as differences from those with all maps, for which no digits cancel, even where all images are
nearly alike to the network.
"""

import numpy as np

from alignment.heads.unit_rows import DOMINANT, UnitRows
from alignment.similarity.fits import CONSTANT, centred_over_pairs, fit, fit_from_sums

# A map whose removal leaves less than this share of the variance of the similarities would lose
# digits in the closed form, and is scored by the definition.
CANCELLED = 1e-3
MEMORY = 500_000_000
WIDEST_BLOCK = 256  # maps; wider blocks leave the processor's cache
N_TEMPORARIES = 30  # arrays of the size of a block


def map_scores(
    embedding: np.ndarray,
    judgments: np.ndarray,
    similarity: str = "pearson",
    kind: str = "r2",
    memory: int = MEMORY,
) -> tuple[float, np.ndarray, np.ndarray]:
    """Return the fit with all maps, the fit without each map, and their difference, the AIS.

    Parameters
    ----------
    embedding : (n, F) array
        Spatial mean of every map in every image.
    judgments : (n, n) array
        Human similarities, symmetric; NaN for a pair that takes no part.
    similarity : {"pearson", "cosine"}
    kind : {"r2", "pearson"}
    memory : int
        Bytes to work in, beyond what ``n * (n + F)`` numbers ask for.

    Returns
    -------
    fit_full : float
    fit_without : (F,) float64 array
    ais : (F,) float64 array
        Exactly 0 where the removal of a map changes no embedding, NaN where a fit is undefined.

    Notes
    -----
    What :func:`alignment.similarity.fits.fit_drop` gives for the similarities with each map set to
    zero in all images.
    """
    taking_part, centred = centred_over_pairs(judgments)
    members = taking_part.any(axis=1)
    rows = UnitRows(np.asarray(embedding, dtype=np.float64)[members], similarity)
    if not rows.defined.all() or not members.any():
        undefined = np.full(embedding.shape[1], np.nan)
        return np.nan, undefined, undefined.copy()
    inside = np.ix_(members, members)
    pairs = _PairSums(rows, taking_part[inside], centred[inside], kind)
    width = int(np.clip(memory // (8 * N_TEMPORARIES * len(rows.units)), 8, WIDEST_BLOCK))
    fit_without = np.empty(rows.n_maps)
    for start in range(0, rows.n_maps, width):
        maps = slice(start, start + width)
        fit_without[maps], uncertain = pairs.fits_without(maps)
        for f in start + np.flatnonzero(uncertain):
            fit_without[f] = fit(
                rows.without(f, *pairs.images), judgments[inside][pairs.images], kind
            )
    return pairs.fit_full, fit_without, pairs.fit_full - fit_without


class _PairSums:
    """Sums over the pairs of a fold, in both orders, with all maps and without each."""

    def __init__(self, rows, taking_part, judgments, kind):
        self.rows, self.kind = rows, kind
        self.n = int(taking_part.sum())
        self.images = np.nonzero(np.triu(taking_part))
        self.mean = rows.similarity[taking_part].mean()
        self.deviations = np.where(taking_part, rows.similarity - self.mean, 0)  # D
        self.squared = self.deviations**2
        self.judgments = judgments  # H
        self.judged = judgments * rows.similarity  # H R
        everything = self.n == len(taking_part) * (len(taking_part) - 1)
        self.mask = None if everything else taking_part.astype(np.float64)
        self.judgment_squares = (judgments**2).sum()
        self.total, self.squares = self.deviations.sum(), self.squared.sum()
        self.products = (judgments * self.deviations).sum()
        self.fit_full = float(self._fit(self.total, self.squares, self.products))

    def _fit(self, total, squares, products):
        return fit_from_sums(self.n, total, squares, products, self.judgment_squares, self.kind)

    def _over_pairs(self, left, *rights):
        """Return the sums over all pairs in question of left_i right_j, for several rights."""
        if self.mask is not None:
            joined = self.mask @ left
            return [(joined * right).sum(axis=0) for right in rights]
        total = left.sum(axis=0)
        return [total * right.sum(axis=0) - (left * right).sum(axis=0) for right in rights]

    def fits_without(self, maps):
        """Return the fits without each of some maps, and which of them need the definition."""
        rows, t, kappa = self.rows, self.mean, self.rows.kappa
        lost = rows.lost(maps)
        dominated = lost > 1 - DOMINANT
        lost[dominated] = 0
        root = np.sqrt(1 - lost)
        d = lost / (root * (1 + root))  # u - 1
        w = lost / (1 - lost)  # u^2 - 1
        P, Q = rows.units[:, maps] / root, rows.centred[:, maps] / root
        uP, ud, X = P / root, d / root, kappa * P - 2 * Q

        def form(matrix, left, right):
            return ((matrix @ left) * right).sum(axis=0)

        def growth(matrix, change):
            """The sum of matrix_ij (1 + change_i) (1 + change_j), less that of the matrix."""
            return form(matrix, change, 2 + change)

        T, T_squared = self._sums_of_change(P, Q, X, d)
        D_T = form(self.deviations, uP, X / root) + t * form(self.deviations, ud, (2 + d) / root)
        total = self.total + (growth(self.deviations, d) + T)
        change = growth(self.squared, w) + 2 * D_T + T_squared
        products = self.products + (growth(self.judged, d) + form(self.judgments, P, X))
        spread = self.squares + change - total**2 / self.n
        p, q = (P * P).sum(axis=0), (Q * Q).sum(axis=0)
        terms = self.squares + np.abs(change) + p * (p + q) + t**2 * len(d) * (d * d).sum(axis=0)
        uncertain = dominated.any(axis=0) | (spread <= CANCELLED * terms)
        return self._fit(total, self.squares + change, products), uncertain

    def _sums_of_change(self, P, Q, X, d):
        """Return the sums over pairs of T and of its square."""
        t, kappa = self.mean, self.rows.kappa
        PP, PQ, Pd, Qd, dd = P * P, P * Q, P * d, Q * d, d * d
        P_X, P_Qd = self._over_pairs(P, X, Qd)
        d_d2, d_mixed = self._over_pairs(d, d + 2, 2 * d + 4 * dd)
        (fourth,) = self._over_pairs(PP, kappa**2 * PP + 2 * Q * Q - 4 * kappa * PQ)
        (PQ_PQ,) = self._over_pairs(PQ, PQ)
        (dd_dd2,) = self._over_pairs(dd, dd + 2)
        (mixed,) = self._over_pairs(Pd, kappa * (Pd + 2 * P) - 2 * (Qd + Q))
        total = P_X + t * d_d2
        squares = fourth + 2 * PQ_PQ + t**2 * (dd_dd2 + d_mixed) + 2 * t * (mixed - 2 * P_Qd)
        return total, squares


def image_scores(
    embedding: np.ndarray, judgments: np.ndarray, similarity: str = "pearson"
) -> tuple[np.ndarray, np.ndarray]:
    """Return AIS_if for every image of a cohort.

    Parameters
    ----------
    embedding : (n, F) array
        Spatial mean of every map in every image.
    judgments : (n, n) array
        Human similarities; NaN where a pair was not judged.
    similarity : {"pearson", "cosine"}

    Returns
    -------
    ais : (n, F) float64 array
        ``r_i - r_if``; NaN where a correlation is undefined, exactly 0 where a map is silent.
    fit_full : (n,) float64 array
        r_i, the Pearson correlation over j != i of human similarity (i, j) with the RSM (i, j).

    Notes
    -----
    Section 6 of the method.  Image i without map f has the product ``R_ij - e_if c_jf`` with image
    j whole, up to a factor that a correlation over j does not see.
    """
    rows = UnitRows(np.asarray(embedding, dtype=np.float64), similarity)
    others = np.isfinite(judgments)
    np.fill_diagonal(others, False)
    n = others.sum(axis=1)
    H, varies = _centred_rows(judgments, others)
    D, _ = _centred_rows(rows.similarity, others)
    # One silent image among the others leaves image i without a correlation.
    usable = rows.defined & varies & ~others[:, ~rows.defined].any(axis=1)
    # A correlation over j does not see what a map has in all images. Taking it off saves the digits
    # of a map that outweighs all others.
    e, c = rows.units, rows.centred - rows.centred.mean(axis=0)
    products = (H * D).sum(axis=1)[:, None]
    squares = (D * D).sum(axis=1)[:, None]
    change = e * (H @ c)
    spread = e * e * _sum_of_squares(c, others, n)
    left = squares + (spread - 2 * e * (D @ c))
    uncertain = (left <= CANCELLED * (squares + spread)) & usable[:, None]
    scale = 1 - rows.lost(slice(None))  # what is left of the squared length of image i
    bounds = n[:, None] * np.maximum(scale, 0)
    judged = (H * H).sum(axis=1)[:, None]
    fit_full = _row_fits(products, squares, judged, n[:, None], usable)
    fit_without = _row_fits(products - change, left, judged, bounds, usable)
    for i in np.flatnonzero(uncertain.any(axis=1)):
        maps = np.flatnonzero(uncertain[i])
        fit_without[i, maps] = _definition(rows, i, maps, judgments[i], others[i])
    return fit_full - fit_without, fit_full[:, 0]


def _centred_rows(values, others):
    """Return each row less its mean over the other images, zero elsewhere, and if it varies."""
    counted = np.where(others, values, 0)
    n = np.maximum(others.sum(axis=1, keepdims=True), 1)
    centred = np.where(others, counted - counted.sum(axis=1, keepdims=True) / n, 0)
    low, high = np.where(others, values, np.inf), np.where(others, values, -np.inf)
    return centred, others.any(axis=1) & (high.max(axis=1) > low.min(axis=1))


def _sum_of_squares(values, others, n):
    """Return for every image the squares of the other images' values less their mean, summed."""
    if (n == len(others) - 1).all():
        total = values.sum(axis=0) - values
        squares = (values * values).sum(axis=0) - values * values
    else:
        mask = others.astype(np.float64)
        total, squares = mask @ values, mask @ (values * values)
    return squares - total * total / np.maximum(n, 1)[:, None]


def _row_fits(products, squares, judged, bounds, usable):
    """Return correlations from sums over the other images; NaN where they are undefined."""
    defined = (squares > bounds * CONSTANT**2) & usable[:, None]
    r = np.full(squares.shape, np.nan)
    np.divide(products, np.sqrt(np.abs(squares) * judged), out=r, where=defined)
    return r


def _definition(rows, i, maps, judgments, others):
    """Return r_if of one image and some maps by the definition."""
    fits = np.empty(len(maps))
    for k, f in enumerate(maps):
        similarities = rows.rows_without([i], f)[0] @ rows.centred.T
        fits[k] = fit(similarities[others], judgments[others], "pearson")
    return fits
