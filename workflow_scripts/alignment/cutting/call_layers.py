"""Layers of networks without a graph: by their names, and those where they are cut by default."""

import difflib
from collections.abc import Iterable

from torch import nn

from alignment.artifacts.errors import InputError
from alignment.cutting.arrangements import (
    Arrangement,
    arrangement_of,
    is_cube,
    is_on_coarser_grid,
    may_be_flat,
    sides_of,
)
from alignment.cutting.call_parts import INPUT, OUTPUT, Ends
from alignment.cutting.layers import candidates, said_of_grids, why_no_maps, written
from alignment.cutting.lists import are_tokens_in_calls
from alignment.cutting.orders import order_in_calls
from alignment.networks.calls import Call, Record
from alignment.networks.networks import Network
from alignment.planning.families import MEAN


def ends_of(
    network: Network,
    found: Record,
    feature_maps: str | None,
    embedding: str | None,
    of_class_token: bool = False,
) -> Ends:
    """Find the layers of the names, or those of the defaults.

    Parameters
    ----------
    network : Network
    found : Record
        What it does with pictures.
    feature_maps, embedding : str, optional
    of_class_token : bool
        Whether the embedding is what becomes of a class token, and never the mean of tokens.

    Raises
    ------
    InputError
        There is no such layer, no default, or its output cannot be read as square maps.
    """
    maps = None if feature_maps is None else find(network, found, feature_maps, "feature_maps")
    if maps is None:
        maps = _last_maps(network, found)
    arrangement = arrangement_in(found, maps)
    if arrangement is None:
        raise InputError(
            f"layers: feature_maps: {feature_maps} of {network.architecture} has the output "
            f"{written(maps.shape)}, {why_no_maps(maps.shape)}; layers with feature maps are "
            f"{named_calls(network, maps_like(found))}."
        )
    if embedding is None:
        embedding = OUTPUT if found.scoring is None else INPUT + found.scoring.name
        if found.output.ndim != 2 or (arrangement.is_tokens and not of_class_token):
            embedding = MEAN
    if embedding in (MEAN, OUTPUT):
        return Ends(maps, arrangement, embedding, None)
    call = find(network, found, embedding.removeprefix(INPUT), "embedding")
    return Ends(maps, arrangement, embedding, call)


def maps_like(found: Record) -> list[Call]:
    """Return the calls whose output can be read as square maps."""
    sides = sides_in(found)
    return [call for call in found.calls if arrangement_in(found, call, sides) is not None]


def arrangement_in(
    found: Record, call: Call, sides: Iterable[int] | None = None
) -> Arrangement | None:
    """Tell how the output of a call is read as maps; None where it cannot be."""
    sides = sides_in(found) if sides is None else sides
    order = order_in_calls(found.calls, call) if is_cube(call.shape) else None
    are_tokens = are_tokens_in_calls(found.calls, call) if may_be_flat(call.shape, sides) else None
    return arrangement_of(call.shape, sides, of_cube=order, of_list=are_tokens)


def sides_in(found: Record) -> set[int]:
    """Return the sides of the square maps of the network."""
    return sides_of(call.shape for call in found.calls)


def _last_maps(network: Network, found: Record) -> Call:
    """Return the last maps before the classifier that are not a pooled or thinned copy.

    Linear layers make queries, keys and values for attention, or class scores of every place, and
    are taken only where there is nothing else.
    """
    end = len(found.calls)
    if found.scoring is not None:
        end = found.calls.index(found.scoring)
    possible = [
        call
        for call in maps_like(found)
        if found.calls.index(call) < end
        and not call.hands_on
        and not any(word in call.type.lower() for word in ("pool", "drop", "identity"))
    ]
    if not possible:
        raise InputError(
            f"{network.architecture} has no feature maps: none of its modules returns square maps "
            f"or tokens on a square grid."
        )
    linear = [isinstance(network.module.get_submodule(c.path), nn.Linear) for c in possible]
    maps = [c for c, is_linear in zip(possible, linear, strict=True) if not is_linear] or possible
    behind = found.calls[found.calls.index(maps[-1]) : end]
    arrangement = arrangement_in(found, maps[-1])
    others = [call for call in behind if is_on_coarser_grid(call.shape, arrangement)]
    if others:
        raise InputError(
            said_of_grids(network.architecture, maps[-1].name, others[-1].name, others[-1].shape)
        )
    return maps[-1]


def find(network: Network, found: Record, name: str, key: str) -> Call:
    """Return the call of a name; without one the error lists what is possible for the key."""
    for call in found.calls:
        if call.name == name:
            return call
    near = difflib.get_close_matches(name, [call.name for call in found.calls], n=3)
    hint = f"did you mean {' or '.join(near)}? " if near else ""
    possible = maps_like(found)
    if key == "embedding":
        possible = [call for call in found.calls if len(call.shape) == 2]
    raise InputError(
        f"layers: {key}: {network.architecture} calls no module {name}; {hint}possible are "
        f"{named_calls(network, possible)}."
    )


def named_calls(network: Network, calls: list[Call]) -> str:
    return candidates([call.name for call in calls], network.architecture)
