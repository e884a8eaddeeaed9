"""Layers in the graph of a network: found by name, and those where it is cut by default."""

import difflib
from collections.abc import Sequence

from torch import fx

from alignment.artifacts.errors import InputError
from alignment.cutting.arrangements import (
    Arrangement,
    arrangement_of,
    is_cube,
    is_on_coarser_grid,
    may_be_flat,
)
from alignment.cutting.attention import (
    attends_between,
    before_pooling,
    gives_scores,
    is_within_attention,
)
from alignment.cutting.classifiers import input_of_classifier, pooled_convolution
from alignment.cutting.layers import candidates, said_of_grids
from alignment.cutting.lists import are_tokens_in_graph
from alignment.cutting.orders import order_in_graph
from alignment.cutting.traces import Trace


def arrangement_in(traced: Trace, node: fx.Node) -> Arrangement | None:
    """Tell how the output of a layer is read as maps; None where it cannot be."""
    if node.op == "placeholder":
        return None
    shape = traced.shapes[node]
    order = order_in_graph(traced, node) if is_cube(shape) else None
    are_tokens = are_tokens_in_graph(traced, node) if may_be_flat(shape, traced.sides) else None
    return arrangement_of(shape, traced.sides, of_cube=order, of_list=are_tokens)


def default_layers(traced: Trace) -> tuple[fx.Node, fx.Node | None]:
    """Return the nodes of the feature maps and of the embedding, None for the mean of the maps.

    The embedding is the input of the final linear layer, the one before any dropout, or where there
    is none the output; the feature maps are the last before it.  Where these are tokens, their mean
    is the embedding, since the class token stands apart from them; so it is where a network returns
    maps.  Where attention pools them it is not: the network never computes their mean.
    """
    if arrangement_in(traced, traced.output) is not None:
        return last_maps(traced, traced.output), None
    embedding, classifier = default_embedding(traced)
    maps = last_maps(traced, classifier)
    pooled = before_pooling(traced, maps, embedding)
    if pooled is not None and arrangement_in(traced, pooled) is not None:
        maps = pooled
    _check_grids(traced, maps, embedding)
    found = arrangement_in(traced, maps)
    is_pooled = not found.n_others and attends_between(traced, maps, embedding)
    return maps, None if found.is_tokens and not is_pooled else embedding


def _check_grids(traced: Trace, maps: fx.Node, embedding: fx.Node) -> None:
    """Refuse maps behind which there are tokens on another grid."""
    behind = traced.following(maps) & traced.needed_for(embedding)
    found = arrangement_in(traced, maps)
    others = [
        n for n in traced.shapes if n in behind and is_on_coarser_grid(traced.shapes[n], found)
    ]
    if others:
        known = traced.architecture, traced.names[maps], traced.names[others[-1]]
        raise InputError(said_of_grids(*known, traced.shapes[others[-1]]))


def default_embedding(traced: Trace) -> tuple[fx.Node, fx.Node]:
    """Return the embedding, and the node before which the feature maps are to be looked for."""
    embedding = input_of_classifier(traced)
    if embedding is not None:
        return embedding, embedding
    if len(traced.shapes.get(traced.output, ())) != 2:
        layers = (node for node in traced.shapes if node.op != "placeholder")
        possible = [node for node in layers if len(traced.shapes[node]) in (2, 4)]
        raise InputError(
            f"{traced.architecture} does not end in a linear classifier: name the layer of the "
            f"embedding under layers: embedding:, for instance one of "
            f"{named_layers(traced, possible[-8:])}."
        )
    # A convolution of 1 x 1 may stand for the classifier: its output is not feature maps.
    convolution = pooled_convolution(traced)
    before = traced.output if convolution is None else convolution.all_input_nodes[0]
    return traced.output, before


def last_maps(traced: Trace, embedding: fx.Node) -> fx.Node:
    """Return the last maps before the embedding that are not a pooled or thinned copy.

    They are not within attention either, nor class scores of every place.
    """
    before = traced.needed_for(embedding)
    for node in reversed(traced.shapes):
        if node not in before or _is_copy(traced, node) or arrangement_in(traced, node) is None:
            continue
        if not (is_within_attention(traced, node) or gives_scores(traced, node)):
            return node
    raise InputError(
        f"{traced.architecture} has no feature maps before {traced.names[embedding]}: name other "
        f"layers under layers: feature_maps: and embedding:."
    )


def _is_copy(traced: Trace, node: fx.Node) -> bool:
    """Tell whether a node pools or thins its input, or raises it to a power to be pooled (GeM)."""
    kinds = [traced.type_of(n).lower() for n in (node, *node.users) if n.op != "output"]
    is_power = "pow" in kinds[0] or ("clamp" in kinds[0] and kinds[1:] and "pow" in kinds[1])
    return bool(is_power) or any(word in kinds[0] for word in ("pool", "drop", "identity"))


def moved_with_size(traced: Trace, maps: fx.Node) -> tuple[str, ...]:
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


def find(traced: Trace, name: str, key: str, possible: Sequence[fx.Node]) -> fx.Node:
    """Return the layer of a name, or the last layer inside the module of that path."""
    for node in traced.shapes:
        if traced.names[node] == name and node.op != "placeholder":
            return node
    inside = [n for n in traced.shapes if traced.names[n].startswith(f"{name}.")]
    if inside:
        return inside[-1]
    near = difflib.get_close_matches(name, [traced.names[n] for n in possible], n=3)
    hint = f"did you mean {' or '.join(near)}? " if near else ""
    raise InputError(
        f"layers: {key}: {traced.architecture} has no layer {name}; {hint}possible are "
        f"{named_layers(traced, possible)}."
    )


def named_layers(traced: Trace, nodes: Sequence[fx.Node]) -> str:
    """Name the last of some layers, and say how to see all."""
    return candidates([traced.names[node] for node in nodes], traced.architecture)
