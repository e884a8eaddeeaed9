"""Layers of a network, and the two parts that it is cut into."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import prod
from typing import Any

from torch import nn

from alignment.cutting.arrangements import arrangement_of, is_cube
from alignment.planning.families import TOPOGRAPHIC, is_own

# What passes the feature maps by, where it is recorded: beside_0, beside_1, ...
BESIDE = "beside_"
_SHOWN = 10  # candidates in a message
_SHOWN_BESIDE = 3


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
    beside : tuple of tuples of int
        Shapes of what passes the layer by on its way to the default embedding, for one picture.
    """

    name: str
    type: str
    shape: tuple[int, ...]
    is_signed: bool
    default_for: str = ""
    beside: tuple[tuple[int, ...], ...] = ()


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
        ``logits`` (B, K), or None where the network has no classes; one forward pass.  What passes
        the maps by is ``beside_0`` (B, ...), ``beside_1``, ...
    head : torch.nn.Module
        Feature maps (B, F, H, W), and what passes them by in the same pictures, to embeddings
        (B, D).
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


def beside_in(found: Mapping[str, Any]) -> list[Any]:
    """Return what passes the feature maps by, in order, of what a backbone returned or a file has.

    Parameters
    ----------
    found : mapping of str to array or tensor
    """
    numbers = sorted(int(name.removeprefix(BESIDE)) for name in found if name.startswith(BESIDE))
    return [found[f"{BESIDE}{number}"] for number in numbers]


def kilobytes(n_values: int) -> str:
    """Return the size of some float32 values in words."""
    size = n_values * 4 / 1000
    return f"{size:,.0f} kB" if size >= 10 else f"{size:.2g} kB"


def said_of_beside(feature_maps: str, kept: Mapping[str, Sequence[int]]) -> str:
    """Say what passes some maps by, by names and shapes for one picture, and what that costs."""
    n_values = sum(prod(shape) for shape in kept.values())
    shown = [f"{name} ({_shape(shape)})" for name, shape in list(kept.items())[:_SHOWN_BESIDE]]
    more = [f"{len(kept) - len(shown)} more"] if len(kept) > len(shown) else []
    named = " and ".join([", ".join(shown), *more])
    verb = "passes" if len(kept) == 1 else "pass"
    return (
        f"{named} {verb} the feature maps {feature_maps} by: with a map off this stays what it is "
        f"with all maps on, and {kilobytes(n_values)} per picture are kept for it"
    )


def said_of_output(architecture: str, has_classes: bool) -> tuple[str, ...]:
    """Say that the output is the embedding, where it may be class scores; else nothing."""
    # timm's networks without a classifier, and torchvision's, are known to have none.
    if not (has_classes or is_own(architecture)):
        return ()
    return (
        f"no final linear layer of {architecture} was found: the output itself is the embedding; "
        "if that is class scores, name another layer under layers: embedding:",
    )


def said_of_branches(architecture: str, feature_maps: str) -> str:
    """Say that default maps whose mean is the embedding are not all that a network looks at."""
    return (
        f"what {architecture} returns does not follow from {feature_maps} alone, since something "
        "passes these maps by: they were taken for being the last; name others under layers: "
        "feature_maps:"
    )


def said_of_grids(architecture: str, maps: str, behind: str, shape: Sequence[int]) -> str:
    """Say why there is no default cut where maps cannot be read that follow others that can."""
    return (
        f"{architecture} has no default cut: behind {maps}, the last layer that can be read as "
        f"maps, {behind} returns {written(shape)}, tokens on another grid, and their order may not "
        "be that of places; name layers under layers: feature_maps: and embedding: whose order "
        "you know."
    )


def format_layers(layers: Sequence[Layer]) -> str:
    """Set the layers as a table for a terminal: name, type, output shape, sign, default."""
    rows = [("layer", "type", "output", "values", "")]
    rows += [
        (
            layer.name,
            layer.type,
            _shape(layer.shape),
            "signed" if layer.is_signed else "0 or more",
            _mark(layer),
        )
        for layer in layers
    ]
    widths = [max(len(row[i]) for row in rows) for i in range(4)]
    lines = [
        "  ".join(f"{cell:{width}}" for cell, width in zip(row, [*widths, 0], strict=True)).rstrip()
        for row in rows
    ]
    if any(layer.beside for layer in layers):
        lines += [
            "+ something passes the layer by on its way to the default embedding: such a layer is "
            "cut where you name it, what passes it by is kept for each picture, and the rest of "
            "the network is run again for every map"
        ]
    return "\n".join(lines)


def _mark(layer: Layer) -> str:
    if layer.default_for:
        return f"<- {layer.default_for} (default)"
    if not layer.beside:
        return ""
    return f"+ {kilobytes(sum(map(prod, layer.beside)))} per picture"


def _shape(shape: Sequence[int]) -> str:
    return " x ".join(map(str, shape))


def why_no_maps(shape: Sequence[int]) -> str:
    """Say why an output of this shape cannot be read as maps; to stand behind it."""
    if is_cube(shape):
        return "and nothing before it tells whether the maps are its first or its last dimension"
    if len(shape) == 3 and arrangement_of(shape, of_list=True) is not None:
        return "and nothing before it says that these are tokens and not flattened maps"
    return (
        "which is neither N x F x H x W with H = W > 1, nor N x H x W x F, nor tokens on a square "
        "grid"
    )


def candidates(names: Sequence[str], architecture: str) -> str:
    """Name the last of some layers, where cuts are usually made, and say how to see all."""
    # One trained here is not listed by that command.
    if len(names) <= _SHOWN or architecture == TOPOGRAPHIC:
        return ", ".join(names)
    last = ", ".join(names[-_SHOWN:])
    return (
        f"{last} and {len(names) - _SHOWN} before them (make layers MODEL={architecture} lists all)"
    )


def time_written(seconds: float) -> str:
    """Write a time of which only the first digit is sure."""
    return f"{float(f'{seconds:.1g}'):g} s" if seconds < 90 else f"{seconds / 60:.0f} minutes"


def written(shape: Sequence[int]) -> str:
    """Write the shape of an output, whose first number is that of the pictures."""
    return " x ".join(["N", *map(str, shape[1:])])
