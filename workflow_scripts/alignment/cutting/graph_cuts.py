"""Cuts in the graph of a network, whose two parts are then graphs of their own."""

from collections.abc import Sequence

import torch
from torch import fx

from alignment.artifacts.errors import InputError
from alignment.cutting.arrangements import maps_of, output_of
from alignment.cutting.classifiers import takes_output
from alignment.cutting.graph_layers import (
    arrangement_in,
    default_embedding,
    default_layers,
    find,
    last_maps,
    moved_with_size,
    named_layers,
)
from alignment.cutting.graph_parts import Between, between, bypass, has_rows, passing_by
from alignment.cutting.layers import (
    BESIDE,
    Cuts,
    Layer,
    beside_in,
    said_of_beside,
    said_of_branches,
    said_of_output,
    why_no_maps,
    written,
)
from alignment.cutting.traces import Trace
from alignment.networks.trials import is_same, trial_pictures
from alignment.planning.families import MEAN


def list_graph_layers(traced: Trace) -> list[Layer]:
    """List the layers in the order in which they run, the default cuts marked.

    Marked, too, are layers that something bypasses on the way to the default embedding.
    """
    marks, embedding = {}, None
    try:
        maps, embedding = default_layers(traced)
        marks = {maps: "feature maps", embedding: "embedding"}
        if embedding is None:
            marks = {maps: f"feature maps, the {MEAN} as embedding"}
        if _head(traced, maps, embedding).beside:
            marks = {}  # a cut that a user has to ask for by name
    except InputError:
        marks = {}  # The list is what helps a user whose network has no defaults.
    return [
        Layer(
            traced.names[node],
            traced.type_of(node),
            shape[1:],
            node in traced.signed,
            marks.get(node, ""),
            () if embedding is None else _kept_beside(traced, node, embedding),
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
    head = _head(traced, maps_node, embedding_node)
    backbone = _backbone(traced, maps_node, embedding_node, head.beside, has_classes)
    notes = moved_with_size(traced, maps_node) if feature_maps is None else ()
    if embedding is None and takes_output(traced, embedding_node, maps_node):
        notes += said_of_output(traced.architecture, has_classes)
    if feature_maps is None and embedding is None and embedding_node is None:
        notes += _said_of_branches(traced, maps_node)
    if head.beside:
        is_named = feature_maps is not None
        notes += _said_of(traced, maps_node, embedding_node, head, backbone, is_named)
    return Cuts(
        feature_maps=traced.names[maps_node],
        embedding=name,
        maps_shape=arrangement.maps_shape,
        n_units=n_units,
        head=head.module,
        backbone=backbone,
        notes=notes,
    )


def _said_of(
    traced: Trace,
    maps: fx.Node,
    embedding: fx.Node,
    head: Between,
    backbone: fx.GraphModule,
    is_named: bool,
) -> tuple[str, ...]:
    """Say what passes the maps by; refuse it where nobody asked for it, or it is not exact."""
    refused = bypass(traced, maps, embedding, head.beside[0])
    if not is_named:
        raise InputError(
            f"{refused}, or name the layer of the maps yourself, which keeps what bypasses them as "
            "it is in each picture."
        )
    size = traced.shapes[next(iter(traced.graph.nodes))][-1]
    if not _is_exact(backbone, head.module, trial_pictures(size)):
        raise InputError(f"{refused}.")
    kept = {traced.names[node]: traced.shapes[node][1:] for node in head.beside}
    return (said_of_beside(traced.names[maps], kept),)


def _said_of_branches(traced: Trace, maps: fx.Node) -> tuple[str, ...]:
    """Say where something passes by default maps whose mean is the embedding."""
    if maps is traced.output or not passing_by(traced, maps, traced.output):
        return ()
    return (said_of_branches(traced.architecture, traced.names[maps]),)


def _kept_beside(traced: Trace, maps: fx.Node, embedding: fx.Node) -> tuple[torch.Size, ...]:
    """Return the shapes of what would have to be kept of each picture beside some maps."""
    found = arrangement_in(traced, maps)
    if found is None or found.n_others or embedding not in traced.following(maps):
        return ()
    beside = passing_by(traced, maps, embedding)
    if not all(has_rows(traced, node) for node in beside):
        return ()
    return tuple(traced.shapes[node][1:] for node in beside)


@torch.no_grad()
def _is_exact(backbone: fx.GraphModule, head: fx.GraphModule, pictures: torch.Tensor) -> bool:
    """Tell whether a head that is given more than maps repeats the network, picture by picture.

    And whether it depends on the maps.  This finds values whose first dimension is not that of the
    pictures, and only happens to be as long.
    """
    found = backbone(pictures)
    maps, embedding = found["feature_maps"], found["embedding"]
    beside = beside_in(found)
    alone = [head(*(values[k : k + 1] for values in (maps, *beside))) for k in range(len(maps))]
    depends = not torch.equal(head(torch.zeros_like(maps), *beside), head(maps, *beside))
    return depends and is_same(torch.cat(alone), embedding)


def _check_maps(traced: Trace, maps: fx.Node, name: str, maps_like: Sequence[fx.Node]) -> None:
    """Refuse a layer whose output cannot be read as square maps."""
    if arrangement_in(traced, maps) is None:
        raise InputError(
            f"layers: feature_maps: {name} of {traced.architecture} has the output "
            f"{written(traced.shapes[maps])}, {why_no_maps(traced.shapes[maps])}; layers with "
            f"feature maps are "
            f"{named_layers(traced, maps_like)}."
        )


def _head(traced: Trace, maps: fx.Node, embedding: fx.Node | None) -> Between:
    """Extract what lies between two layers; the mean of the maps is made for this."""
    found = arrangement_in(traced, maps)
    if embedding is None:
        graph = fx.Graph()
        given = graph.placeholder("feature_maps")
        graph.output(graph.call_method("mean", (given, (2, 3))))
        return Between(fx.GraphModule(traced.module, graph, "Head").eval(), ())
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

    return between(traced, maps, embedding, as_output)


def _backbone(
    traced: Trace,
    maps: fx.Node,
    embedding: fx.Node | None,
    beside: Sequence[fx.Node],
    has_classes: bool,
) -> fx.GraphModule:
    """Copy the network with all outputs that are recorded instead of one."""
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
            **{f"{BESIDE}{k}": copies[node] for k, node in enumerate(beside)},
        }
    )
    backbone = fx.GraphModule(traced.module, graph, "Backbone").eval()
    backbone.graph.eliminate_dead_code()
    backbone.recompile()
    return backbone
