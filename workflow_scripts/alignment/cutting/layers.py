"""Layers of a network, and the two parts that it is cut into."""

from collections.abc import Sequence
from dataclasses import dataclass

from torch import nn

_SHOWN = 10  # candidates in a message


@dataclass(frozen=True)
class Layer:
    """One operation of a network.

    Attributes
    ----------
    name : str
    type : str
        ``Conv2d``, ``ReLU``, ``relu``, ``flatten``, ``add``, ...
    shape : tuple of int
        Of the output for one picture, without the batch dimension.
    is_signed : bool
        Whether there are values below zero in it.
    default_for : str
        ``feature maps``, ``embedding`` or nothing.
    """

    name: str
    type: str
    shape: tuple[int, ...]
    is_signed: bool
    default_for: str = ""


@dataclass(frozen=True)
class Cuts:
    """A network in the two parts that the method needs.

    Attributes
    ----------
    feature_maps, embedding : str
        Names of the two layers.
    maps_shape : (F, H, W)
    n_units : int
        D, the length of an embedding.
    backbone : torch.nn.Module
        Pictures (B, 3, S, S) to a dict of ``feature_maps`` (B, F, H, W), ``embedding`` (B, D) and
        ``logits`` (B, K), or None where the network has no classes; one forward pass.
    head : torch.nn.Module
        Feature maps (B, F, H, W) to embeddings (B, D).
    notes : tuple of str
        What a person should know about how the head is run.
    """

    feature_maps: str
    embedding: str
    maps_shape: tuple[int, int, int]
    n_units: int
    backbone: nn.Module
    head: nn.Module
    notes: tuple[str, ...] = ()


def format_layers(layers: Sequence[Layer]) -> str:
    """Set the layers as a table for a terminal: name, type, output shape, sign, default."""
    rows = [("layer", "type", "output", "values", "")]
    rows += [
        (
            layer.name,
            layer.type,
            " x ".join(map(str, layer.shape)),
            "signed" if layer.is_signed else "0 or more",
            f"<- {layer.default_for} (default)" if layer.default_for else "",
        )
        for layer in layers
    ]
    widths = [max(len(row[i]) for row in rows) for i in range(4)]
    return "\n".join(
        "  ".join(f"{cell:{width}}" for cell, width in zip(row, [*widths, 0], strict=True)).rstrip()
        for row in rows
    )


def candidates(names: Sequence[str], architecture: str) -> str:
    """Name the last of some layers, where cuts are usually made, and say how to see all."""
    last = ", ".join(names[-_SHOWN:])
    if len(names) <= _SHOWN:
        return last
    return (
        f"{last} and {len(names) - _SHOWN} before them (make layers MODEL={architecture} lists all)"
    )


def written(shape: Sequence[int]) -> str:
    """Write the shape of an output, whose first number is that of the pictures."""
    return " x ".join(["N", *map(str, shape[1:])])
