"""A head as a function of arrays, and feature maps where it runs."""

from collections.abc import Callable, Mapping

import numpy as np
import torch
from torch import nn

from alignment.artifacts.errors import InputError


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


def check_places_alone(attributes: Mapping) -> None:
    """Refuse a head that needs more of a picture than its feature maps.

    Parameters
    ----------
    attributes : mapping
        Of the activations: ``model`` and ``tokens``.

    Raises
    ------
    InputError
        The embedding is a class token, which also needs tokens that lie nowhere in the picture.
    """
    if attributes.get("tokens", "mean") == "class":
        raise InputError(
            f"config: models: {attributes['model']} has tokens: class, and its head needs more "
            "than feature maps: heatmaps of other kinds than ais, cam and mean, and the stage of "
            "faithfulness, take networks with tokens: mean alone."
        )
