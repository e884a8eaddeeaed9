"""Checkpoints: the state dict in a file of torch.save, read without running what the file holds."""

import pickle
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import safetensors
import safetensors.torch
import torch

from alignment.artifacts.errors import InputError
from alignment.artifacts.foreign_files import refuse_foreign

# Where training scripts keep the state dict inside a checkpoint, the commonest first.
_CHECKPOINT_KEYS = ("state_dict", "model_state_dict", "model", "net", "network", "weights")
# Of two networks that were trained together, the one that is evaluated: DINO's teacher.
_TRAINED_TOGETHER = ("teacher", "student")
# Of the modules below, only these are let in, which merely hold values.
_HARMLESS = {
    *("builtins.frozenset", "builtins.slice", "builtins.range", "builtins.list", "builtins.dict"),
    *("types.SimpleNamespace", "functools.partial", "__builtin__.frozenset", "__builtin__.slice"),
}
# Objects of these modules do things; those of others, such as argparse.Namespace, only hold some.
_ACTING_MODULES = {
    *(
        "asyncio",
        "builtins",
        "code",
        "codecs",
        "ctypes",
        "functools",
        "importlib",
        "io",
        "nt",
        "os",
    ),
    *(
        "operator",
        "pickle",
        "pip",
        "posix",
        "pty",
        "runpy",
        "shutil",
        "socket",
        "subprocess",
        "sys",
    ),
    *("tempfile", "types", "urllib", "webbrowser"),
}
# In a checkpoint another state dict can lie one level further down.
_PREFERRED = (
    *(f"{outer}.{inner}" for outer in _CHECKPOINT_KEYS for inner in _CHECKPOINT_KEYS),
    *_CHECKPOINT_KEYS,
    *_TRAINED_TOGETHER,
    "",
)


def read_state_dict(
    path: Path, key: str | None = None
) -> tuple[Mapping[str, torch.Tensor], tuple[str, ...]]:
    """Read the tensors of a file by name, without running anything that the file contains.

    Parameters
    ----------
    path : Path
        ``.safetensors``, or anything that ``torch.save`` wrote: a state dict, or a checkpoint that
        holds one under ``state_dict``, ``model``, ..., or as its only one.
    key : str or None
        Where in a checkpoint the state dict lies; dots lead into what lies there.  Or how the
        names begin that are meant, of several networks in one state dict.

    Returns
    -------
    mapping of str to torch.Tensor
    tuple of str
        What was found beside it and left out, for people.

    Raises
    ------
    InputError
        The file is not readable, holds Python objects that could do something, or has no state dict
        in it, or several.
    """
    notes = []
    refuse_foreign(path)
    try:
        if path.suffix == ".safetensors":
            content = safetensors.torch.load_file(path)
        else:
            content = _load_inert(path, notes)
    except pickle.UnpicklingError as error:
        raise InputError(
            f"{path} holds Python objects besides tensors, or is damaged, and is not opened "
            f"because that could run code: save its state dict alone, best as .safetensors."
        ) from error
    except MemoryError:
        raise  # which says nothing of the file
    except Exception as error:  # of bytes that are no such file, the parsers meet anything
        raise InputError(
            f"{path} cannot be read as a file of weights ({_why(error, path)}): a file "
            f"made by torch.save or a .safetensors file is needed."
        ) from error
    state_dicts = _state_dicts_in(content)
    if key is not None:
        return _under(key, state_dicts, path), tuple(notes)
    chosen = next((known for known in _PREFERRED if known in state_dicts), None)
    if chosen is None and len(state_dicts) == 1:
        chosen = next(iter(state_dicts))
    if chosen is None:
        raise InputError(_nothing_to_choose(path, content, state_dicts))
    if others := [other for other in state_dicts if other and other != chosen]:
        notes.append(
            f"the file holds {' and '.join(others)} beside {chosen or 'its own tensors'}, which "
            "was taken; weights: key chooses another"
        )
    return state_dicts[chosen], tuple(notes)


def _why(error: Exception, path: Path) -> str:
    if not path.stat().st_size:
        return "it is empty"
    lines = str(error).splitlines()
    # Of other errors, the text is about the parser and not about the file.
    says = isinstance(error, safetensors.SafetensorError | RuntimeError | ValueError | OSError)
    return lines[0] if says and lines else "it is damaged or another kind of file"


class _Inert:
    """Stands in for an object of a checkpoint that holds no tensors, and does nothing."""

    def __new__(cls, *args, **kwargs):
        return super().__new__(cls)

    def __init__(self, *args, **kwargs):
        pass

    def __setstate__(self, state):
        pass


def _load_inert(path: Path, notes: list[str]) -> Any:
    """Load a file of torch.save; what it names beside tensors is replaced, and never looked up."""
    try:
        names = torch.serialization.get_unsafe_globals_in_checkpoint(path)
    except Exception:  # another format, or none: then nothing beside tensors is let in
        names = []
    harmless = [
        name for name in names if name in _HARMLESS or name.partition(".")[0] not in _ACTING_MODULES
    ]
    if harmless:
        notes.append(f"objects in the file were left out: {', '.join(sorted(harmless))}")
    with torch.serialization.safe_globals([(_Inert, name) for name in harmless]):
        return torch.load(path, map_location="cpu", weights_only=True)


def _state_dicts_in(content: Any, levels: int = 2) -> dict[str, Mapping[str, torch.Tensor]]:
    """Return the state dicts of a checkpoint by their keys, that of the whole under ''."""
    if not isinstance(content, Mapping):
        return {}
    found = {}
    # Under numbers lies the state of something else: the tensors of a network have names.
    named = {name: value for name, value in content.items() if isinstance(name, str)}
    if any(isinstance(value, torch.Tensor) for value in named.values()):
        # The whole carries the versions of the modules, by which torch reads old files.
        found[""] = content if len(named) == len(content) else named
    for name, value in content.items() if levels else ():
        # The state of an optimizer lies under numbers, or further down.
        if not str(name).startswith("optim"):
            deeper = _state_dicts_in(value, levels - 1)
            found |= {f"{name}.{key}" if key else str(name): held for key, held in deeper.items()}
    return found


def _under(
    key: str, state_dicts: Mapping[str, Mapping[str, torch.Tensor]], path: Path
) -> Mapping[str, torch.Tensor]:
    """Return the state dict under a key, or the part of one whose names begin with it."""
    if key in state_dicts:
        return state_dicts[key]
    for held in state_dicts.values():
        # A wrapper may stand before it: module.encoder_q.conv1.weight
        parts = {
            name: value
            for name, value in held.items()
            if f".{name}".startswith((f".{key}.", f".module.{key}."))
        }
        if parts:
            return parts
    raise InputError(
        f"{path} holds no state dict under the key '{key}', but under: "
        f"{', '.join(state_dicts) or 'none'}; nor do names in it begin so."
    )


def _nothing_to_choose(path: Path, content: Any, state_dicts: Mapping) -> str:
    if state_dicts:
        return (
            f"{path} holds several state dicts ({', '.join(state_dicts)}): name one under weights: "
            "key."
        )
    if isinstance(content, _Inert | torch.nn.Module):
        return (
            f"{path} holds a whole network as a Python object, which is not opened because that "
            "could run code: where its class is known, save network.state_dict() in its place."
        )
    held = ", ".join(map(str, content)) if isinstance(content, Mapping) else type(content).__name__
    return (
        f"{path} contains no state dict (it holds: {held.lstrip('_') or 'nothing'}): tensors with "
        f"names are looked for at the top and under {', '.join(_CHECKPOINT_KEYS)}."
    )
