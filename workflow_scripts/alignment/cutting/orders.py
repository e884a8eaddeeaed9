"""The order of outputs with as many maps as places in a row, (B, N, N, N), by what made them.

Their shape does not tell whether the maps come first or last.  Where what made them does not tell
either, such a layer is not read as maps.
"""

from collections.abc import Callable, Sequence
from typing import TypeVar

from torch import fx

from alignment.cutting.arrangements import arrangement_of, is_cube
from alignment.cutting.traces import Trace
from alignment.networks.calls import Call

T = TypeVar("T")
FIRST, LAST = "channels first", "channels last"
_OF_FIRST = ("2d", "batch_norm", "group_norm", "instance_norm")
_OF_LAST = ("linear", "layernorm", "layer_norm")
_OF_DIMENSIONS = {(0, 3, 1, 2): FIRST, (0, 2, 3, 1): LAST}
# What may change the order
_RESHAPED = ("reshape", "view", "unflatten")
_FORMS = (*_RESHAPED, "permute", "transpose", "flatten", "movedim", "einsum", "matmul")
_PARTS = ("chunk", "split")


def order_in_graph(traced: Trace, node: fx.Node) -> str | None:
    """Return ``channels first``, ``channels last``, or None where nothing tells."""
    waiting, seen = [node], set()
    while waiting:
        current = waiting.pop(0)
        seen.add(current)
        kind = "" if current.op == "placeholder" else traced.type_of(current).lower()
        told = _told_by(kind) or _told_by_dimensions(traced, current)
        told = told or _told_by_tokens(traced, current, kind)
        if told is not None:
            return told
        if any(form in kind for form in _FORMS):
            continue
        for given in current.all_input_nodes:
            shape = traced.shapes.get(given, ())
            found = arrangement_of(shape, of_cube=None) if len(shape) == 4 else None
            if found is not None:
                return found.kind
            is_part = given.op != "get_attr" and traced.type_of(given) in _PARTS
            if given not in seen and (is_cube(shape) or is_part):
                waiting.append(given)
    return None


def order_in_calls(calls: Sequence[Call], call: Call) -> str | None:
    """Return the order that all modules agree on that have returned such an output so far."""
    return agreed_in_calls(calls, call, _told_by)


def agreed_in_calls(
    calls: Sequence[Call], call: Call, told_by: Callable[[str], T | None]
) -> T | None:
    """Return what the types of all modules tell that have returned such an output so far."""
    until = calls[: calls.index(call) + 1]
    told = {told_by(c.type.lower()) for c in until if c.shape == call.shape} - {None}
    return told.pop() if len(told) == 1 else None


def _told_by(kind: str) -> str | None:
    if any(word in kind for word in _OF_FIRST):
        return FIRST
    return LAST if any(word in kind for word in _OF_LAST) else None


def _told_by_dimensions(traced: Trace, node: fx.Node) -> str | None:
    """Return the order that a permutation gives, if it brings maps to the front or to the end."""
    if node.op == "call_module":
        layer = traced.module.get_submodule(node.target)
        dimensions = getattr(layer, "dims", ()) if type(layer).__name__ == "Permute" else ()
    elif node.target == "permute" or getattr(node.target, "__name__", "") == "permute":
        dimensions = node.args[1] if isinstance(node.args[1], tuple | list) else node.args[1:]
    else:
        return None
    return _OF_DIMENSIONS.get(tuple(d % 4 for d in dimensions if isinstance(d, int)))


def _told_by_tokens(traced: Trace, node: fx.Node, kind: str) -> str | None:
    """Return the order of tokens (B, N N, N), or flat maps (B, N, N N), that are put on a grid."""
    if not any(word in kind for word in _RESHAPED):
        return None
    side, given = traced.shapes[node][-1], traced.shapes.get(node.all_input_nodes[0], ())
    return {(side**2, side): LAST, (side, side**2): FIRST}.get(tuple(given[1:]))
