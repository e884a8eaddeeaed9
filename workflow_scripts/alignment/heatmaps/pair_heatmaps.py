"""Which places of one image make a network find it like, or unlike, another."""

from collections.abc import Callable, Mapping
from functools import partial

import numpy as np

from alignment.artifacts.arrays import Arrays
from alignment.similarity.fits import lengths
from alignment.similarity.pairs import square


def shares_of(
    activations: Arrays, perturbation: Mapping[str, np.ndarray], images: np.ndarray, similarity: str
) -> Callable[..., np.ndarray]:
    """Return the function that shares out the similarities of a cohort's pairs.

    Parameters
    ----------
    activations : mapping of str to array
        ``feature_maps`` and ``embedding``; the attribute ``head`` says which kind it is.
    perturbation : mapping of str to array
        ``rsm`` and ``rsm_without_one_side``, which may lie on disk, read only where the head is not
        pooled.
    images : (n,) int array
        The cohort: rows of the dataset.
    similarity : {"pearson", "cosine"}

    Returns
    -------
    callable
        Of ``first, second`` (p,), positions in the cohort, and ``maps``: :func:`pooled_shares`
        where that is exact, else :func:`spread_shares`.
    """
    feature_maps = activations["feature_maps"][images]
    if activations.attributes["head"] == "pooled":
        embedding = activations["embedding"][images]
        return partial(pooled_shares, feature_maps, embedding, similarity=similarity)
    one_side = OfCohort(perturbation["rsm_without_one_side"], images)
    rsm = square(perturbation["rsm"][()], len(perturbation["rsm_without_one_side"]), 1.0)
    return partial(spread_shares, feature_maps, rsm[np.ix_(images, images)], one_side)


class OfCohort:
    """The part of an array (N, F, N) on disk that concerns some images, read image by image."""

    def __init__(self, array: np.ndarray, images: np.ndarray):
        self._array, self._images = array, images

    def __getitem__(self, i: int) -> np.ndarray:
        """Return the (F, n) array of the i-th image."""
        return self._array[int(self._images[i])][:, self._images]


def pooled_shares(
    feature_maps: np.ndarray,
    embedding: np.ndarray,
    first: np.ndarray,
    second: np.ndarray,
    similarity: str = "pearson",
    maps: np.ndarray | None = None,
) -> np.ndarray:
    """Return each place's share of the similarity of some pairs, for a pooled head.

    Parameters
    ----------
    feature_maps : (n, F, H, W) array
    embedding : (n, F) array
        Spatial mean of every map in every image.
    first, second : (p,) int arrays
        The pairs.  The places are those of `first`.
    similarity : {"pearson", "cosine"}
    maps : int array, optional
        The maps that are on; all by default.

    Returns
    -------
    (p, H, W) float64 array
        Signed; the sum over the places is the similarity of the pair.  NaN where that is undefined.

    Notes
    -----
    Section 11 of the method: ``S_ij = mean over places of sum_f a_if(p) z_jf / |c_i|``, with z the
    centred unit embedding of j (cosine: not centred).  It is the network's own reason, and exact.
    """
    n_maps, height, width = feature_maps.shape[1:]
    on = np.arange(n_maps) if maps is None else np.sort(maps)
    rows = np.zeros(embedding.shape)
    rows[:, on] = embedding[:, on]
    e = rows - rows.mean(axis=1, keepdims=True) if similarity == "pearson" else rows
    length = lengths(rows, e)
    unit = (e / length)[:, on]
    shares = np.empty((len(first), height, width))
    for i, pairs in _pairs_by_first(first):
        places = feature_maps[i][on].reshape(len(on), height * width).astype(np.float64)
        product = unit[second[pairs]] @ places / (length[i] * height * width)
        shares[pairs] = product.reshape(-1, height, width)
    return shares


def spread_drops(feature_maps: np.ndarray, drops: np.ndarray) -> np.ndarray:
    """Return the drops of an image's similarities, each spread over the places of its map.

    Parameters
    ----------
    feature_maps : (F, H, W) array
        Of image i.
    drops : (p, F) array
        ``S_ij - S_ijf`` for some j: by how much the similarity falls when i loses map f.

    Returns
    -------
    (p, H, W) float64 array
        Signed; the sum over the places is the sum of the drops of the maps that are not silent.

    Notes
    -----
    For heads that are not pooled, where places have no share of their own: a map's drop is spread
    in proportion to its activity.  Drops need not add up to the similarity.
    """
    activity = np.abs(feature_maps.reshape(len(feature_maps), -1).astype(np.float64))
    total = activity.sum(axis=1, keepdims=True)
    activity /= np.where(total > 0, total, np.inf)
    return (drops @ activity).reshape(-1, *feature_maps.shape[1:])


def spread_shares(
    feature_maps: np.ndarray,
    rsm: np.ndarray,
    one_side: np.ndarray,
    first: np.ndarray,
    second: np.ndarray,
    maps: np.ndarray | None = None,
) -> np.ndarray:
    """Return what takes the place of :func:`pooled_shares` for any other head.

    Parameters
    ----------
    feature_maps : (n, F, H, W) array
    rsm : (n, n) array
        Similarities with all maps.
    one_side : (n, F, n) array
        Similarity of image i without map f with image j whole.
    first, second : (p,) int arrays
        The pairs.  The places are those of `first`.
    maps : int array, optional
        The maps whose drops count; all by default.  The others stay on nevertheless.

    Returns
    -------
    (p, H, W) float64 array
        Signed; see :func:`spread_drops`.  NaN where no map is on, as there.
    """
    on = np.arange(feature_maps.shape[1]) if maps is None else np.sort(maps)
    shares = np.full((len(first), *feature_maps.shape[2:]), np.nan)
    if not len(on):
        return shares
    for i, pairs in _pairs_by_first(first):
        j = second[pairs]
        drops = rsm[i, j][:, None] - one_side[i][on][:, j].T
        shares[pairs] = spread_drops(feature_maps[i][on], drops)
    return shares


def _pairs_by_first(first):
    order = np.argsort(first, kind="stable")
    images, starts = np.unique(first[order], return_index=True)
    # The first start is 0, and what lies before it empty: without pairs, nothing is left.
    return zip(images, np.split(order, starts)[1:], strict=True)
