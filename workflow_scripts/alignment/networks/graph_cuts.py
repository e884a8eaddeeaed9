"""Cuts in the graph of a network, whose two parts are then graphs of their own."""

import difflib
from collections.abc import Sequence

import torch
from torch import fx

from alignment.artifacts.errors import InputError
from alignment.networks.arrangements import (
    MEAN,
    Arrangement,
    arrangement_of,
    maps_of,
    output_of,
)
from alignment.networks.layers import Cuts, Layer, written
from alignment.networks.traces import Trace

_SHOWN = 10  # candidates in a message
# What may stand behind the last layer with weights and changes no score's place
_BEHIND = ("dropout", "identity", "flatten", "softmax", "log_softmax", "view", "squeeze")
# ... and behind a convolution of 1 x 1 that takes the place of a linear classifier
_BEHIND_CONVOLUTION = (*_BEHIND, "relu", "pool", "mean")


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
    """Cut a network at two nodes of its graph; see :func:`alignment.networks.cuts.cut`."""
    maps_like = [n for n in traced.shapes if _arrangement(traced, n) is not None]
    vectors_like = [n for n, shape in traced.shapes.items() if len(shape) == 2]
    maps_node, embedding_node = None, None
    if embedding not in (None, MEAN):
        embedding_node = _find(traced, embedding, "embedding", vectors_like)
    if feature_maps is None:
        if embedding_node is not None:
            maps_node = _last_maps(traced, embedding_node)
        else:
            maps_node, embedding_node = default_layers(traced)
            if embedding == MEAN:
                embedding_node = None
    else:
        maps_node = _find(traced, feature_maps, "feature_maps", maps_like)
        _check_maps(traced, maps_node, feature_maps, maps_like)
        if embedding is None and not _arrangement(traced, maps_node).is_tokens:
            embedding_node = _default_embedding(traced)[0]

    arrangement = _arrangement(traced, maps_node)
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
        notes=_moved(traced, maps_node) if feature_maps is None else (),
    )


def _arrangement(traced: Trace, node: fx.Node) -> Arrangement | None:
    if node.op == "placeholder":
        return None
    return arrangement_of(traced.shapes[node], traced.sides)


def _check_maps(traced: Trace, maps: fx.Node, name: str, maps_like: Sequence[fx.Node]) -> None:
    """Refuse a layer whose output cannot be read as square maps."""
    if _arrangement(traced, maps) is None:
        raise InputError(
            f"layers: feature_maps: {name} of {traced.architecture} has the output "
            f"{written(traced.shapes[maps])}, which is neither N x F x H x W with H = W > 1, nor "
            f"N x H x W x F, nor tokens on a square grid; layers with feature maps are "
            f"{_named(traced, maps_like)}."
        )


def default_layers(traced: Trace) -> tuple[fx.Node, fx.Node | None]:
    """Return the nodes of the feature maps and of the embedding, None for the mean of the maps.

    The embedding is the input of the final linear layer, the one before any dropout, or where there
    is none the output; the feature maps are the last before it.  Where these are tokens, their mean
    is the embedding, since the class token stands apart from them; so it is where a network returns
    maps.
    """
    if _arrangement(traced, traced.output) is not None:
        return _last_maps(traced, traced.output), None
    embedding, classifier = _default_embedding(traced)
    maps = _last_maps(traced, classifier)
    return maps, None if _arrangement(traced, maps).is_tokens else embedding


def _default_embedding(traced: Trace) -> tuple[fx.Node, fx.Node]:
    """Return the embedding, and the node before which the feature maps are to be looked for."""
    scores = _looked_through(traced, traced.output, _BEHIND)
    if traced.type_of(scores) == "Linear":
        embedding = _looked_through(traced, scores.all_input_nodes[0], ("dropout", "identity"))
        return embedding, embedding
    if len(traced.shapes.get(traced.output, ())) != 2:
        candidates = [n for n, s in traced.shapes.items() if len(s) in (2, 4)]
        raise InputError(
            f"{traced.architecture} does not end in a linear classifier: name the layer of the "
            f"embedding under layers: embedding:, for instance one of "
            f"{_named(traced, candidates[-8:])}."
        )
    # A convolution of 1 x 1 may stand for the classifier: what it makes are no maps of features.
    convolution = _looked_through(traced, traced.output, _BEHIND_CONVOLUTION)
    if traced.type_of(convolution) == "Conv2d" and (
        traced.module.get_submodule(convolution.target).kernel_size == (1, 1)
        and traced.shapes[convolution][1] == traced.shapes[traced.output][1]
    ):
        return traced.output, convolution.all_input_nodes[0]
    return traced.output, traced.output


def _looked_through(traced: Trace, node: fx.Node, kinds: Sequence[str]) -> fx.Node:
    """Return the last node at or before one that is of other kinds."""
    while any(kind in traced.type_of(node).lower() for kind in kinds) and node.all_input_nodes:
        node = node.all_input_nodes[0]
    return node


def _last_maps(traced: Trace, embedding: fx.Node) -> fx.Node:
    """Return the last maps before the embedding that are not a pooled or thinned copy."""
    before = traced.needed_for(embedding)
    for node in reversed(traced.shapes):
        kind = traced.type_of(node).lower()
        is_copy = any(word in kind for word in ("pool", "drop", "identity"))
        if node in before and not is_copy and _arrangement(traced, node) is not None:
            return node
    raise InputError(
        f"{traced.architecture} has no feature maps before {traced.names[embedding]}: name other "
        f"layers under layers: feature_maps: and embedding:."
    )


def _moved(traced: Trace, maps: fx.Node) -> tuple[str, ...]:
    """Say where convolutions behind the default maps only have maps of 1 x 1 at this input size."""
    behind, is_pooled = [], False
    for node in reversed(traced.shapes):
        kind = traced.type_of(node).lower()
        is_pooled |= "pool" in kind or kind == "mean"
        if node is maps:
            break
        # Behind the pooling convolutions of 1 x 1 are usual.
        if is_pooled and kind == "conv2d" and traced.shapes[node][2:] == (1, 1):
            behind.append(traced.names[node])
    if not behind:
        return ()
    return (
        f"the maps of {behind[0]} are 1 x 1 at this input_size, so {traced.architecture} is cut "
        f"earlier than usual, at {traced.names[maps]}",
    )


def _find(traced: Trace, name: str, key: str, candidates: list[fx.Node]) -> fx.Node:
    """Return the layer of a name, or the last layer inside the module of that path."""
    for node in traced.shapes:
        if traced.names[node] == name and node.op != "placeholder":
            return node
    inside = [n for n in traced.shapes if traced.names[n].startswith(f"{name}.")]
    if inside:
        return inside[-1]
    near = difflib.get_close_matches(name, [traced.names[n] for n in candidates], n=3)
    hint = f"did you mean {' or '.join(near)}? " if near else ""
    raise InputError(
        f"layers: {key}: {traced.architecture} has no layer {name}; {hint}possible are "
        f"{_named(traced, candidates)}."
    )


def _head(traced: Trace, maps: fx.Node, embedding: fx.Node | None) -> fx.GraphModule:
    """Extract what lies between two layers, as a module of its own on the same parameters."""
    graph = fx.Graph()
    arrangement = _arrangement(traced, maps)
    given = graph.placeholder("feature_maps")
    if embedding is None:
        graph.output(graph.call_method("mean", (given, (2, 3))))
        return fx.GraphModule(traced.module, graph, "Head").eval()
    after_maps = traced.following(maps)
    if embedding not in after_maps:
        raise InputError(
            f"layers: the embedding {traced.names[embedding]} of {traced.architecture} does not "
            f"come after the feature maps {traced.names[maps]}."
        )
    if arrangement.n_others:
        raise InputError(
            f"layers: the embedding {traced.names[embedding]} of {traced.architecture} needs more "
            f"than the feature maps {traced.names[maps]}, whose first {arrangement.n_others} of "
            f"{traced.shapes[maps][1]} tokens lie nowhere in the picture; name '{MEAN}' as "
            f"embedding."
        )
    if arrangement.kind != "channels first":
        given = graph.call_function(output_of, (given, arrangement.kind))
    # Numbers that follow from the size of the pictures, such as how many patches there are, are
    # what they are whatever the pictures show.
    copies = {n: value for n, value in traced.constants.items() if n not in after_maps}
    copies[maps] = given
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
    flat = graph.call_function(torch.flatten, (copies[embedding], 1))
    graph.output(flat)
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
    found = _arrangement(traced, maps)
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


def _named(traced: Trace, nodes: Sequence[fx.Node]) -> str:
    """Name the last of some layers, where cuts are usually made, and say how to see all."""
    names = [traced.names[node] for node in nodes[-_SHOWN:]]
    if len(nodes) <= _SHOWN:
        return ", ".join(names)
    return (
        f"{', '.join(names)} and {len(nodes) - _SHOWN} before them "
        f"(make layers MODEL={traced.architecture} lists all)"
    )
