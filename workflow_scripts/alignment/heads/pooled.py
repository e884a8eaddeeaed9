"""The head of a network that ends in global average pooling: no forward pass is ever repeated.

Each map gives one unit of the embedding, its spatial mean.  Switching a map off or on changes one
coordinate of every image's embedding, hence every inner product by one term: a rank-one update of
the Gram matrix.  Everything is float64, since scores are differences of about 1e-4.
"""

from collections.abc import Iterator

import numpy as np

from alignment.similarity.pairs import members_of, pair_images

# Removing a map that carries nearly all of an image's variance leaves a difference of two almost
# equal numbers; below this share of the variance the update is replaced by the definition.
CANCELLED = 1e-9
ROUNDING = 1e-12  # a variance below this share of the sum of squares is rounding
BLOCK = 24  # maps at a time: the temporaries of a block stay in the processor's cache


class PooledHead:
    """Similarities of images when maps are switched off, for a globally pooled network.

    Parameters
    ----------
    embedding : (N, F) array
        Spatial mean of every map in every image.
    similarity : {"pearson", "cosine"}
        Similarity of two embeddings.
    """

    def __init__(self, embedding: np.ndarray, similarity: str = "pearson"):
        self.embedding = np.asarray(embedding, dtype=np.float64)
        self.similarity = similarity
        self.n_images, self.n_maps = self.embedding.shape

    def _centred(self, rows):
        return rows - rows.mean(axis=-1, keepdims=True) if self.similarity == "pearson" else rows

    def leave_one_out(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Return the RSM with all maps and without each map in turn.

        Returns
        -------
        rsm : (P,) float64 array
        rsm_without : (F, P) float64 array
            Map f is zero in both images of the pair.
        one_side : (N, F, N) float64 array
            Image i without map f against image j whole.

        Notes
        -----
        With centred rows c, and e_if the f-th unit of image i, the inner product without map f is
        ``c_i.c_j - e_if c_jf - c_if e_jf + e_if e_jf (1 - 1/D)``; D stays F, the unit is zero, not
        absent.  For cosine similarity the rows are not centred and the last factor is 1.
        """
        e = self.embedding
        c = self._centred(e)
        kappa = 1 - 1 / self.n_maps if self.similarity == "pearson" else 1.0
        gram = c @ c.T
        variance = np.diagonal(gram).copy()
        variance_without = variance[:, None] - 2 * e * c + kappa * e * e
        cancelled = variance_without <= CANCELLED * variance[:, None]
        first, second = pair_images(self.n_images)

        with np.errstate(invalid="ignore", divide="ignore"):
            rsm = gram[first, second] / np.sqrt(variance[first] * variance[second])
            rsm_without = np.empty((self.n_maps, len(first)))
            for start in range(0, self.n_maps, BLOCK):
                maps = slice(start, start + BLOCK)
                ei, ej = e.T[maps, first], e.T[maps, second]
                ci, cj = c.T[maps, first], c.T[maps, second]
                product = gram[first, second] - ei * cj - ci * ej + kappa * ei * ej
                v = variance_without.T[maps]
                rsm_without[maps] = product / np.sqrt(v[:, first] * v[:, second])
            one_side = np.empty((self.n_images, self.n_maps, self.n_images))
            for i in range(self.n_images):
                product = gram[i] - e[i][:, None] * c.T
                one_side[i] = product / np.sqrt(variance_without[i][:, None] * variance)

        for f in np.flatnonzero(cancelled.any(axis=0)):
            rows = e.copy()
            rows[:, f] = 0
            rows = self._centred(rows)
            both, one = _cosines(rows, rows), _cosines(rows, c)
            touched = cancelled[first, f] | cancelled[second, f]
            rsm_without[f, touched] = both[first, second][touched]
            one_side[cancelled[:, f], f] = one[cancelled[:, f]]
        return rsm, rsm_without, one_side

    def growing(self, order: np.ndarray, pairs: np.ndarray) -> Iterator[np.ndarray]:
        """Yield the similarities of some pairs with only the k best maps on, k = 1..F.

        Parameters
        ----------
        order : (F,) int array
            Maps from best to worst.
        pairs : (n,) int array
            Positions among the P pairs.

        Yields
        ------
        (b, n) float64 array
            The next b values of k; NaN where an image has no variance yet.
        """
        first, second = (images[pairs] for images in pair_images(self.n_images))
        e = self.embedding[:, order]
        squares = np.cumsum(e * e, axis=1)
        sums = np.cumsum(e, axis=1) if self.similarity == "pearson" else np.zeros_like(e)
        variance = squares - sums * sums / self.n_maps
        variance = np.where(variance > ROUNDING * squares, variance, np.nan)
        scale = 1 / np.sqrt(variance)
        shift = sums * scale / np.sqrt(self.n_maps)

        def products(values, k):
            # Images are rows here: gathering whole rows of a block is faster than single values.
            rows = np.ascontiguousarray(values[:, k])
            gathered = rows.take(first, axis=0)
            gathered *= rows.take(second, axis=0)
            return gathered

        inner = np.zeros(len(pairs))
        for start in range(0, self.n_maps, BLOCK):
            k = slice(start, start + BLOCK)
            block = products(e, k)
            block[:, 0] += inner
            np.cumsum(block, axis=1, out=block)
            inner = block[:, -1].copy()
            block *= products(scale, k)
            if self.similarity == "pearson":
                block -= products(shift, k)
            yield block.T

    def with_maps(self, sets: np.ndarray, pairs: np.ndarray) -> np.ndarray:
        """Return the similarities of some pairs with only some maps on.

        Parameters
        ----------
        sets : (S, F) bool array
            The maps that are on; the others are zero.
        pairs : (n,) int array
            Positions among the P pairs.

        Returns
        -------
        (S, n) float64 array
            NaN where an image has no variance.
        """
        first, second = (images[pairs] for images in pair_images(self.n_images))
        members, first, second = members_of(first, second)
        e = self.embedding[members]
        on = np.asarray(sets, dtype=np.float64).T
        inner = (e[first] * e[second]) @ on
        squares = (e * e) @ on
        sums = e @ on if self.similarity == "pearson" else np.zeros_like(squares)
        variance = squares - sums * sums / self.n_maps
        variance = np.where(variance > ROUNDING * squares, variance, np.nan)
        inner -= sums[first] * sums[second] / self.n_maps
        return (inner / np.sqrt(variance[first] * variance[second])).T


def _cosines(a, b):
    with np.errstate(invalid="ignore", divide="ignore"):
        return (a @ b.T) / np.sqrt(np.outer((a * a).sum(1), (b * b).sum(1)))
