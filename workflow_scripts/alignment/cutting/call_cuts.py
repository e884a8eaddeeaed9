"""Cuts of networks that have no graph: hooks record, and the head is the whole network run again.

Whether that is exact, which it is where the embedding follows from the maps alone, is tried.
"""

from dataclasses import replace

import torch
from torch import nn

from alignment.artifacts.errors import InputError
from alignment.cutting.call_layers import arrangement_in, ends_of
from alignment.cutting.call_parts import (
    OUTPUT,
    CalledBackbone,
    CalledHead,
    Ends,
    MeanHead,
    cuts_at,
    follows_from,
    head_alone,
    time_of,
)
from alignment.cutting.call_tokens import cut_called_tokens
from alignment.cutting.layers import Cuts, Layer, kilobytes, said_of_branches, said_of_output
from alignment.networks.calls import Call, Record, record
from alignment.networks.networks import Network
from alignment.networks.trials import check_alone, is_same, output_for, trial_pictures
from alignment.planning.families import MEAN

_OTHERWISE = (
    ", or name the layer of the maps yourself, which keeps what bypasses them as it is in each "
    "picture"
)


def list_called_layers(network: Network) -> list[Layer]:
    """List the modules in the order in which they end, the default cuts marked."""
    found = record(network.module, trial_pictures(network.input_size))
    marks = {}
    try:
        ends = ends_of(network, found, None, None)
        marks[ends.maps.name] = "feature maps"
        marks[ends.maps.name] += f", the {ends.embedding} as embedding"
        _head(network, found, ends, is_named=False)
    except InputError:
        marks = {}  # The list is what helps a user whose network has no defaults.
    return [
        Layer(
            call.name,
            call.type,
            call.shape[1:],
            call.is_signed,
            marks.get(call.name, ""),
            _kept_beside(network, found, call),
        )
        for call in found.calls
        if not call.hands_on
    ]


def _kept_beside(network: Network, found: Record, call: Call) -> tuple[tuple[int, ...], ...]:
    """Return the shape of the picture where a cut at a layer would keep it, or nothing."""
    if arrangement_in(found, call) is None:
        return ()
    try:
        ends = _head(network, found, ends_of(network, found, call.name, None), is_named=True)[1]
    except InputError:
        return ()
    return ((3, network.input_size, network.input_size),) if ends.keeps_pictures else ()


def cut_calls(
    network: Network, feature_maps: str | None, embedding: str | None, tokens: str
) -> Cuts:
    """Cut a network at two of its modules; see :func:`alignment.cutting.cuts.cut`."""
    pictures = trial_pictures(network.input_size)
    found = record(network.module, pictures)
    if not torch.equal(found.output, output_for(network.architecture, network.module, pictures)):
        raise InputError(
            f"{network.architecture} returns other values when it sees the same pictures again, "
            "as with dropout that is always on: what it computes must depend on the picture alone."
        )
    check_alone(network.architecture, network.module, pictures, found.output)
    if tokens == "class":
        return cut_called_tokens(network, found, feature_maps, embedding)
    ends = ends_of(network, found, feature_maps, embedding)
    head, ends, n_units, notes = _head(network, found, ends, feature_maps is not None)
    has_classes = network.n_classes is not None
    if embedding is None and ends.embedding == OUTPUT and not isinstance(head, MeanHead):
        notes += said_of_output(network.architecture, has_classes)
    is_default = feature_maps is None and embedding is None and ends.embedding == MEAN
    if is_default and not follows_from(network.module, pictures, ends.maps):
        notes += (said_of_branches(network.architecture, ends.maps.name),)
    return cuts_at(network.module, ends, head, n_units, has_classes, notes)


def _head(
    network: Network, found: Record, ends: Ends, is_named: bool
) -> tuple[nn.Module, Ends, int, tuple[str, ...]]:
    """Return the head, its ends, the length of an embedding, and what a person should know."""
    if ends.embedding == MEAN:
        return MeanHead(), ends, ends.arrangement.n_maps, ()
    pictures = trial_pictures(network.input_size)
    with torch.no_grad():
        outputs = CalledBackbone(network.module, ends, has_classes=False)(pictures)
    maps, embedding = outputs["feature_maps"], outputs["embedding"]
    means = maps.mean(dim=(2, 3))
    if means.shape == embedding.shape and is_same(means, embedding):
        return MeanHead(), ends, embedding.shape[1], ()
    if ends.arrangement.n_others:
        raise InputError(
            f"layers: the embedding {ends.embedding} of {network.architecture} needs more than the "
            f"feature maps {ends.maps.name}, whose first {ends.arrangement.n_others} tokens lie "
            f"nowhere in the picture; name '{MEAN}' as embedding, or set tokens: class."
        )
    known = network.module, pictures, found.calls, ends
    is_behind = ends.call is None or found.calls.index(ends.call) >= found.calls.index(ends.maps)
    if is_behind and (head := head_alone(*known, maps, embedding)) is not None:
        note = (
            f"{network.architecture} has no graph that its head could be taken from: the network "
            f"is run again for every map, about {time_of(head, maps)} for a picture here"
        )
        return head, ends, embedding.shape[1], (note,)
    if is_behind and is_named:
        kept = replace(ends, keeps_pictures=True)
        head = CalledHead(network.module, kept, pictures[:1])
        if _follows(head, maps, pictures, embedding):
            return head, kept, embedding.shape[1], (_said_of_pictures(kept, head, maps, pictures),)
    otherwise = "" if is_named or not is_behind else _OTHERWISE
    raise InputError(
        f"layers: the embedding {ends.embedding} of {network.architecture} does not follow from "
        f"the feature maps {ends.maps.name} alone (a skip connection or a parallel branch, or it "
        f"comes before them); cut where all branches have been joined{otherwise}."
    )


def _said_of_pictures(ends, head, maps, pictures):
    return (
        f"the embedding {ends.embedding} needs more of a picture than the feature maps "
        f"{ends.maps.name}: with a map off the rest stays what it is with all maps on. The network "
        f"is run again on the picture for every map, about {time_of(head, maps, pictures)} for a "
        f"picture here, and {kilobytes(pictures[0].numel())} per picture are kept for that"
    )


@torch.no_grad()
def _follows(head, maps, pictures, embedding):
    """Tell whether a head repeats the network, and whether it makes something of the maps."""
    again = head(maps, pictures)
    return is_same(again, embedding) and not torch.equal(
        head(torch.zeros_like(maps), pictures), again
    )
