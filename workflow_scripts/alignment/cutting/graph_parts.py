"""The part of a graph between two layers, as a module of its own.

What is computed beside the maps, such as the way around them in a residual block, does not depend
on them.  Where that is allowed the module is given it, too: for every picture, as it is with
all maps on.
"""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import fx

from alignment.artifacts.errors import InputError
from alignment.cutting.traces import Trace
from alignment.networks.trials import N_PICTURES

AsOutput = Callable[[fx.Graph, fx.Node], fx.Node]


@dataclass(frozen=True)
class Between:
    """What lies between two layers.

    Attributes
    ----------
    module : torch.fx.GraphModule
        Feature maps, and what passes them by, to embeddings (B, D).
    beside : tuple of torch.fx.Node
        What passes the maps by, in the order in which the module is given it.
    """

    module: fx.GraphModule
    beside: tuple[fx.Node, ...]


def passing_by(traced: Trace, maps: fx.Node, embedding: fx.Node) -> tuple[fx.Node, ...]:
    """Return what an embedding needs of the pictures besides the maps; nothing, most often.

    Raises
    ------
    InputError
        The embedding does not come after the maps.
    """
    after_maps = traced.following(maps)
    if embedding not in after_maps:
        raise InputError(
            f"layers: the embedding {traced.names[embedding]} of {traced.architecture} does not "
            f"come after the feature maps {traced.names[maps]}."
        )
    needed = traced.needed_for(embedding, stop=maps)
    known, beside = {maps, *_settled(traced, after_maps)}, []
    for node in traced.graph.nodes:
        if node not in needed or node in known or node.op == "placeholder":
            continue
        outside = [n for n in node.all_input_nodes if n not in known]
        if node in after_maps:
            beside += outside
            known.update(outside, {node})
        elif not outside or traced.is_batch_size(node):
            known.add(node)
    return tuple(beside)


def between(traced: Trace, maps: fx.Node, embedding: fx.Node, as_output: AsOutput) -> Between:
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
        The embedding does not come after the maps, or needs something other than a tensor with a
        row for each picture.
    """
    beside = passing_by(traced, maps, embedding)
    for node in beside:
        if not has_rows(traced, node):
            raise InputError(f"{bypass(traced, maps, embedding, node)}.")
    after_maps = traced.following(maps)
    graph = fx.Graph()
    given = graph.placeholder("feature_maps")
    copies = _settled(traced, after_maps)
    copies |= {node: graph.placeholder(f"beside_{k}") for k, node in enumerate(beside)}
    copies[maps] = as_output(graph, given)
    needed = traced.needed_for(embedding, stop=maps)
    for node in traced.graph.nodes:
        if node not in needed or node in copies or node.op == "placeholder":
            continue
        if traced.is_batch_size(node) and node not in after_maps:
            # The number of pictures, which some networks take from the pictures themselves.
            copies[node] = graph.call_method("size", (given, 0))
        elif all(n in copies for n in node.all_input_nodes):
            copies[node] = graph.node_copy(node, copies.__getitem__)
    graph.output(graph.call_function(torch.flatten, (copies[embedding], 1)))
    head = fx.GraphModule(traced.module, graph, "Head").eval()
    head.graph.eliminate_dead_code()
    head.recompile()
    return Between(head, beside)


def has_rows(traced: Trace, node: fx.Node) -> bool:
    """Tell whether a value is a tensor that has a row for each picture."""
    shape = traced.shapes.get(node, ())
    return len(shape) > 1 and shape[0] == N_PICTURES


def bypass(traced: Trace, maps: fx.Node, embedding: fx.Node, outside: fx.Node) -> str:
    """Say what an embedding needs besides the maps; without a full stop."""
    return (
        f"layers: the embedding {traced.names[embedding]} of {traced.architecture} needs more than "
        f"the feature maps {traced.names[maps]}: {traced.names[outside]} bypasses them (a skip "
        f"connection or a parallel branch); cut where all branches have been joined"
    )


def _settled(traced: Trace, after_maps: set[fx.Node]) -> dict:
    """Return the values that do not depend on what the pictures show."""
    # Numbers that follow from the size of the pictures, such as how many patches there are
    settled = {n: value for n, value in traced.constants.items() if n not in after_maps}
    # Options of the network, such as a mask, that have a default and are never given
    return settled | {n: n.args[0] for n in traced.graph.nodes if n.op == "placeholder" and n.args}
