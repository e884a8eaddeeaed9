"""Similarity of embeddings, in float64, for many variants of the same images at once."""

import torch

# A variance below this share of the sum of squares is rounding: the embedding does not vary.
ROUNDING = 1e-12


def embedding_similarity(
    a: torch.Tensor, b: torch.Tensor | None = None, similarity: str = "pearson"
) -> torch.Tensor:
    """Return the similarity of every row of `a` with every row of `b`.

    Parameters
    ----------
    a : (..., n, D) tensor
    b : (m, D) or (..., m, D) tensor, optional
        By default `a` itself.
    similarity : {"pearson", "cosine"}

    Returns
    -------
    (..., n, m) float64 tensor
        NaN for an embedding that does not vary (or is zero, for cosine).
    """
    a = a.to(torch.float64, memory_format=torch.contiguous_format)
    b = a if b is None else b.double()
    products = a @ b.transpose(-1, -2)
    lengths = []
    for rows in (a, b):
        squares = torch.linalg.vector_norm(rows, dim=-1) ** 2
        if similarity == "pearson":
            variance = squares - rows.sum(dim=-1) ** 2 / rows.shape[-1]
            lengths.append(variance.where(variance > ROUNDING * squares, torch.nan).sqrt())
        else:
            lengths.append(squares.where(squares > 0, torch.nan).sqrt())
    if similarity == "pearson":
        sums = a.sum(dim=-1)[..., :, None] * b.sum(dim=-1)[..., None, :]
        products -= sums / a.shape[-1]
    products /= lengths[0][..., :, None]
    products /= lengths[1][..., None, :]
    # A product of a matrix with itself need not be symmetric in its last digit.
    return (products + products.transpose(-1, -2)) / 2 if a is b else products
