"""Heads whose first mixing of maps is a linear layer: the layer taken apart, map by map.

Pooling, ReLU and dropout act on each map alone and keep a map of zeros zero, and a linear layer
adds up what the maps contribute.  So the input of what follows is ``bias + sum_f W_f x_f``:
removing a map subtracts one term, adding a map adds one, and W is never multiplied again.
"""

from dataclasses import dataclass

import torch
from torch import fx, nn

POOLING = (nn.MaxPool2d, nn.AvgPool2d, nn.AdaptiveAvgPool2d, nn.AdaptiveMaxPool2d)
UNIT_BY_UNIT = (nn.ReLU, nn.ReLU6, nn.Dropout, nn.Dropout2d, nn.Identity)
FLATTEN = (torch.flatten, "flatten")


@dataclass(frozen=True)
class SplitHead:
    """A head in three parts.

    Attributes
    ----------
    per_map : torch.nn.Module
        Feature maps (B, F, H, W) to (B, F p): p values per map, map by map.
    first : torch.nn.Linear
        (B, F p) to (B, U).
    second : torch.nn.Linear or None
        The linear layer behind the ReLU that follows `first`, (B, U) to (B, V), if there is one.
    rest : torch.nn.Module
        What follows: (B, V) to the embedding (B, D), or (B, U) where there is no `second`.
    """

    per_map: nn.Module
    first: nn.Linear
    second: nn.Linear | None
    rest: nn.Module


def split_head(head: nn.Module) -> SplitHead | None:
    """Take a head apart at its first linear layer.

    None where other layers mix maps before it, where something passes the maps by, or where the
    head has no graph.
    """
    if not isinstance(head, fx.GraphModule):
        return None
    node, *others = (node for node in head.graph.nodes if node.op == "placeholder")
    if others:
        return None
    # Until maps are flattened, a linear layer would work along their rows.
    before, is_flat = node, False
    while True:
        node = _only_user(node)
        if node is None:
            return None
        module = _module_of(head, node)
        if isinstance(module, nn.Linear) and is_flat:
            first = node
            break
        if _flattens(node, module) and not is_flat:
            is_flat = True
        elif not isinstance(module, UNIT_BY_UNIT if is_flat else (*UNIT_BY_UNIT, *POOLING)):
            return None
        before = node

    node, second, behind = first, None, first
    seen_relu = False
    while (node := _only_user(node)) is not None:
        module = _module_of(head, node)
        if isinstance(module, nn.ReLU) and not seen_relu:
            seen_relu = True
        elif seen_relu and isinstance(module, nn.Linear):
            second = behind = node
            break
        elif not isinstance(module, nn.Dropout | nn.Identity):
            break
    return SplitHead(
        per_map=_part(head, None, before),
        first=_module_of(head, first),
        second=None if second is None else _module_of(head, second),
        rest=_part(head, behind, head.graph.output_node().all_input_nodes[0]),
    )


def _only_user(node: fx.Node) -> fx.Node | None:
    users = list(node.users)
    return users[0] if len(users) == 1 and users[0].op != "output" else None


def _module_of(head: fx.GraphModule, node: fx.Node) -> nn.Module | None:
    """Return the module that a node calls; None where hooks make something else of it."""
    module = head.get_submodule(node.target) if node.op == "call_module" else None
    if module is not None and (module._forward_hooks or module._forward_pre_hooks):
        return None
    return module


def _flattens(node: fx.Node, module: nn.Module | None) -> bool:
    """Tell whether maps (B, F, H, W) become rows (B, F H W): no other dimensions will do."""
    if isinstance(module, nn.Flatten):
        dimensions = module.start_dim, module.end_dim
    elif node.target in FLATTEN:
        given = dict(zip(("start_dim", "end_dim"), node.args[1:], strict=False)) | node.kwargs
        dimensions = given.get("start_dim", 0), given.get("end_dim", -1)
    else:
        return False
    return dimensions[0] in (1, -3) and dimensions[1] in (-1, 3)


def _part(head: fx.GraphModule, start: fx.Node | None, end: fx.Node) -> fx.GraphModule:
    """Copy the operations behind one node, up to another, as a module of its own."""
    graph = fx.Graph()
    copies = {}
    copying = start is None
    for node in head.graph.nodes:
        if node.op == "placeholder" and start is None:
            copies[node] = graph.placeholder("values")
        elif node is start:
            copies[node] = graph.placeholder("values")
            copying = True
        elif copying and node.op != "output":
            copies[node] = graph.node_copy(node, copies.__getitem__)
        if node is end:
            break
    graph.output(copies[end])
    return fx.GraphModule(head, graph).eval()
