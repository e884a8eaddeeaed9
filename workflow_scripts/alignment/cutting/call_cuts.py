"""Cuts of networks that have no graph: hooks record, and the head is the whole network run again.

Whether that is exact, which it is where the embedding follows from the maps alone, is tried.
"""

import difflib
import time
from dataclasses import replace

import torch
from torch import nn

from alignment.artifacts.errors import InputError
from alignment.cutting.arrangements import arrangement_of, sides_of
from alignment.cutting.call_parts import (
    INPUT,
    OUTPUT,
    CalledBackbone,
    CalledHead,
    Ends,
    MeanHead,
    settled_before,
)
from alignment.cutting.layers import Cuts, Layer, candidates, time_written, written
from alignment.networks.calls import Call, Record, record
from alignment.networks.networks import Network
from alignment.networks.trials import check_alone, is_same, output_for, trial_pictures
from alignment.planning.families import MEAN


def list_called_layers(network: Network) -> list[Layer]:
    """List the modules in the order in which they end, the default cuts marked."""
    found = record(network.module, trial_pictures(network.input_size))
    marks = {}
    try:
        ends = _ends(network, found, None, None)
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
    if arrangement_of(call.shape, _sides(found)) is None:
        return ()
    try:
        ends = _head(network, found, _ends(network, found, call.name, None), is_named=True)[1]
    except InputError:
        return ()
    return ((3, network.input_size, network.input_size),) if ends.keeps_pictures else ()


def cut_calls(network: Network, feature_maps: str | None, embedding: str | None) -> Cuts:
    """Cut a network at two of its modules; see :func:`alignment.cutting.cuts.cut`."""
    pictures = trial_pictures(network.input_size)
    found = record(network.module, pictures)
    if not torch.equal(found.output, output_for(network.architecture, network.module, pictures)):
        raise InputError(
            f"{network.architecture} returns other values when it sees the same pictures again, "
            "as with dropout that is always on: what it computes must depend on the picture alone."
        )
    check_alone(network.architecture, network.module, pictures, found.output)
    ends = _ends(network, found, feature_maps, embedding)
    head, ends, n_units, notes = _head(network, found, ends, feature_maps is not None)
    return Cuts(
        feature_maps=ends.maps.name,
        embedding=ends.embedding,
        maps_shape=ends.arrangement.maps_shape,
        n_units=n_units,
        backbone=CalledBackbone(network.module, ends, network.n_classes is not None).eval(),
        head=head.eval(),
        notes=notes,
    )


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
    is_behind = ends.call is None or found.calls.index(ends.call) >= found.calls.index(ends.maps)
    if is_behind and (head := head_alone(network, found, ends, maps, embedding)) is not None:
        note = (
            f"{network.architecture} has no graph that its head could be taken from: the network "
            f"is run again for every map, about {_time(head, maps)} for a picture here"
        )
        return head, ends, embedding.shape[1], (note,)
    if is_behind and is_named:
        ends = replace(ends, keeps_pictures=True)
        head = CalledHead(network.module, ends, pictures[:1])
        if _follows(head, maps, pictures, embedding):
            note = (
                f"the embedding {ends.embedding} needs more of a picture than the feature maps "
                f"{ends.maps.name}: with a map off the rest stays what it is with all maps on. "
                "The network is run again on the picture for every map, about "
                f"{_time(head, maps, pictures)} for a picture here, and "
                f"{pictures[0].numel() * 4 / 1000:.2g} kB per picture are kept for that"
            )
            return head, ends, embedding.shape[1], (note,)
    otherwise = "" if is_named or not is_behind else _OTHERWISE
    raise InputError(
        f"layers: the embedding {ends.embedding} of {network.architecture} does not follow from "
        f"the feature maps {ends.maps.name} alone (a skip connection or a parallel branch, or it "
        f"comes before them); cut where all branches have been joined{otherwise}."
    )


_OTHERWISE = (
    ", or name the layer of the maps yourself, which keeps what bypasses them as it is in each "
    "picture"
)


def head_alone(
    network: Network, found: Record, ends: Ends, maps: torch.Tensor, embedding: torch.Tensor
) -> CalledHead | None:
    """Return a head that needs the maps alone; None where they are not enough.

    Parameters
    ----------
    maps, embedding : tensors
        Of the trial pictures.
    """
    # Another picture than those of the maps: what bypasses the maps shows.
    picture = trial_pictures(network.input_size).flip(-1)[1:]
    for settled in (settled_before(found.calls, ends.maps), ()):
        head = CalledHead(network.module, ends, picture, settled)
        with torch.no_grad():
            if is_same(head(maps), embedding):
                return head
    return None


@torch.no_grad()
def _follows(head, maps, pictures, embedding):
    """Tell whether a head repeats the network, and whether it makes something of the maps."""
    again = head(maps, pictures)
    return is_same(again, embedding) and not torch.equal(
        head(torch.zeros_like(maps), pictures), again
    )


@torch.no_grad()
def _time(head, maps, *beside):
    """Say how long a head takes for all maps of a picture."""
    start = time.perf_counter()
    head(maps, *beside)
    return time_written((time.perf_counter() - start) / len(maps) * maps.shape[1])


def _ends(network: Network, found: Record, feature_maps: str | None, embedding: str | None) -> Ends:
    """Find the layers of the names, or those of the defaults."""
    maps = None if feature_maps is None else _find(network, found, feature_maps, "feature_maps")
    if maps is None:
        maps = _last_maps(network, found)
    arrangement = arrangement_of(maps.shape, _sides(found))
    if arrangement is None:
        raise InputError(
            f"layers: feature_maps: {feature_maps} of {network.architecture} has the output "
            f"{written(maps.shape)}, which is neither N x F x H x W with H = W > 1, nor N x H x W "
            f"x F, nor tokens on a square grid; layers with feature maps are "
            f"{_named(network, _maps_like(found))}."
        )
    if embedding is None:
        embedding = OUTPUT if found.classifier is None else INPUT + found.classifier.name
        if arrangement.is_tokens or found.output.ndim != 2:
            embedding = MEAN
    if embedding in (MEAN, OUTPUT):
        return Ends(maps, arrangement, embedding, None)
    call = _find(network, found, embedding.removeprefix(INPUT), "embedding")
    return Ends(maps, arrangement, embedding, call)


def _maps_like(found: Record) -> list[Call]:
    sides = _sides(found)
    return [call for call in found.calls if arrangement_of(call.shape, sides) is not None]


def _sides(found: Record) -> set[int]:
    """Return the sides of the square maps of the network."""
    return sides_of(call.shape for call in found.calls)


def _last_maps(network: Network, found: Record) -> Call:
    """Return the last maps before the classifier that are not a pooled or thinned copy."""
    end = len(found.calls)
    if found.classifier is not None:
        end = found.calls.index(found.classifier)
    for call in reversed(_maps_like(found)):
        kind = call.type.lower()
        is_copy = any(word in kind for word in ("pool", "drop", "identity"))
        if found.calls.index(call) < end and not (is_copy or call.hands_on):
            return call
    raise InputError(
        f"{network.architecture} has no feature maps: none of its modules returns square maps or "
        f"tokens on a square grid."
    )


def _find(network: Network, found: Record, name: str, key: str) -> Call:
    for call in found.calls:
        if call.name == name:
            return call
    near = difflib.get_close_matches(name, [call.name for call in found.calls], n=3)
    hint = f"did you mean {' or '.join(near)}? " if near else ""
    possible = _maps_like(found)
    if key == "embedding":
        possible = [call for call in found.calls if len(call.shape) == 2]
    raise InputError(
        f"layers: {key}: {network.architecture} calls no module {name}; {hint}possible are "
        f"{_named(network, possible)}."
    )


def _named(network: Network, calls: list[Call]) -> str:
    return candidates([call.name for call in calls], network.architecture)
