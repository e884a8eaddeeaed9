"""The graph of a network's operations, by torch.fx, with the names and shapes of its layers."""

import importlib
import inspect
import math
import operator
from dataclasses import dataclass

import torch
from torch import fx, nn

from alignment.artifacts.errors import InputError
from alignment.networks.networks import Network
from alignment.networks.torchvision_operators import import_torchvision

torchvision = import_torchvision()
feature_extraction = importlib.import_module("torchvision.models.feature_extraction")

_TRIAL_PICTURES = 2


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
    """

    architecture: str
    module: nn.Module
    graph: fx.Graph
    names: dict[fx.Node, str]
    shapes: dict[fx.Node, torch.Size]

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
        return dimension == 0 and len(shape) > 0 and shape[0] == _TRIAL_PICTURES


def trace(network: Network) -> Trace:
    """Trace a network and run it once on two random pictures, to learn the shapes.

    Raises
    ------
    InputError
        The network's operations depend on the values in a picture, or it does not run on pictures
        of its input size.
    """
    # In-place modules overwrite the output of the layer before them, which may be a cut.
    for layer in network.module.modules():
        if getattr(layer, "inplace", False):
            layer.inplace = False
    # The settings of torchvision's own get_graph_node_names, so that the names agree.
    blocks = [b for _, b in inspect.getmembers(torchvision.ops, inspect.isclass)]
    tracer = feature_extraction.NodePathTracer(
        autowrap_modules=(math, torchvision.ops),
        leaf_modules=[b for b in blocks if issubclass(b, nn.Module)],
    )
    try:
        graph = tracer.trace(network.module)
    except fx.proxy.TraceError as error:
        raise InputError(
            f"{network.architecture} cannot be cut: what it computes depends on the values in a "
            f"picture ({error})."
        ) from error
    for node in graph.nodes:
        _make_out_of_place(node)

    # A GraphModule copies the graph, and the shapes belong to this one.
    recorder = _ShapeRecorder(network.module, graph=graph)
    size = (_TRIAL_PICTURES, 3, network.input_size, network.input_size)
    pictures = torch.rand(size, generator=torch.Generator().manual_seed(0))
    try:
        with torch.no_grad():
            recorder.run(pictures)
    except (RuntimeError, ValueError, AssertionError) as error:
        raise InputError(
            f"{network.architecture} does not run on pictures of {network.input_size} x "
            f"{network.input_size} pixels ({str(error).splitlines()[0]}): choose another size."
        ) from error
    return Trace(
        network.architecture, network.module, graph, dict(tracer.node_to_qualname), recorder.shapes
    )


class _ShapeRecorder(fx.Interpreter):
    """Runs a graph node by node and keeps the shapes of the tensors it sees."""

    def __init__(self, module: nn.Module, graph: fx.Graph):
        super().__init__(module, graph=graph)
        self.extra_traceback = False
        self.shapes: dict[fx.Node, torch.Size] = {}

    def run_node(self, node: fx.Node):
        value = super().run_node(node)
        if isinstance(value, torch.Tensor) and node.op not in ("get_attr", "output"):
            self.shapes[node] = value.shape
        return value


def _make_out_of_place(node: fx.Node) -> None:
    """Let a node return its value without overwriting its input.

    Operators such as ``out += identity`` need no care: tracing turns them into ``out + identity``.
    """
    if "inplace" in node.kwargs:
        node.update_kwarg("inplace", False)
    # Tensor methods that end in an underscore (x.add_(y)) have a twin without.
    if node.op == "call_method" and node.target.endswith("_") and not node.target.endswith("__"):
        node.target = node.target.removesuffix("_")
