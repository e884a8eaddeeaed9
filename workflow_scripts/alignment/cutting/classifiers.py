"""The layer that makes the class scores, in the graph of a network: its input is the embedding."""

from collections.abc import Sequence

from torch import fx, nn

from alignment.cutting.graph_parts import has_rows
from alignment.cutting.traces import Trace

# What may stand before it and leaves values as they are
_THINNED = ("dropout", "identity")
# What may stand behind it and keeps the order of scores: parts of names, and whole names
_BEHIND = (*_THINNED, "flatten", "softmax", "view", "squeeze", "sigmoid", "reshape")
_CASTS = ("float", "double", "half", "to", "type", "contiguous", "clone")
_BY_A_CONSTANT = ("mul", "div", "truediv", "add", "sub")
# ... and behind a convolution of 1 x 1 that takes the place of a linear classifier
_BEHIND_CONVOLUTION = (*_BEHIND, "relu", "pool", "mean")


def input_of_classifier(traced: Trace) -> fx.Node | None:
    """Return what the final linear layer is given, before any dropout; None where there is none.

    Several layers whose scores are added up or averaged count as one where all are given the same,
    perhaps each behind a norm of its own.  So does a convolution of maps of 1 x 1.
    """
    heads = _heads(traced, traced.output)
    for kinds in (_THINNED, (*_THINNED, "norm")):
        found = {_looked_through(traced, head.all_input_nodes[0], kinds) for head in heads}
        if len(found) == 1:
            return found.pop()
    convolution = scores_behind(traced, traced.output)
    if _makes_scores(traced, convolution) and traced.shapes[convolution][2:] == (1, 1):
        return _looked_through(traced, convolution.all_input_nodes[0], _THINNED)
    return None


def pooled_convolution(traced: Trace) -> fx.Node | None:
    """Return the convolution of 1 x 1 whose maps are pooled to class scores, as in SqueezeNet."""
    node = _looked_through(traced, traced.output, _BEHIND_CONVOLUTION)
    return node if _makes_scores(traced, node) else None


def takes_output(traced: Trace, embedding: fx.Node | None, maps: fx.Node) -> bool:
    """Tell whether a default embedding is the output because no layer was found to make scores.

    An output that is no more than the pooled maps has no such layer, and does not count.
    """
    if embedding is not traced.output or pooled_convolution(traced) is not None:
        return False
    return _looked_through(traced, embedding, (*_BEHIND, "pool", "mean")) is not maps


def is_linear(traced: Trace, node: fx.Node) -> bool:
    """Tell whether a node is a linear layer, also one with a norm for its weights."""
    if node.op == "call_module":
        return isinstance(traced.module.get_submodule(node.target), nn.Linear)
    return traced.type_of(node) == "linear"  # which some classes of layers call themselves


def scores_behind(traced: Trace, node: fx.Node) -> fx.Node:
    """Return the node whose values a node has, merely reshaped, converted or scaled."""
    return _looked_through(traced, node, _BEHIND, (*_CASTS, *_BY_A_CONSTANT))


def _looked_through(
    traced: Trace, node: fx.Node, parts: Sequence[str], names: Sequence[str] = ()
) -> fx.Node:
    """Return the last node at or before one that is of other kinds, or joins several values."""
    while len(given := _rows(traced, node)) == 1:
        kind = traced.type_of(node).lower()
        if kind not in names and not any(part in kind for part in parts):
            break
        node = given[0]
    return node


def _heads(traced: Trace, scores: fx.Node) -> list[fx.Node]:
    """Return the linear layers of which scores are the sum; none where others take part."""
    node = scores_behind(traced, scores)
    if is_linear(traced, node):
        return [node]
    if traced.type_of(node) != "add":
        return []
    found = [_heads(traced, given) for given in _rows(traced, node)]
    return [head for heads in found for head in heads] if all(found) else []


def _makes_scores(traced: Trace, node: fx.Node) -> bool:
    """Tell whether a node is a convolution of 1 x 1 with as many maps as there are scores."""
    layer = traced.module.get_submodule(node.target) if node.op == "call_module" else None
    return (
        isinstance(layer, nn.Conv2d)
        and layer.kernel_size == (1, 1)
        and traced.shapes[node][1] == traced.shapes[traced.output][1]
    )


def _rows(traced: Trace, node: fx.Node) -> list[fx.Node]:
    """Return the values that a node is given of each picture; constants are none."""
    return [given for given in node.all_input_nodes if has_rows(traced, given)]
