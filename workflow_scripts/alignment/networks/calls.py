"""The modules that a network calls, in order, seen by forward hooks: for networks without a graph.

Layers have the names of :mod:`alignment.cutting.traces` where these are modules: the path, and for
a module that is called again ``path_1``.  What a network computes outside of modules has no name.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any

import torch
from torch import nn


@dataclass(frozen=True)
class Call:
    """One call of a module.

    Attributes
    ----------
    name, path : str
    turn : int
        0 for the first call of this module.
    type : str
        Class of the module, or of the one inside it whose output it hands on.
    shape : torch.Size
        Of the output, or of its first tensor where it is a tuple.
    is_signed : bool
        Whether there are values below zero in it.
    hands_on : bool
        Whether the output is that of the call before it, which is a module inside this one.
    """

    name: str
    path: str
    turn: int
    type: str
    shape: torch.Size
    is_signed: bool
    hands_on: bool


@dataclass(frozen=True)
class Record:
    """What a network did with some pictures.

    Attributes
    ----------
    calls : tuple of Call
        In the order in which they ended.
    output : torch.Tensor
    classifier : Call or None
        The linear layer that gave the output.
    """

    calls: tuple[Call, ...]
    output: torch.Tensor
    classifier: Call | None


def record(module: nn.Module, pictures: torch.Tensor) -> Record:
    """Run a network and note the calls of its modules that return tensors."""
    calls, linear, turns = [], [], Counter()
    last = None

    def note(path, layer, output):
        nonlocal last
        turn = turns[path]
        turns[path] += 1
        values = first_tensor(output)
        if values is None:
            return
        hands_on = values is last
        name = f"{path}_{turn}" if turn else path
        kind = calls[-1].type if hands_on else type(layer).__name__
        is_signed = values.is_floating_point() and bool((values < 0).any())
        calls.append(Call(name, path, turn, kind, values.shape, is_signed, hands_on))
        if isinstance(layer, nn.Linear):
            linear.append((calls[-1], values.clone()))
        last = values

    handles = [
        layer.register_forward_hook(lambda layer, _, output, path=path: note(path, layer, output))
        for path, layer in module.named_modules()
        if path
    ]
    try:
        with torch.no_grad():
            output = module(pictures)
    finally:
        for handle in handles:
            handle.remove()
    flat = output.flatten(1)
    found = [call for call, values in linear if torch.equal(values.flatten(1), flat)]
    return Record(tuple(calls), output, found[-1] if found else None)


def first_tensor(output: Any) -> torch.Tensor | None:
    """Return what a module returned, or the first of several; None where that is no tensor."""
    if isinstance(output, tuple | list) and output:
        output = output[0]
    return output if isinstance(output, torch.Tensor) else None


def with_first(output: Any, values: torch.Tensor) -> Any:
    """Return the output of a module with its tensor, or the first of several, replaced."""
    return type(output)([values, *output[1:]]) if isinstance(output, tuple | list) else values


@contextmanager
def tapped(
    module: nn.Module,
    outputs: Mapping[Call, Callable[[torch.Tensor], torch.Tensor | None]],
    inputs: Mapping[Call, Callable[[torch.Tensor], None]],
) -> Iterator[None]:
    """Let functions see what some calls return or are given, while the network runs.

    Parameters
    ----------
    module : torch.nn.Module
    outputs : dict of Call to callable
        Called with the output; what they return, if anything, takes its place.
    inputs : dict of Call to callable
        Called with the first argument.
    """
    turns = Counter()

    def after(call, function, layer, _, output):
        turn = turns[call]
        turns[call] += 1
        if turn == call.turn:
            values = function(first_tensor(output))
            return None if values is None else with_first(output, values)
        return None

    def before(call, function, layer, given):
        turn = turns["input", call]
        turns["input", call] += 1
        if turn == call.turn:
            function(given[0])

    handles = []
    try:
        for call, function in outputs.items():
            layer = module.get_submodule(call.path)
            handles.append(layer.register_forward_hook(partial(after, call, function)))
        for call, function in inputs.items():
            layer = module.get_submodule(call.path)
            handles.append(layer.register_forward_pre_hook(partial(before, call, function)))
        yield
    finally:
        for handle in handles:
            handle.remove()
