"""Alignment importance of every map for one pair of images, seen from the first of the two."""

from collections.abc import Iterator, Mapping

import numpy as np

from alignment.artifacts.arrays import Arrays
from alignment.similarity.fits import CONSTANT
from alignment.similarity.pairs import square

# Below this share of an image's variance what a map leaves of it is a difference of two almost
# equal numbers, and the definition takes the place of the closed form.
CANCELLED = 1e-9


def pair_scores(
    similarities: np.ndarray, without: np.ndarray, judgments: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return AIS_ijf of one image i with each of the others.

    Parameters
    ----------
    similarities : (n,) array
        Of image i with every image j, with all maps.
    without : (F, n) array
        Similarity of image i without map f with image j whole.
    judgments : (n,) array
        Human similarities of i and j; NaN for i itself and where a pair was not judged.

    Returns
    -------
    ais : (n, F) float64 array
        ``zH_ij (zS_ij - zS_ijf)``; its mean over j is AIS_if.  NaN where a pair was not judged or a
        correlation is undefined.
    contribution : (n,) float64 array
        ``zH_ij zS_ij``, whose mean over j is r_i.

    Notes
    -----
    Section 11 of the method: AIS of one pair.  Standard scores are over the judged j, with
    divisor n.
    """
    others = np.isfinite(judgments)
    human = _standard_scores(judgments[None, others])[0]
    whole = _standard_scores(similarities[None, others])
    ais = np.full((len(judgments), len(without)), np.nan)
    contribution = np.full(len(judgments), np.nan)
    ais[others] = (human * (whole - _standard_scores(without[:, others]))).T
    contribution[others] = human * whole[0]
    return ais, contribution


def _standard_scores(rows):
    rows = rows - rows.mean(axis=1, keepdims=True)
    variance = np.einsum("rj,rj->r", rows, rows) / rows.shape[1]
    scale = np.where(variance > CONSTANT**2, variance, np.nan)
    return rows / np.sqrt(scale)[:, None]


def one_side_of(
    activations: Arrays, perturbation: Mapping[str, np.ndarray], images: np.ndarray, similarity: str
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Yield what :func:`pair_scores` needs of each image of a cohort.

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

    Yields
    ------
    similarities : (n,) array
        Of image i with every image of the cohort.
    without : (F, n) array
        Similarity of image i without map f with image j whole.
    """
    if activations.attributes["head"] == "pooled":
        yield from pooled_one_side(activations["embedding"][images], similarity)
        return
    one_side = perturbation["rsm_without_one_side"]
    rsm = square(perturbation["rsm"][()], len(one_side), 1.0)
    for i in images:
        yield rsm[i, images], one_side[int(i)][:, images]


def pooled_one_side(
    embedding: np.ndarray, similarity: str = "pearson"
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Yield, image by image, the similarities with all maps and without each map of that image.

    Parameters
    ----------
    embedding : (n, F) array
        Spatial mean of every map in every image.
    similarity : {"pearson", "cosine"}

    Yields
    ------
    similarities : (n,) float64 array
        Of image i with every image, itself included.
    without : (F, n) float64 array
        Image i without map f against image j whole; NaN where either does not vary.

    Notes
    -----
    With rows c centred (for cosine: as they are) and e_if the f-th unit of image i, the inner
    product without map f is ``c_i.c_j - e_if c_jf`` and the squared length of what is left of i is
    ``c_i.c_i - 2 e_if c_if + kappa e_if²``, kappa = 1 - 1/F (cosine: 1).
    """
    e = np.asarray(embedding, dtype=np.float64)
    n_maps = e.shape[1]
    kappa = 1 - 1 / n_maps if similarity == "pearson" else 1.0
    c = _centred(e, similarity)
    squares = np.einsum("jf,jf->j", c, c)
    lengths = np.sqrt(np.where(squares > 0, squares, np.nan))
    unit = c / lengths[:, None]
    for i in range(len(e)):
        products = unit @ c[i]
        left = squares[i] - 2 * e[i] * c[i] + kappa * e[i] ** 2
        cancelled = left <= CANCELLED * squares[i]
        with np.errstate(invalid="ignore", divide="ignore"):
            without = products - e[i][:, None] * unit.T
            without /= np.sqrt(left)[:, None]
            for f in np.flatnonzero(cancelled):
                row = e[i].copy()
                row[f] = 0
                row = _centred(row, similarity)
                without[f] = unit @ row / np.sqrt(row @ row)
        yield products / lengths[i], without


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
        Highest score first; among equal scores the lower map.
    scores : (p, min(n, F)) array
    """
    n = min(n, ais.shape[1])
    # NaN is higher than any number. Maps are few beside all, so that only the best are sorted.
    best = np.sort(np.argpartition(-ais, n - 1, axis=1)[:, :n], axis=1)
    order = np.argsort(-np.take_along_axis(ais, best, axis=1), axis=1, kind="stable")
    maps = np.take_along_axis(best, order, axis=1)
    return maps, np.take_along_axis(ais, maps, axis=1)
