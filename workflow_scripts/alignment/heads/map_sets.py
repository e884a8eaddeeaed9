"""Similarities of a globally pooled network with only some maps on, for any sets of maps."""

from collections.abc import Iterator

import numpy as np

from alignment.similarity.fits import ROUNDING, fit
from alignment.similarity.pairs import members_of

MEMORY = 200_000_000


def only(maps: np.ndarray, n_maps: int) -> np.ndarray:
    """Return the (1, n_maps) bool array that has some maps on."""
    return np.isin(np.arange(n_maps), maps)[None]


def fits_of_sets(
    embedding: np.ndarray,
    sets: np.ndarray,
    first: np.ndarray,
    second: np.ndarray,
    judgments: np.ndarray,
    similarity: str = "pearson",
    kind: str = "r2",
    memory: int = MEMORY,
) -> np.ndarray:
    """Return the fit to the judgments of some pairs with only the maps of each set on.

    Parameters
    ----------
    embedding : (N, F) array
        Spatial mean of every map in every image.
    sets : (S, F) bool array
        The maps that are on; the others are zero.
    first, second : (p,) int arrays
        The images of every pair.
    judgments : (p,) array
        Human similarities of these pairs.
    similarity : {"pearson", "cosine"}
    kind : {"r2", "pearson", "spearman"}
    memory : int
        Bytes to work in; a single set takes what its matrix of inner products does.

    Returns
    -------
    (S,) float64 array
        NaN where the fit is undefined: see :func:`alignment.similarity.fits.fit`.
    """
    blocks = _blocks(embedding, sets, first, second, similarity, memory)
    fits = [fit(similarities, judgments, kind) for similarities in blocks]
    return np.concatenate(fits) if fits else np.zeros(0)


def similarities_of_sets(
    embedding: np.ndarray,
    sets: np.ndarray,
    first: np.ndarray,
    second: np.ndarray,
    similarity: str = "pearson",
    memory: int = MEMORY,
) -> np.ndarray:
    """Return the similarities of some pairs with only the maps of each set on.

    Parameters
    ----------
    embedding, sets, first, second, similarity, memory
        See :func:`fits_of_sets`.

    Returns
    -------
    (S, p) float64 array
        NaN where an image has no variance.
    """
    blocks = list(_blocks(embedding, sets, first, second, similarity, memory))
    return np.concatenate(blocks) if blocks else np.zeros((0, len(first)))


def _blocks(embedding, sets, first, second, similarity, memory) -> Iterator[np.ndarray]:
    """Yield the similarities of the next sets, (b, p); what does not fit comes set by set."""
    members, first, second = members_of(first, second)
    e = np.asarray(embedding, dtype=np.float64)[members]
    n, n_maps = e.shape
    on = np.asarray(sets, dtype=bool)
    squares = on.astype(np.float64) @ (e * e).T
    sums = np.zeros_like(squares)
    if similarity == "pearson":
        sums = on.astype(np.float64) @ e.T / np.sqrt(n_maps)
    variance = squares - sums * sums
    variance = np.where(variance > ROUNDING * squares, variance, np.nan)
    scale = 1 / np.sqrt(variance)
    sums *= scale
    width = int(max(1, memory // (8 * (n * n + 4 * len(first)))))
    places = first * n + second
    for start in range(0, len(on), width):
        block = slice(start, start + width)
        inner = np.empty((len(on[block]), n, n))
        for product, kept in zip(inner, on[block], strict=True):
            rows = e[:, kept]
            np.matmul(rows, rows.T, out=product)
        similarities = inner.reshape(-1, n * n).take(places, axis=1)
        for part in (first, second):
            similarities *= scale[block].take(part, axis=1)
        similarities -= sums[block].take(first, axis=1) * sums[block].take(second, axis=1)
        yield similarities
