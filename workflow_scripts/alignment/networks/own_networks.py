"""Networks that a function of the user's returns: ``nets.py:build`` or ``package.module:build``."""

import inspect
from typing import Any

import torch
from torch import nn

from alignment.artifacts.errors import InputError
from alignment.networks.devices import settings_kept
from alignment.planning.own_functions import call_function, load_function


def build_own(architecture: str) -> nn.Module:
    """Call a user's function, and return the network that it returns.

    Parameters
    ----------
    architecture : str
        ``nets.py:build``, a file relative to the folder that the workflow runs in, or
        ``package.module:build``; modules of that folder are found.

    Returns
    -------
    torch.nn.Module
        In float32, on the CPU, in evaluation mode, out of what torch wraps around networks:
        DataParallel and torch.compile.  What the function prints goes to stderr, and torch's
        settings are put back as they were.

    Raises
    ------
    InputError
        There is no such file, module or function; it needs arguments, raises an error, or returns
        something other than a module whose layers and values can be looked at.
    """
    with settings_kept():
        module = _returned(architecture)
    if not isinstance(module, nn.Module):
        returned = "None" if module is None else f"a value of type {type(module).__name__}"
        raise InputError(
            f"the function {architecture} returns {returned}, where a torch.nn.Module is needed."
        )
    module = unwrapped(module)
    if reason := _why_closed(module):
        raise InputError(f"the function {architecture} returns a network that {reason}.")
    # Not one after the other: a train() of the user's own may return nothing.
    module.to(device="cpu", dtype=torch.float32)
    module.eval()
    if training := [name or "itself" for name, part in module.named_modules() if part.training]:
        raise InputError(
            f"the function {architecture} returns a network that stays in training mode "
            f"({training[0]}) when its eval() is called: let its train(mode) hand the mode on to "
            "all its parts."
        )
    return module


def _returned(architecture: str) -> Any:
    """Import a user's function, call it, and return what it returns."""
    function = load_function(architecture, f"the architecture '{architecture}'")
    try:
        inspect.signature(function).bind()
    except TypeError as error:
        raise InputError(
            f"the function {architecture} needs arguments ({error}): it is called without any; "
            "give them defaults, or write a function that calls it."
        ) from error
    except ValueError:
        pass  # some callables written in C do not describe their arguments
    return call_function(function, f"the function {architecture}")


def unwrapped(module: nn.Module) -> nn.Module:
    """Take a network, and all its parts, out of what runs them on several cards or compiled.

    Such wrappers call the same layers, but hide them from hooks and graphs.
    """
    while True:
        if isinstance(module, nn.DataParallel | nn.parallel.DistributedDataParallel):
            module = module.module
        elif isinstance(inner := getattr(module, "_orig_mod", None), nn.Module):
            module = inner
        else:
            break
    module._compiled_call_impl = None  # that of module.compile()
    for name, child in module.named_children():
        if (inner := unwrapped(child)) is not child:
            setattr(module, name, inner)
    return module


def _why_closed(module: nn.Module) -> str:
    """Say why a network cannot be cut or kept; nothing where it can."""
    if any(isinstance(part, torch.jit.ScriptModule) for part in module.modules()):
        return "is TorchScript, whose layers cannot be reached: return the module it was made from"
    values = [*module.parameters(), *module.buffers()]
    if any(isinstance(value, nn.parameter.UninitializedTensorMixin) for value in values):
        return (
            "has layers whose sizes are not known yet, such as LazyLinear: call it with pictures "
            "once in your function"
        )
    if any(value.is_meta for value in values):
        return "has no values (it is on the device meta): give it its weights"
    for name, value in module.state_dict().items():
        if not isinstance(value, torch.Tensor) or value.is_quantized:
            return (
                f"is quantised, or holds something else that is no plain tensor ({name}): return "
                "the network in float32"
            )
    return ""
