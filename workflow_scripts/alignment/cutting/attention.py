"""Attention in the graph of a network: tensors within it are no maps, and it may pool maps."""

from collections.abc import Sequence

from torch import fx, nn

from alignment.cutting.classifiers import is_linear, scores_behind
from alignment.cutting.traces import Trace

_WEIGHTS = ("softmax", "scaled_dot_product_attention", "multi_head_attention_forward")
_ATTENTION = (*_WEIGHTS, "matmul", "bmm", "einsum")
# What stands between a projection and the attention: reshaping, norms and scaling
_FORMS = (
    *("reshape", "view", "permute", "transpose", "flat", "contiguous"),
    *("unbind", "getitem", "chunk", "split"),
)
_BETWEEN = (*_FORMS, "norm", "identity", "drop", "mul", "div", "expand")
_SIZES = ("size", "getattr", "len")


def is_within_attention(traced: Trace, node: fx.Node) -> bool:
    """Tell whether a node is a query, key or value, or how much each place attends to others."""
    source = _source(traced, node, _BETWEEN)
    if not (_is_projection(traced, source) or _is_of(traced, source, _ATTENTION)):
        return False
    waiting, seen, attends = [node], set(), False
    while waiting:
        for user in waiting.pop().users:
            if user in seen or _is_of(traced, user, _SIZES):
                continue
            seen.add(user)
            if _is_of(traced, user, _ATTENTION):
                attends = True
            elif _is_of(traced, user, _BETWEEN):
                waiting.append(user)
            else:
                return False
    return attends


def gives_scores(traced: Trace, node: fx.Node) -> bool:
    """Tell whether a linear layer makes class scores of each place, as many as are returned."""
    layer, returned = scores_behind(traced, node), traced.shapes.get(traced.output, ())
    return (
        len(returned) == 2 and is_linear(traced, layer) and traced.shapes[layer][-1] == returned[-1]
    )


def attends_between(traced: Trace, maps: fx.Node, embedding: fx.Node) -> int:
    """Count how often there is attention between two nodes."""
    between = traced.following(maps) & traced.needed_for(embedding)
    return sum(_is_of(traced, node, _WEIGHTS) for node in between)


def before_pooling(traced: Trace, maps: fx.Node, embedding: fx.Node) -> fx.Node | None:
    """Return what is pooled by attention whose query is its mean, as in CLIP's ResNets, or None.

    There the mean is put before the places, as a class token is, and after one round of attention
    it is the embedding; what is made of the places is lost.
    """
    for node in traced.needed_for(maps):
        given = node.all_input_nodes
        if not _is_of(traced, node, ("cat",)) or len(given) != 2:
            continue
        mean, places = given
        is_mean = _is_of(traced, mean, ("mean",)) and places in traced.needed_for(mean)
        if is_mean and attends_between(traced, node, embedding) == 1:
            return _source(traced, places, _FORMS)
    return None


def _source(traced: Trace, node: fx.Node, kinds: Sequence[str]) -> fx.Node:
    """Return the value from which nodes of some kinds alone lead to a node."""
    while node.all_input_nodes and _is_of(traced, node, kinds):
        if _is_of(traced, node, _ATTENTION):  # some of whose names have "mul" in them
            break
        tensors = [given for given in node.all_input_nodes if given in traced.shapes]
        node = (tensors or node.all_input_nodes)[0]
    return node


def _is_projection(traced: Trace, node: fx.Node) -> bool:
    if is_linear(traced, node):
        return True
    return node.op == "call_module" and isinstance(
        traced.module.get_submodule(node.target), nn.Conv2d
    )


def _is_of(traced: Trace, node: fx.Node, kinds: Sequence[str]) -> bool:
    if node.op in ("output", "get_attr", "placeholder"):
        return False
    kind = traced.type_of(node).lower()
    return any(word in kind for word in kinds)
