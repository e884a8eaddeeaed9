"""A head as a function of arrays, and feature maps where it runs."""

from collections.abc import Callable

import numpy as np
import torch
from torch import nn


def on_its_device(head: nn.Module, feature_maps: np.ndarray) -> torch.Tensor:
    """Return feature maps (n, F, H, W) as a tensor where the weights of a head are."""
    first = next(head.parameters(), None)
    return torch.from_numpy(feature_maps).to("cpu" if first is None else first.device)


def as_function(head: nn.Module) -> Callable[[np.ndarray], np.ndarray]:
    """Return a head as a function of arrays, (B, F, H, W) to (B, D)."""

    @torch.inference_mode()
    def embed(feature_maps: np.ndarray) -> np.ndarray:
        return head(on_its_device(head, feature_maps)).cpu().numpy()

    return embed
