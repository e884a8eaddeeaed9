"""Cuts in the graph of a network, whose two parts are then graphs of their own."""

from collections.abc import Callable, Sequence

import torch
from torch import fx

from alignment.artifacts.errors import InputError
from alignment.cutting.arrangements import (
    maps_of,
    output_of,
)
from alignment.cutting.graph_layers import (
    arrangement_in,
    default_embedding,
    default_layers,
    find,
    last_maps,
    moved_with_size,
    named_layers,
)
from alignment.cutting.layers import Cuts, Layer, written
from alignment.cutting.traces import Trace
from alignment.planning.families import MEAN


def list_graph_layers(traced: Trace) -> list[Layer]:
    """List the layers in the order in which they run, the default cuts marked."""
    marks = {}
    try:
        maps, embedding = default_layers(traced)
        marks = {maps: "feature maps", embedding: "embedding"}
        if embedding is None:
            marks = {maps: f"feature maps, the {MEAN} as embedding"}
        _head(traced, maps, embedding)
    except InputError:
        marks = {}  # The list is what helps a user whose network has no defaults.
    return [
        Layer(
            traced.names[node],
            traced.type_of(node),
            shape[1:],
            node in traced.signed,
            marks.get(node, ""),
        )
        for node, shape in traced.shapes.items()
        if node.op != "placeholder"
    ]


def cut_graph(
    traced: Trace, has_classes: bool, feature_maps: str | None, embedding: str | None
) -> Cuts:
    """Cut a network at two nodes of its graph; see :func:`alignment.cutting.cuts.cut`."""
    maps_like = [n for n in traced.shapes if arrangement_in(traced, n) is not None]
    vectors_like = [n for n, shape in traced.shapes.items() if len(shape) == 2]
    maps_node, embedding_node = None, None
    if embedding not in (None, MEAN):
        embedding_node = find(traced, embedding, "embedding", vectors_like)
    if feature_maps is None:
        if embedding_node is not None:
            maps_node = last_maps(traced, embedding_node)
        else:
            maps_node, embedding_node = default_layers(traced)
            if embedding == MEAN:
                embedding_node = None
    else:
        maps_node = find(traced, feature_maps, "feature_maps", maps_like)
        _check_maps(traced, maps_node, feature_maps, maps_like)
        if embedding is None and not arrangement_in(traced, maps_node).is_tokens:
            embedding_node = default_embedding(traced)[0]

    arrangement = arrangement_in(traced, maps_node)
    name = MEAN if embedding_node is None else traced.names[embedding_node]
    n_units = arrangement.n_maps
    if embedding_node is not None:
        n_units = traced.shapes[embedding_node][1:].numel()
    return Cuts(
        feature_maps=traced.names[maps_node],
        embedding=name,
        maps_shape=arrangement.maps_shape,
        n_units=n_units,
        head=_head(traced, maps_node, embedding_node),
        backbone=_backbone(traced, maps_node, embedding_node, has_classes),
        notes=moved_with_size(traced, maps_node) if feature_maps is None else (),
    )


def _check_maps(traced: Trace, maps: fx.Node, name: str, maps_like: Sequence[fx.Node]) -> None:
    """Refuse a layer whose output cannot be read as square maps."""
    if arrangement_in(traced, maps) is None:
        raise InputError(
            f"layers: feature_maps: {name} of {traced.architecture} has the output "
            f"{written(traced.shapes[maps])}, which is neither N x F x H x W with H = W > 1, nor "
            f"N x H x W x F, nor tokens on a square grid; layers with feature maps are "
            f"{named_layers(traced, maps_like)}."
        )


def _head(traced: Trace, maps: fx.Node, embedding: fx.Node | None) -> fx.GraphModule:
    """Extract what lies between two layers; the mean of the maps is made for this."""
    found = arrangement_in(traced, maps)
    if embedding is None:
        graph = fx.Graph()
        given = graph.placeholder("feature_maps")
        graph.output(graph.call_method("mean", (given, (2, 3))))
        return fx.GraphModule(traced.module, graph, "Head").eval()
    if found.n_others and embedding in traced.following(maps):
        raise InputError(
            f"layers: the embedding {traced.names[embedding]} of {traced.architecture} needs more "
            f"than the feature maps {traced.names[maps]}, whose first {found.n_others} of "
            f"{traced.shapes[maps][1]} tokens lie nowhere in the picture; name '{MEAN}' as "
            f"embedding, or set tokens: class."
        )

    def as_output(graph, given):
        if found.kind == "channels first":
            return given
        return graph.call_function(output_of, (given, found.kind))

    return copied_between(traced, maps, embedding, as_output)


def copied_between(
    traced: Trace,
    maps: fx.Node,
    embedding: fx.Node,
    as_output: Callable[[fx.Graph, fx.Node], fx.Node],
) -> fx.GraphModule:
    """Extract what lies between two layers, as a module of its own on the same parameters.

    Parameters
    ----------
    traced : Trace
    maps, embedding : torch.fx.Node
    as_output : callable
        Adds to a graph what brings the module's input to the order of the output of `maps`.

    Raises
    ------
    InputError
        The embedding does not come after the maps, or needs more than they.
    """
    after_maps = traced.following(maps)
    if embedding not in after_maps:
        raise InputError(
            f"layers: the embedding {traced.names[embedding]} of {traced.architecture} does not "
            f"come after the feature maps {traced.names[maps]}."
        )
    graph = fx.Graph()
    # Numbers that follow from the size of the pictures, such as how many patches there are, are
    # what they are whatever the pictures show.
    copies = {n: value for n, value in traced.constants.items() if n not in after_maps}
    # Options of the network, such as a mask, that have a default and are never given
    copies |= {n: n.args[0] for n in traced.graph.nodes if n.op == "placeholder" and n.args}
    given = graph.placeholder("feature_maps")
    copies[maps] = as_output(graph, given)
    needed = traced.needed_for(embedding, stop=maps)
    for node in traced.graph.nodes:
        if node not in needed or node in copies or node.op == "placeholder":
            continue
        outside = [n for n in node.all_input_nodes if n not in copies]
        if traced.is_batch_size(node) and node not in after_maps:
            # The number of pictures, which some networks take from the pictures themselves.
            copies[node] = graph.call_method("size", (given, 0))
        elif not outside:
            copies[node] = graph.node_copy(node, copies.__getitem__)
        elif node in after_maps:
            raise InputError(_bypass(traced, maps, embedding, outside[0]))
    graph.output(graph.call_function(torch.flatten, (copies[embedding], 1)))
    return fx.GraphModule(traced.module, graph, "Head").eval()


def _bypass(traced: Trace, maps: fx.Node, embedding: fx.Node, outside: fx.Node) -> str:
    return (
        f"layers: the embedding {traced.names[embedding]} of {traced.architecture} needs more than "
        f"the feature maps {traced.names[maps]}: {traced.names[outside]} bypasses them (a skip "
        f"connection or a parallel branch); cut where all branches have been joined."
    )


def _backbone(
    traced: Trace, maps: fx.Node, embedding: fx.Node | None, has_classes: bool
) -> fx.GraphModule:
    """Copy the network with three outputs instead of one."""
    graph = fx.Graph()
    copies = {}
    scores = graph.graph_copy(traced.graph, copies)
    found = arrangement_in(traced, maps)
    feature_maps = copies[maps]
    if found.kind != "channels first":
        how = found.kind, found.side, found.n_others
        feature_maps = graph.call_function(maps_of, (feature_maps, *how))
    if embedding is None:
        vectors = graph.call_method("mean", (feature_maps, (2, 3)))
    else:
        vectors = graph.call_function(torch.flatten, (copies[embedding], 1))
    graph.output(
        {
            "feature_maps": feature_maps,
            "embedding": vectors,
            "logits": scores if has_classes else None,
        }
    )
    backbone = fx.GraphModule(traced.module, graph, "Backbone").eval()
    backbone.graph.eliminate_dead_code()
    backbone.recompile()
    return backbone
