"""Where a network is cut: feature maps, embedding, and the head between the two.

The network is traced into a graph of operations (torch.fx), whose nodes are its layers, named as
``torchvision.models.feature_extraction.get_graph_node_names`` names them: ``features.29``,
``layer4.1.relu_1``, ``flatten``.  Truong, Pesenti & Hasson (arXiv 2409.16292) cut VGG-16 after the
ReLU of the last convolutional layer and after the ReLU of the penultimate fully connected layer;
the defaults say the same by structure, for any network.
"""

import difflib
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import fx, nn

from alignment.artifacts.errors import InputError
from alignment.networks.networks import Network
from alignment.networks.traces import Trace, trace

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
    default_for : str
        ``feature maps``, ``embedding`` or nothing.
    """

    name: str
    type: str
    shape: tuple[int, ...]
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
    """

    feature_maps: str
    embedding: str
    maps_shape: tuple[int, int, int]
    n_units: int
    backbone: nn.Module
    head: nn.Module


def list_layers(network: Network) -> list[Layer]:
    """List the layers in the order in which they run, the default cuts marked.

    Raises
    ------
    InputError
        The network does not run on pictures of its input size, or cannot be traced.
    """
    traced = trace(network)
    marks = {}
    try:
        embedding = _default_embedding(traced)
        marks[embedding] = "embedding"
        marks[_default_feature_maps(traced, embedding)] = "feature maps"
    except InputError:
        pass  # The list is what helps a user whose network has no defaults.
    return [
        Layer(traced.names[node], traced.type_of(node), shape[1:], marks.get(node, ""))
        for node, shape in traced.shapes.items()
        if node.op != "placeholder"
    ]


def format_layers(layers: Sequence[Layer]) -> str:
    """Set the layers as a table for a terminal: name, type, output shape, default."""
    rows = [("layer", "type", "output", "")]
    rows += [
        (
            layer.name,
            layer.type,
            " x ".join(map(str, layer.shape)),
            f"<- {layer.default_for} (default)" if layer.default_for else "",
        )
        for layer in layers
    ]
    widths = [max(len(row[i]) for row in rows) for i in range(3)]
    return "\n".join(
        f"{name:{widths[0]}}  {kind:{widths[1]}}  {shape:{widths[2]}}  {mark}".rstrip()
        for name, kind, shape, mark in rows
    )


def cut(network: Network, feature_maps: str | None = None, embedding: str | None = None) -> Cuts:
    """Cut a network at two layers.

    Parameters
    ----------
    network : Network
        Its modules are made to work out of place, which changes no value that they return.
    feature_maps, embedding : str, optional
        Names of layers, or paths of modules, which stand for the last layer inside them.  By
        default the embedding is the input of the final linear classifier, and the feature maps are
        the last maps larger than 1 x 1 before it that are not the output of pooling or dropout.

    Raises
    ------
    InputError
        A layer does not exist or has an output of the wrong shape, there is no default, the
        embedding does not follow from the feature maps, or not from them alone.
    """
    traced = trace(network)
    maps_like = [n for n, shape in traced.shapes.items() if _is_maps(n, shape)]
    vectors_like = [n for n, shape in traced.shapes.items() if len(shape) == 2]
    if embedding is None:
        embedding_node = _default_embedding(traced)
    else:
        embedding_node = _find(traced, embedding, "embedding", vectors_like)
    if feature_maps is None:
        maps_node = _default_feature_maps(traced, embedding_node)
    else:
        maps_node = _find(traced, feature_maps, "feature_maps", maps_like)
        shape = traced.shapes[maps_node]
        if len(shape) != 4:
            raise InputError(
                f"layers: feature_maps: {feature_maps} of {network.architecture} has the output "
                f"{_written(shape)}, not N x F x H x W; layers with feature maps are "
                f"{_named(traced, maps_like)}."
            )
        if shape[2] != shape[3]:
            raise InputError(_not_square(traced, maps_node, maps_like))

    head = _head(traced, maps_node, embedding_node)
    backbone = _backbone(traced, maps_node, embedding_node, network.n_classes is not None)
    return Cuts(
        feature_maps=traced.names[maps_node],
        embedding=traced.names[embedding_node],
        maps_shape=traced.shapes[maps_node][1:],
        n_units=traced.shapes[embedding_node][1:].numel(),
        backbone=backbone,
        head=head,
    )


def _is_maps(node: fx.Node, shape: torch.Size) -> bool:
    """Tell maps that are larger than 1 x 1, and as high as wide since pictures are square."""
    return node.op != "placeholder" and len(shape) == 4 and 1 < shape[2] == shape[3]


def _not_square(traced: Trace, maps: fx.Node, maps_like: Sequence[fx.Node]) -> str:
    shape = traced.shapes[maps]
    moved = shape[0], shape[3], shape[1], shape[2]
    behind = [n for n in maps_like if n in traced.following(maps) and traced.shapes[n] == moved]
    remedy = f"name {traced.names[behind[0]]}" if behind else "name a layer that has them first"
    return (
        f"layers: feature_maps: {traced.names[maps]} of {traced.architecture} has the output "
        f"{_written(shape)}: pictures are square, so its channels seem to stand last; {remedy}."
    )


def _default_embedding(traced: Trace) -> fx.Node:
    """Return the input of the final linear layer, the one before any dropout."""
    scores = traced.output
    while "dropout" in traced.type_of(scores).lower():
        scores = scores.all_input_nodes[0]
    if traced.type_of(scores) != "Linear":
        candidates = [n for n, s in traced.shapes.items() if len(s) in (2, 4)]
        raise InputError(
            f"{traced.architecture} does not end in a linear classifier: name the layer of the "
            f"embedding under layers: embedding:, for instance one of "
            f"{_named(traced, candidates[-8:])}."
        )
    node = scores.all_input_nodes[0]
    while "dropout" in traced.type_of(node).lower():
        node = node.all_input_nodes[0]
    return node


def _default_feature_maps(traced: Trace, embedding: fx.Node) -> fx.Node:
    """Return the last maps before the embedding that are not a pooled or thinned copy."""
    before = traced.needed_for(embedding)
    for node, shape in reversed(traced.shapes.items()):
        kind = traced.type_of(node).lower()
        if node in before and _is_maps(node, shape) and "pool" not in kind and "drop" not in kind:
            return node
    raise InputError(
        f"{traced.architecture} has no feature maps before {traced.names[embedding]}: name other "
        f"layers under layers: feature_maps: and embedding:."
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


def _head(traced: Trace, maps: fx.Node, embedding: fx.Node) -> fx.GraphModule:
    """Extract what lies between two layers, as a module of its own on the same parameters."""
    after_maps = traced.following(maps)
    if embedding not in after_maps:
        raise InputError(
            f"layers: the embedding {traced.names[embedding]} of {traced.architecture} does not "
            f"come after the feature maps {traced.names[maps]}."
        )
    graph = fx.Graph()
    copies = {maps: graph.placeholder("feature_maps")}
    needed = traced.needed_for(embedding, stop=maps)
    for node in traced.graph.nodes:
        if node not in needed or node is maps or node.op == "placeholder":
            continue
        outside = [n for n in node.all_input_nodes if n not in copies]
        if traced.is_batch_size(node) and node not in after_maps:
            # The number of pictures, which some networks take from the pictures themselves.
            copies[node] = graph.call_method("size", (copies[maps], 0))
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
    traced: Trace, maps: fx.Node, embedding: fx.Node, has_classes: bool
) -> fx.GraphModule:
    """Copy the network with three outputs instead of one."""
    graph = fx.Graph()
    copies = {}
    scores = graph.graph_copy(traced.graph, copies)
    flat = graph.call_function(torch.flatten, (copies[embedding], 1))
    graph.output(
        {
            "feature_maps": copies[maps],
            "embedding": flat,
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


def _written(shape: torch.Size) -> str:
    return " x ".join(["N", *map(str, shape[1:])])
