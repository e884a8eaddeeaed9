"""How a picture's fit would move with its maps: gradients through the head."""

from collections.abc import Iterator, Sequence

import numpy as np
import torch
from torch import nn

from alignment.heads.running import of_image
from alignment.heads.unit_rows import UnitRows, fit_over

STEPS = 32  # on the path of integrated gradients
AT_A_TIME = 16  # of them


def fit_gradients(
    head: nn.Module,
    feature_maps: torch.Tensor,
    embedding: np.ndarray,
    judgments: np.ndarray,
    similarity: str = "pearson",
    beside: Sequence[torch.Tensor] = (),
) -> np.ndarray:
    """Return the mean gradient of each image's fit by the places of each of its maps.

    Parameters
    ----------
    head : torch.nn.Module
        Feature maps (B, F, H, W), and what passes them by, to embeddings (B, D).
    feature_maps : (n, F, H, W) tensor
    embedding : (n, D) array
        Of the same images.
    judgments : (n, n) array
        Human similarities; NaN for a pair that takes no part.  The diagonal never does.
    similarity : {"pearson", "cosine"}
    beside : sequence of (n, ...) tensors
        What passes the maps by, which stays as it is.

    Returns
    -------
    (n, F) float64 array
        The weights of Grad-CAM (Selvaraju et al., 2017, equation 1) for r_i, the Pearson
        correlation over j of judgments and similarities of image i; image j stays as it is.  NaN
        where r_i is undefined.
    """
    weights = np.full(feature_maps.shape[:2], np.nan)
    for i, units, judged in _judged_images(embedding, judgments, similarity):
        run = of_image(head, beside, i)
        gradient = _gradients(run, feature_maps[i : i + 1], units, judged, similarity)
        weights[i] = gradient[0].to(torch.float64).mean(dim=(1, 2)).cpu().numpy()
    return weights


def gradient_shares(
    head: nn.Module,
    feature_maps: torch.Tensor,
    embedding: np.ndarray,
    judgments: np.ndarray,
    similarity: str = "pearson",
    beside: Sequence[torch.Tensor] = (),
) -> np.ndarray:
    """Return each place's gradient times activity, summed over maps.

    Parameters
    ----------
    head, feature_maps, embedding, judgments, similarity, beside
        See :func:`fit_gradients`.

    Returns
    -------
    (n, H, W) float64 array
        ``sum over f of a_f(p) dr_i / da_f(p)``; all zero where r_i is undefined.

    Notes
    -----
    Where the embedding is the mean of the maps this is what :func:`integrated_gradients` on a path
    from maps of zeros would come to: r_i does not see how long a row is, so that gradients along
    the path differ by a factor alone.  The places then sum to zero, and nothing says by how much.
    """
    shares = np.zeros((len(feature_maps), *feature_maps.shape[2:]))
    for i, units, judged in _judged_images(embedding, judgments, similarity):
        maps, run = feature_maps[i : i + 1], of_image(head, beside, i)
        gradient = _gradients(run, maps, units, judged, similarity)
        shares[i] = (maps * gradient)[0].to(torch.float64).sum(dim=0).cpu().numpy()
    return _where_defined(shares)


def integrated_gradients(
    head: nn.Module,
    feature_maps: torch.Tensor,
    embedding: np.ndarray,
    judgments: np.ndarray,
    similarity: str = "pearson",
    beside: Sequence[torch.Tensor] = (),
    steps: int = STEPS,
) -> np.ndarray:
    """Return each place's share of what an image's maps add to the fit of a blank.

    Parameters
    ----------
    head, feature_maps, embedding, judgments, similarity, beside
        See :func:`fit_gradients`.
    steps : int
        On the straight path from the blank, by the midpoint rule.

    Returns
    -------
    (n, H, W) float64 array
        Signed, summed over maps.  The places of an image sum to ``r_i - r_i of the blank``, as
        closely as steps are many.  All zero where r_i is undefined.

    Notes
    -----
    Sundararajan, Taly & Yan (2017).  The blank has no places: every map has its mean over all
    images and places everywhere.  Maps of zeros will not do where the embedding is the mean of the
    maps: see :func:`gradient_shares`.
    """
    shares = np.zeros((len(feature_maps), *feature_maps.shape[2:]))
    blank = feature_maps.to(torch.float64).mean(dim=(0, 2, 3)).to(feature_maps.dtype)
    blank = blank[None, :, None, None]
    ways = (torch.arange(steps, device=blank.device, dtype=blank.dtype) + 0.5) / steps
    for i, units, judged in _judged_images(embedding, judgments, similarity):
        distance, run = feature_maps[i : i + 1] - blank, of_image(head, beside, i)
        total = torch.zeros_like(distance)
        for some in ways.split(AT_A_TIME):
            maps = blank + some[:, None, None, None] * distance
            total += _gradients(run, maps, units, judged, similarity).sum(dim=0)
        product = (distance * total)[0].to(torch.float64).sum(dim=0) / steps
        shares[i] = product.cpu().numpy()
    return _where_defined(shares)


def _where_defined(shares):
    return np.where(np.isfinite(shares).all(axis=(1, 2), keepdims=True), shares, 0)


def _judged_images(embedding, judgments, similarity) -> Iterator[tuple]:
    """Yield the images that have a fit, the unit rows of the others and their judgments."""
    rows = UnitRows(np.asarray(embedding, np.float64), similarity)
    units = torch.from_numpy(rows.centred)
    for i in range(len(judgments)):
        part, is_defined = fit_over(rows, judgments, i)
        if is_defined and rows.defined[i]:
            yield i, units[torch.from_numpy(part)], torch.from_numpy(judgments[i, part])


def _gradients(run, maps, units, judged, similarity):
    """Return the gradient of the fit of each variant (B, F, H, W) of an image by its places."""
    maps = maps.clone().requires_grad_(True)
    with torch.enable_grad():
        rows = run(maps).cpu().to(torch.float64)
        if similarity == "pearson":
            rows = rows - rows.mean(dim=1, keepdim=True)
        similarities = rows / rows.norm(dim=1, keepdim=True) @ units.T
        fits = _pearson(similarities, judged)
        (gradient,) = torch.autograd.grad(fits.sum(), maps)
    return gradient


def _pearson(rows, y):
    rows, y = rows - rows.mean(dim=1, keepdim=True), y - y.mean()
    return rows @ y / (rows.norm(dim=1) * y.norm())
