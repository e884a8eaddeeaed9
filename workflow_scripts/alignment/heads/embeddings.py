"""Embeddings and their similarities, in float64, for many variants of the same images at once."""

from __future__ import annotations

import torch

from alignment.similarity.fits import ROUNDING


class Embeddings:
    """Embeddings of some images, with what all their similarities share.

    Parameters
    ----------
    rows : (..., n, D) tensor
    similarity : {"pearson", "cosine"}
    """

    def __init__(self, rows: torch.Tensor, similarity: str = "pearson"):
        self.rows = rows.to(torch.float64, memory_format=torch.contiguous_format)
        self.products = self.rows @ self.rows.transpose(-1, -2)
        self.sums = None
        # The sums of squares are among the products: no pass over the embeddings of their own.
        squares = variance = torch.diagonal(self.products, dim1=-2, dim2=-1)
        if similarity == "pearson":
            self.sums = self.rows.sum(dim=-1)
            variance = squares - self.sums**2 / rows.shape[-1]
        self.lengths = variance.where(variance > ROUNDING * squares, torch.nan).sqrt()

    def similarity(self, others: Embeddings | None = None) -> torch.Tensor:
        """Return the similarity of every embedding with every one of others.

        Parameters
        ----------
        others : Embeddings, optional
            Of shape (m, D).  By default these embeddings themselves.

        Returns
        -------
        (..., n, m) float64 tensor
            NaN for an embedding that does not vary (or is zero, for cosine).
        """
        if others is None:
            # A product of a matrix with itself need not be symmetric in its last digit.
            products = (self.products + self.products.transpose(-1, -2)) / 2
            return self._scale(products, self)
        return self._scale(self.rows @ others.rows.transpose(-1, -2), others)

    def _scale(self, products, others):
        if self.sums is not None:
            sums = self.sums[..., :, None] * others.sums[..., None, :]
            products -= sums.div_(self.rows.shape[-1])
        products /= self.lengths[..., :, None] * others.lengths[..., None, :]
        return products
