"""A network that gives embeddings alone, in less time: the same arithmetic in fewer passes."""

import copy

import torch
from torch import fx, nn
from torch.nn.utils.fusion import fuse_conv_bn_weights

ACTIVATIONS = (nn.ReLU, nn.ReLU6, nn.Hardtanh, nn.SiLU, nn.Hardswish, nn.LeakyReLU, nn.ELU)


def quickened(
    backbone: nn.Module, layout: torch.memory_format = torch.contiguous_format
) -> nn.Module:
    """Return a module of its own that gives the embeddings of a backbone, (B, 3, S, S) to (B, D).

    Parameters
    ----------
    backbone : torch.nn.Module
        Pictures to a dict with ``embedding``; it stays as it is.
    layout : torch.memory_format
        Of the weights of convolutions.

    Returns
    -------
    torch.nn.Module
        Where there is a graph: without what embeddings do not need, batch normalization inside the
        convolution before it, padding by zeros in the convolution after it, and activations in the
        place of what they are computed from.  Modules with hooks stay as they are.  Values differ
        by rounding in float32.
    """
    if not isinstance(backbone, fx.GraphModule):
        return _EmbeddingAlone(backbone)
    graph = fx.Graph()
    outputs = graph.graph_copy(backbone.graph, {})
    graph.output(outputs["embedding"])
    module = fx.GraphModule(backbone, graph)
    module.graph.eliminate_dead_code()
    for number, node in enumerate(list(module.graph.nodes)):
        convolution = _convolution(module, node)
        if convolution is not None:
            _fold(module, node, convolution, f"quickened_{number}", layout)
    module.graph.eliminate_dead_code()
    module.delete_all_unused_submodules()
    module.recompile()
    return module.eval().requires_grad_(False)


class _EmbeddingAlone(nn.Module):
    def __init__(self, backbone):
        super().__init__()
        self.backbone = backbone

    def forward(self, pictures):
        return self.backbone(pictures)["embedding"]


def _module_of(module, node):
    """Return the module that a node calls; None where there is none, or one that has hooks.

    A hook can change what comes out (a lesion) or the weights (weight_norm as it was).
    """
    own = module.get_submodule(node.target) if node.op == "call_module" else None
    return None if own is not None and (own._forward_hooks or own._forward_pre_hooks) else own


def _convolution(module, node):
    """Return the weights, the bias and the settings of a plain convolution, None of all else."""
    own = _module_of(module, node)
    if type(own) is nn.Conv2d and own.padding_mode == "zeros" and len(node.args) == 1:
        settings = own.stride, own.padding, own.dilation, own.groups
        weight, bias = own.weight, own.bias
    elif node.op == "call_function" and node.target is torch.conv2d and len(node.args) == 7:
        given, *settings = node.args[1:3], *node.args[3:]
        if any(isinstance(n, fx.Node) and n.op != "get_attr" for n in given):
            return None
        weight, bias = (n and _tensor(module, n.target) for n in given)
    else:
        return None
    stride, padding, dilation, groups = settings
    if isinstance(padding, str):
        return None
    return weight, bias, (*map(_pair, (stride, padding, dilation)), groups)


def _tensor(module, path):
    owner, _, name = path.rpartition(".")
    return getattr(module.get_submodule(owner), name)


def _pair(value):
    return (value, value) if isinstance(value, int) else tuple(value)


def _only_user(node):
    return next(iter(node.users)) if len(node.users) == 1 else None


def _fold(module, node, convolution, name, layout):
    """Put a convolution, with what is folded into it, in the place of a node."""
    weight, bias, (stride, padding, dilation, groups) = convolution
    given, last = node.args[0], node
    before = _module_of(module, given)
    if type(before) is nn.ZeroPad2d and len(given.args) == 1:
        left, right, top, bottom = before.padding
        if left == right >= 0 and top == bottom >= 0:
            padding, given = (padding[0] + top, padding[1] + left), given.args[0]
    user = _only_user(node)
    norm = None if user is None else _module_of(module, user)
    if type(norm) is nn.BatchNorm2d and norm.running_mean is not None:
        known = norm.running_mean, norm.running_var, norm.eps, norm.weight, norm.bias
        weight, bias = fuse_conv_bn_weights(weight, bias, *known)
        last = user
    size = weight.shape[1] * groups, weight.shape[0], tuple(weight.shape[2:])
    layer = nn.Conv2d(*size, stride, padding, dilation, groups, bias=bias is not None)
    weight = weight.detach().clone(memory_format=layout)
    layer.weight = nn.Parameter(weight, requires_grad=False)
    if bias is not None:
        layer.bias = nn.Parameter(bias.detach().clone(), requires_grad=False)
    graph = module.graph
    module.add_module(name, layer)
    with graph.inserting_after(last):
        folded = graph.call_module(name, (given,))
    last.replace_all_uses_with(folded)
    if last is not node:
        graph.erase_node(last)
    graph.erase_node(node)
    _put_in_place(module, _only_user(folded), f"{name}_activation")


def _put_in_place(module, node, name):
    """Let an activation write over its input, which nothing else needs."""
    own = None if node is None else _module_of(module, node)
    if type(own) in ACTIVATIONS and len(node.args) == 1:
        in_place = copy.deepcopy(own)
        in_place.inplace = True
        module.add_module(name, in_place)
        node.target = name
