"""A head run for one image again and again, as a function."""

from collections.abc import Callable, Sequence

import numpy as np
import torch
from torch import nn


def of_image(
    head: nn.Module, beside: Sequence[torch.Tensor], i: int
) -> Callable[[torch.Tensor], torch.Tensor]:
    """Return a head as a function of maps alone, what passes them by being that of one image.

    Parameters
    ----------
    head : torch.nn.Module
        Feature maps (B, F, H, W), and what passes them by, to embeddings (B, D).
    beside : sequence of (n, ...) tensors
    i : int
        The image.
    """

    def run(maps: torch.Tensor) -> torch.Tensor:
        own = (values[i : i + 1].expand(len(maps), *values.shape[1:]) for values in beside)
        return head(maps, *own)

    return run


def as_function(
    head: nn.Module, device: torch.device, beside: Sequence[torch.Tensor] = ()
) -> Callable[[np.ndarray, int], np.ndarray]:
    """Return a head as a function of arrays: maps (B, F, H, W) of an image i to embeddings."""

    @torch.inference_mode()
    def embed(feature_maps: np.ndarray, i: int) -> np.ndarray:
        maps = torch.from_numpy(feature_maps).to(device)
        return of_image(head, beside, i)(maps).cpu().numpy()

    return embed
