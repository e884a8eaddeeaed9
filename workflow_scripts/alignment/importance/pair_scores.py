"""Alignment importance of every map for one pair of images, seen from the first of the two."""

from collections.abc import Callable, Mapping
from functools import partial

import numpy as np

from alignment.artifacts.arrays import Arrays
from alignment.similarity.fits import CONSTANT, lengths
from alignment.similarity.pairs import square

# Below this share of an image's variance, or of the variance of its similarities, what a map leaves
# is a difference of two almost equal numbers, and the definition takes the closed form's place.
CANCELLED = 1e-9
CANCELLED_SPREAD = 1e-4


def pair_scores(
    similarities: np.ndarray, without: np.ndarray, judgments: np.ndarray, partners: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return AIS_ijf of one image i with some of the others.

    Parameters
    ----------
    similarities : (n,) array
        Of image i with every image j, with all maps.
    without : (F, n) array
        Similarity of image i without map f with image j whole.
    judgments : (n,) array
        Human similarities of i and j; NaN for i itself and where a pair was not judged.
    partners : (k,) int array
        The images j in question.

    Returns
    -------
    ais : (k, F) float64 array
        ``zH_ij (zS_ij - zS_ijf)``; its mean over all j is AIS_if.  NaN where a pair was not judged
        or a correlation is undefined.
    contribution : (k,) float64 array
        ``zH_ij zS_ij``, whose mean over all j is r_i.

    Notes
    -----
    Section 11 of the method: AIS of one pair.  Standard scores are over the judged j, with
    divisor n.
    """
    others = np.isfinite(judgments)
    place = np.cumsum(others) - 1
    judged = others[partners]
    chosen = place[partners[judged]]
    human = _of_judgments(judgments[others])[chosen]
    whole = _standard_scores(similarities[None, others])[:, chosen]
    ais = np.full((len(partners), len(without)), np.nan)
    contribution = np.full(len(partners), np.nan)
    lesser = _standard_scores(without[:, others])[:, chosen]
    ais[judged] = (human * (whole - lesser)).T
    contribution[judged] = human * whole[0]
    return ais, contribution


def _of_judgments(values):
    """Standard scores of judgments, which may be of any size: NaN where all are equal."""
    if not len(values) or np.ptp(values) == 0:
        return np.full(len(values), np.nan)
    values = values - values.mean()
    return values / np.sqrt(np.mean(values * values))


def _standard_scores(rows):
    rows = rows - rows.mean(axis=1, keepdims=True)
    variance = np.einsum("rj,rj->r", rows, rows) / rows.shape[1]
    scale = np.where(variance > CONSTANT**2, variance, np.nan)
    return rows / np.sqrt(scale)[:, None]


def scorer_of(
    activations: Arrays, perturbation: Mapping[str, np.ndarray], images: np.ndarray, similarity: str
) -> Callable[[int, np.ndarray, np.ndarray], tuple[np.ndarray, np.ndarray]]:
    """Return the function that scores the pairs of an image of a cohort.

    Parameters
    ----------
    activations : mapping of str to array
        ``embedding``; the attribute ``head`` says which kind it is.
    perturbation : mapping of str to array
        ``rsm`` and ``rsm_without_one_side``, which may lie on disk, read only where the head is not
        pooled.
    images : (n,) int array
        The cohort: rows of the dataset.
    similarity : {"pearson", "cosine"}

    Returns
    -------
    callable
        Of the position i of an image in the cohort, its judgments (n,) and partners (k,); returns
        what :func:`pair_scores` does.
    """
    if activations.attributes["head"] == "pooled":
        return PooledPairs(activations["embedding"][images], similarity).scores
    rsm = square(perturbation["rsm"][()], len(perturbation["rsm_without_one_side"]), 1.0)
    return partial(_saved_scores, perturbation["rsm_without_one_side"], rsm, images)


def _saved_scores(one_side, rsm, images, i, judgments, partners):
    without = one_side[int(images[i])][:, images]
    return pair_scores(rsm[images[i], images], without, judgments, partners)


class PooledPairs:
    """Scores of pairs for a globally pooled network, without the similarities of other pairs.

    Parameters
    ----------
    embedding : (n, F) array
        Spatial mean of every map in every image of a cohort.
    similarity : {"pearson", "cosine"}

    Notes
    -----
    With rows c centred (for cosine: as they are), u of unit length, and e_if the f-th unit of image
    i, the similarity of i without map f to j is ``c_i.u_j - e_if u_jf``, up to a factor that does
    not count in standard scores.  Its mean and variance over j follow from those of both terms.
    """

    def __init__(self, embedding: np.ndarray, similarity: str = "pearson"):
        self._similarity = similarity
        self._embedding = e = np.asarray(embedding, dtype=np.float64)
        c = _centred(e, similarity)
        self._lengths = lengths(e, c)
        self._units = c / self._lengths
        # A standard score over images does not see what a map has in all of them, and what a map
        # that outweighs the others has there would take the digits of all.
        # In sums over images one that has no unit row counts for nothing: 0 times NaN is NaN.
        self._shifted = np.nan_to_num(self._units - np.nan_to_num(self._units).mean(axis=0))
        self._shifted_squares = self._shifted**2
        kappa = 1 - 1 / e.shape[1] if similarity == "pearson" else 1.0
        with np.errstate(invalid="ignore"):
            lost = (2 * e * c - kappa * e * e) / self._lengths**2
        self._left = 1 - lost  # of the squared length of each image, without each map

    def scores(
        self, i: int, judgments: np.ndarray, partners: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray]:
        """Return AIS_ijf of image i with some of the others; see :func:`pair_scores`."""
        u, others = self._units, np.isfinite(judgments)
        n, taking_part = int(others.sum()), others.astype(np.float64)
        products = u @ u[i]
        if n == 0 or np.isnan(products[others]).any():
            nothing = np.full((len(partners), u.shape[1]), np.nan)
            return nothing, nothing[:, 0].copy()
        products = np.where(others, products - products[others].mean(), 0)
        e = self._embedding[i] / self._lengths[i]
        mean = taking_part @ self._shifted / n
        spread = np.maximum(taking_part @ self._shifted_squares / n - mean**2, 0)
        whole = products @ products / n
        variance = whole - 2 * e * (products @ self._shifted / n) + e * e * spread
        human = np.full(len(judgments), np.nan)
        human[others] = _of_judgments(judgments[others])
        human = human[partners]
        scaled = products[partners] / np.sqrt(_varying(whole))
        change = e * (self._shifted[partners] - mean)
        bounded = np.where(variance > CONSTANT**2 * self._left[i], variance, np.nan)
        with np.errstate(invalid="ignore"):
            lesser = (products[partners, None] - change) / np.sqrt(bounded)
        ais = human[:, None] * (scaled[:, None] - lesser)
        cancelled = (self._left[i] <= CANCELLED) | (
            variance <= CANCELLED_SPREAD * (whole + e * e * spread)
        )
        for f in np.flatnonzero(cancelled):
            ais[:, f] = self._by_definition(i, f, judgments, partners)
        ais[~others[partners]] = np.nan
        return ais, human * scaled

    def _by_definition(self, i, f, judgments, partners):
        row = self._embedding[i].copy()
        row[f] = 0
        centred = _centred(row, self._similarity)
        without = self._units @ centred / lengths(row, centred)
        whole = self._units @ self._units[i]
        return pair_scores(whole, without[None], judgments, partners)[0][:, 0]


def _varying(variance):
    return variance if variance > CONSTANT**2 else np.nan


def _centred(rows, similarity):
    return rows - rows.mean(axis=-1, keepdims=True) if similarity == "pearson" else rows


def strongest(ais: np.ndarray, n: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the maps that add most to each pair.

    Parameters
    ----------
    ais : (p, F) array
        Undefined scores (NaN) come last.
    n : int

    Returns
    -------
    maps : (p, min(n, F)) int array
        Highest score first; of equal scores the lower index first, also where not all are listed.
    scores : (p, min(n, F)) array
    """
    n = min(n, ais.shape[1])
    lowness = np.where(np.isnan(ais), np.inf, -ais)
    # The best are few beside all, so that only they are sorted, and all where equal scores leave
    # open which are among them.
    best = np.argpartition(lowness, n - 1, axis=1)[:, :n]
    worst = np.take_along_axis(lowness, best, axis=1).max(axis=1, keepdims=True)
    open_rows = np.flatnonzero((lowness <= worst).sum(axis=1) > n)
    best[open_rows] = np.argsort(lowness[open_rows], axis=1, kind="stable")[:, :n]
    best.sort(axis=1)
    order = np.argsort(np.take_along_axis(lowness, best, axis=1), axis=1, kind="stable")
    maps = np.take_along_axis(best, order, axis=1)
    return maps, np.take_along_axis(ais, maps, axis=1)
