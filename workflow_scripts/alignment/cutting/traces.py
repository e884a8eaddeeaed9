"""The graph of a network's operations, by torch.fx, with the names and shapes of its layers.

A graph is used only if it computes what the network computes, which is tried.  Networks whose
Python code decides what to do, say by the shape of its input, have none.
"""

import importlib
import inspect
import math
import operator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import torch
from torch import fx, nn

from alignment.cutting.arrangements import sides_of
from alignment.networks.networks import Network
from alignment.networks.torchvision_operators import import_torchvision
from alignment.networks.trials import (
    N_PICTURES,
    check_alone,
    is_same,
    output_for,
    trial_pictures,
)

torchvision = import_torchvision()
feature_extraction = importlib.import_module("torchvision.models.feature_extraction")


class UntraceableError(Exception):
    """There is no graph of the network that computes what the network does."""


@dataclass(frozen=True)
class Trace:
    """A network's operations in the order in which they run.

    Attributes
    ----------
    architecture : str
    module : torch.nn.Module
        Holds the parameters and modules that the graph refers to.
    graph : torch.fx.Graph
        Free of operations that overwrite their input.
    names : dict of torch.fx.Node to str
        Qualified names, such as ``layer4.1.relu_1``.
    shapes : dict of torch.fx.Node to torch.Size
        Of every node whose output is a tensor, for a batch of two pictures; parameters left out.
    signed : set of torch.fx.Node
        Those of them that hold values below zero.
    constants : dict of torch.fx.Node to object
        Values of the nodes that are no tensors and the same for any number of pictures, such as the
        height of a map.
    """

    architecture: str
    module: nn.Module
    graph: fx.Graph
    names: dict[fx.Node, str]
    shapes: dict[fx.Node, torch.Size]
    signed: set[fx.Node]
    constants: dict[fx.Node, Any]

    @cached_property
    def sides(self) -> set[int]:
        """Sides of the square maps of the network."""
        return sides_of(shape for node, shape in self.shapes.items() if node.op != "placeholder")

    @property
    def output(self) -> fx.Node:
        """The node whose value the network returns."""
        return self.graph.output_node().all_input_nodes[0]

    def type_of(self, node: fx.Node) -> str:
        """Return the class of a module or the name of a function: ``Conv2d``, ``flatten``."""
        if node.op == "call_module":
            return type(self.module.get_submodule(node.target)).__name__
        return node.target if isinstance(node.target, str) else node.target.__name__

    def needed_for(self, node: fx.Node, stop: fx.Node | None = None) -> set[fx.Node]:
        """Return a node and all that its value is computed from, not looking beyond `stop`."""
        needed, waiting = set(), [node]
        while waiting:
            current = waiting.pop()
            if current not in needed:
                needed.add(current)
                waiting += [] if current is stop else current.all_input_nodes
        return needed

    def following(self, node: fx.Node) -> set[fx.Node]:
        """Return all that is computed from a node's value, without the node."""
        found, waiting = set(), list(node.users)
        while waiting:
            current = waiting.pop()
            if current not in found:
                found.add(current)
                waiting += current.users
        return found

    def is_batch_size(self, node: fx.Node) -> bool:
        """Tell whether a node is the number of pictures: x.size(0), x.size()[0] or x.shape[0]."""
        if node.target == "size":
            tensor, dimension = node.args[0], (*node.args[1:], node.kwargs.get("dim"))[0]
        elif node.target is operator.getitem and isinstance(node.args[0], fx.Node):
            sizes, dimension = node.args
            if sizes.target != "size" and sizes.args[1:] != ("shape",):
                return False
            tensor = sizes.args[0]
        else:
            return False
        shape = self.shapes.get(tensor, ())
        return dimension == 0 and len(shape) > 0 and shape[0] == N_PICTURES


def trace(network: Network) -> Trace:
    """Trace a network and run it on random pictures, to learn the shapes.

    Raises
    ------
    UntraceableError
        The network has no graph, or one that computes something else.
    InputError
        The network does not run on pictures of its input size, returns something other than one
        tensor, or gives a picture alone another result than the same picture in a batch.
    """
    # In-place modules overwrite the output of the layer before them, which may be a cut.
    for layer in network.module.modules():
        if getattr(layer, "inplace", False):
            layer.inplace = False
    pictures = trial_pictures(network.input_size)
    expected = output_for(network.architecture, network.module, pictures)
    # The settings of torchvision's own get_graph_node_names, so that the names agree.
    blocks = [b for _, b in inspect.getmembers(torchvision.ops, inspect.isclass)]
    tracer = feature_extraction.NodePathTracer(
        autowrap_modules=(math, torchvision.ops),
        leaf_modules=[b for b in blocks if issubclass(b, nn.Module)],
    )
    try:
        graph = tracer.trace(network.module)
        for node in graph.nodes:
            _make_out_of_place(node)
        # A GraphModule copies the graph, and the shapes belong to this one.
        recorder, single = (_Recorder(network.module, graph=graph) for _ in range(2))
        with torch.no_grad():
            found = recorder.run(pictures)
            if recorder.others:  # then some may be numbers of pictures
                single.run(pictures[:1])
    except Exception as error:
        # Whatever the network's code raises when symbols stand for its values
        raise UntraceableError(str(error).splitlines()[0] if str(error) else "") from error
    if not is_same(found, expected, equal_nan=True):
        raise UntraceableError("its graph computes something else")
    check_alone(network.architecture, network.module, pictures, expected)
    constants = {
        node: value
        for node, value in recorder.others.items()
        if node in single.others and single.others[node] == value
    }
    return Trace(
        network.architecture,
        network.module,
        graph,
        dict(tracer.node_to_qualname),
        recorder.shapes,
        recorder.signed,
        constants,
    )


class _Recorder(fx.Interpreter):
    """Runs a graph node by node; keeps the shapes of tensors, and all values but tensors."""

    def __init__(self, module: nn.Module, graph: fx.Graph):
        super().__init__(module, graph=graph)
        self.extra_traceback = False
        self.shapes: dict[fx.Node, torch.Size] = {}
        self.signed: set[fx.Node] = set()
        self.others: dict[fx.Node, Any] = {}

    def run_node(self, node: fx.Node):
        value = super().run_node(node)
        if isinstance(value, int | float | bool | str | torch.Size | torch.dtype | torch.device):
            self.others[node] = value
        elif isinstance(value, torch.Tensor) and node.op not in ("get_attr", "output"):
            self.shapes[node] = value.shape
            if value.is_floating_point() and (value < 0).any():
                self.signed.add(node)
        return value


def _make_out_of_place(node: fx.Node) -> None:
    """Let a node return its value without overwriting its input.

    Operators such as ``out += identity`` need no care: tracing turns them into ``out + identity``.
    """
    if "inplace" in node.kwargs:
        node.update_kwarg("inplace", False)
    name = node.target if node.op == "call_method" else getattr(node.target, "__name__", "")
    if node.op not in ("call_method", "call_function") or name.endswith("__") or name[-1:] != "_":
        return
    # What ends in an underscore, a method (x.add_(y)) or a function, has a twin without.
    name = name.removesuffix("_")
    if node.op == "call_method":
        node.target = name
    else:
        homes = [home for home in (torch, nn.functional) if hasattr(home, name)]
        if not homes:
            raise UntraceableError(f"{name}_ overwrites what it is given")
        node.target = getattr(homes[0], name)
