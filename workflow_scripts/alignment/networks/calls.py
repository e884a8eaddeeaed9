"""The modules that a network calls, in order, seen by forward hooks: for networks without a graph.

Layers have the names of :mod:`alignment.cutting.traces` where these are modules: the path, and for
a module that is called again ``path_1``, or the next number where a module has that name.  What a
network computes outside of modules has no name.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any

import torch
from torch import nn

from alignment.networks.trials import is_same


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
    scoring : Call or None
        The linear layer, or convolution of maps of 1 x 1, that made the class scores, also where
        softmax, sigmoid or a factor brought these to another form; the last one where the output
        has the scores of several that were given the same.
    """

    calls: tuple[Call, ...]
    output: torch.Tensor
    classifier: Call | None
    scoring: Call | None = None


@dataclass(frozen=True)
class _Linear:
    """A call of a layer that may be the classifier, and what it was given if these are vectors."""

    call: Call
    is_plain: bool
    values: torch.Tensor
    given: torch.Tensor | None


def record(module: nn.Module, pictures: torch.Tensor) -> Record:
    """Run a network and note the calls of its modules that return tensors."""
    calls, linear, turns = [], [], Counter()
    taken = {path for path, _ in module.named_modules()}
    last = None

    def note(path, layer, given, output):
        nonlocal last
        turn = turns[path]
        turns[path] += 1
        values = first_tensor(output)
        if values is None:
            return
        hands_on = values is last
        name = _free_name(path, turn, taken)
        taken.add(name)
        kind = calls[-1].type if hands_on else type(layer).__name__
        is_signed = values.is_floating_point() and bool((values < 0).any())
        calls.append(Call(name, path, turn, kind, values.shape, is_signed, hands_on))
        is_plain = isinstance(layer, nn.Linear)
        if is_plain or (isinstance(layer, nn.Conv2d) and _is_vector(values)):
            known = given[0] if given and _is_vector(given[0]) else None
            linear.append(_Linear(calls[-1], is_plain, values.flatten(1).clone(), known))
        last = values

    handles = [
        layer.register_forward_hook(
            lambda layer, given, output, path=path: note(path, layer, given, output)
        )
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
    plain = [k.call for k in linear if k.is_plain and torch.equal(k.values, flat)]
    scoring = [k.call for k in linear if _made_of(k, linear, flat)]
    return Record(
        tuple(calls), output, plain[-1] if plain else None, scoring[-1] if scoring else None
    )


def _free_name(path: str, turn: int, taken: set[str]) -> str:
    """Return the name of a call: a second one of `act` must not pass for a module `act_1`."""
    if turn == 0:
        return path
    while f"{path}_{turn}" in taken:
        turn += 1
    return f"{path}_{turn}"


def _is_vector(values: Any) -> bool:
    """Tell whether there is one vector for each picture, also one of maps of 1 x 1."""
    return (
        isinstance(values, torch.Tensor) and values.ndim > 1 and values[0].numel() == len(values[0])
    )


def _made_of(layer: _Linear, linear: Sequence[_Linear], output: torch.Tensor) -> bool:
    """Tell whether an output is made of a layer's scores, or of all that were given the same."""
    same = [k.values for k in linear if k.given is not None and k.given is layer.given]
    alike = [values for values in same if values.shape == layer.values.shape]
    return any(_is_of(values, output) for values in (layer.values, sum(alike, start=0)))


def _is_of(values: torch.Tensor | int, output: torch.Tensor) -> bool:
    """Tell whether an output is what a cast, softmax, sigmoid or a factor make of values."""
    if not isinstance(values, torch.Tensor) or values.shape != output.shape:
        return False
    values, output = values.float(), output.float()
    factor = (values * output).sum() / (values * values).sum()
    made = (values, factor * values, values.softmax(1), values.log_softmax(1), values.sigmoid())
    return any(is_same(form, output) for form in made)


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
