"""Whether a list (B, T, F) holds tokens or flattened maps, by what made it.

The shape does not tell where both may be: 64 tokens of length 64 look like 64 maps of 8 x 8 whose
places were put in a row.  Where what made them does not tell either, such a layer is not read as
maps.
"""

from collections.abc import Sequence

from torch import fx

from alignment.cutting.arrangements import MOST_OTHERS
from alignment.cutting.orders import agreed_in_calls
from alignment.cutting.traces import Trace
from alignment.networks.calls import Call

# What takes the last dimension for that of the channels, or the one before it
_OF_TOKENS = ("linear", "layernorm", "layer_norm", "attention", "transformer")
_OF_FLAT = ("conv1d", "batchnorm1d", "batch_norm")
_RESHAPED = ("reshape", "view", "flatten")
_SWAPPED = ("transpose", "swapaxes", "swapdims", "movedim")


def are_tokens_in_graph(traced: Trace, node: fx.Node) -> bool | None:
    """Tell whether the output of a node, (B, T, F), are tokens; None where nothing tells."""
    waiting, seen = [(node, False)], set()  # and whether it was transposed since
    while waiting:
        current, turned = waiting.pop(0)
        seen.add(current)
        kind = "" if current.op == "placeholder" else traced.type_of(current).lower()
        told = _told_by(kind)
        if told is None and any(word in kind for word in _RESHAPED):
            told = _told_by_places(traced, current)
        if told is None and kind in ("cat", "concat"):
            told = _told_by_few(traced, current)
        if told is not None:
            return told != turned
        turned ^= _is_transposed(current, kind)
        for given in current.all_input_nodes:
            if given not in seen and len(traced.shapes.get(given, ())) == 3:
                waiting.append((given, turned))
    return None


def are_tokens_in_calls(calls: Sequence[Call], call: Call) -> bool | None:
    """Return what all modules agree on that have returned such an output so far."""
    return agreed_in_calls(calls, call, _told_by)


def _told_by(kind: str) -> bool | None:
    if any(word in kind for word in _OF_TOKENS):
        return True
    return False if any(word in kind for word in _OF_FLAT) else None


def _told_by_places(traced: Trace, node: fx.Node) -> bool | None:
    """Tell tokens from flattened maps where square maps, channels first or last, were flattened."""
    given = traced.shapes.get(node.all_input_nodes[0], ())
    if len(given) != 4:
        return None
    (_, first, second, third), (_, rows, length) = given, traced.shapes[node]
    if second == third and (first, second * third) == (rows, length):
        return False
    return True if first == second and (first * second, third) == (rows, length) else None


def _told_by_few(traced: Trace, node: fx.Node) -> bool | None:
    """Take what a few others were put in front of, such as a class token, for tokens."""
    _, rows, length = traced.shapes[node]
    parts = [traced.shapes.get(given, ()) for given in node.all_input_nodes]
    few = [part for part in parts if len(part) == 3 and part[2] == length]
    return True if any(part[1] <= MOST_OTHERS and part[1] < rows for part in few) else None


def _is_transposed(node: fx.Node, kind: str) -> bool:
    """Tell whether a node swaps the two dimensions behind that of the pictures."""
    given = [d for d in (*node.args[1:], *node.kwargs.values()) if not isinstance(d, fx.Node)]
    dimensions = given[0] if given and isinstance(given[0], list | tuple) else given
    numbers = [d % 3 for d in dimensions if isinstance(d, int)]
    if "permute" in kind:
        return numbers == [0, 2, 1]
    return any(word in kind for word in _SWAPPED) and sorted(numbers) == [1, 2]
