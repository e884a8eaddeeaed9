"""How a picture's fit would move with each of its maps: gradients through the head."""

from collections.abc import Sequence

import numpy as np
import torch
from torch import nn

from alignment.heads.unit_rows import UnitRows


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
    units = torch.from_numpy(UnitRows(np.asarray(embedding, np.float64), similarity).centred)
    weights = np.full(feature_maps.shape[:2], np.nan)
    for i in range(len(feature_maps)):
        part = np.isfinite(judgments[i])
        part[i] = False
        if not part.any() or np.ptp(judgments[i, part]) == 0:
            continue
        maps = feature_maps[i : i + 1].clone().requires_grad_(True)
        with torch.enable_grad():
            row = head(maps, *(values[i : i + 1] for values in beside)).cpu().to(torch.float64)[0]
            if similarity == "pearson":
                row = row - row.mean()
            similarities = units[torch.from_numpy(part)] @ (row / row.norm())
            fit = _pearson(similarities, torch.from_numpy(judgments[i, part]))
            (gradient,) = torch.autograd.grad(fit, maps)
        weights[i] = gradient[0].to(torch.float64).mean(dim=(1, 2)).cpu().numpy()
    return weights


def _pearson(x, y):
    x, y = x - x.mean(), y - y.mean()
    return x @ y / (x.norm() * y.norm())
