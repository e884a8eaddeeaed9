"""What a head is run on, as it was recorded: feature maps, and what passes them by."""

from collections.abc import Mapping, Sequence

import numpy as np
import torch
from torch import nn

from alignment.artifacts.arrays import Arrays
from alignment.cutting.class_tokens import all_tokens
from alignment.cutting.layers import beside_in


def head_inputs(
    activations: Arrays, device: torch.device
) -> tuple[torch.Tensor, list[torch.Tensor]]:
    """Return the maps that are switched off, and what passes them by.

    Parameters
    ----------
    activations : mapping of str to array
        ``feature_maps``, and ``beside_0``, ... where something passes them by; ``other_tokens``
        where the attribute ``tokens`` is ``class``: these are then part of the maps.
    device : torch.device

    Returns
    -------
    (N, F, H, W) tensor, or (N, F, 1, T) where maps are all tokens
    list of (N, ...) tensors
    """
    feature_maps = torch.from_numpy(activations["feature_maps"])
    if takes_all_tokens(activations.attributes):
        feature_maps = all_tokens(feature_maps, torch.from_numpy(activations["other_tokens"]))
    beside = [torch.from_numpy(values).to(device) for values in beside_in(activations)]
    return feature_maps.to(device), beside


def place_inputs(
    head: nn.Module, activations: Arrays, rows: np.ndarray, device: torch.device
) -> tuple[nn.Module, torch.Tensor, list[torch.Tensor]]:
    """Return a head of maps whose places can be changed one by one, and what it is run on.

    Tokens that lie nowhere in the picture are then among what passes the maps by.

    Parameters
    ----------
    head : torch.nn.Module
    activations : mapping of str to array
        See :func:`head_inputs`.
    rows : (n,) int array
        The images.
    device : torch.device

    Returns
    -------
    torch.nn.Module
    (n, F, H, W) tensor
    list of (n, ...) tensors
    """
    beside = beside_in(activations)
    if takes_all_tokens(activations.attributes):
        head, beside = _OfPlaces(head), [activations["other_tokens"], *beside]
    maps, *beside = (
        torch.from_numpy(values[rows]).to(device)
        for values in (activations["feature_maps"], *beside)
    )
    return head.to(device), maps, beside


def map_inputs(
    head: nn.Module, feature_maps: torch.Tensor, beside: Sequence[torch.Tensor]
) -> tuple[nn.Module, torch.Tensor, Sequence[torch.Tensor]]:
    """Return what :func:`place_inputs` gave as a head of maps that are switched off whole.

    That is in all tokens, also in those that lie nowhere in the picture.

    Returns
    -------
    torch.nn.Module
    (n, F, H, W) tensor, or (n, F, 1, T) where maps are all tokens
    sequence of (n, ...) tensors
    """
    if not isinstance(head, _OfPlaces):
        return head, feature_maps, beside
    other_tokens, *beside = beside
    return head.head, all_tokens(feature_maps, other_tokens), beside


def takes_all_tokens(attributes: Mapping) -> bool:
    """Tell whether a map is off where it is zero in all tokens, the class token included."""
    return attributes.get("tokens") == "class"


class _OfPlaces(nn.Module):
    """A head of all tokens, given those of places (B, F, H, W) and the others (B, F, k) apart."""

    def __init__(self, head: nn.Module):
        super().__init__()
        self.head = head

    def forward(self, feature_maps, other_tokens, *beside):
        return self.head(all_tokens(feature_maps, other_tokens), *beside)
