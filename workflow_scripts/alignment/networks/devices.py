"""Where networks run, and with which settings of torch."""

import contextlib
from collections.abc import Callable, Iterator
from functools import partial
from operator import attrgetter
from typing import Any

import torch

from alignment.artifacts.errors import InputError

# Precision and choice of algorithms, the wider before the narrower; an older torch has fewer.
_ATTRIBUTES = (
    "backends.fp32_precision",
    *(f"backends.cudnn{part}.fp32_precision" for part in ("", ".conv", ".rnn")),
    *(f"backends.mkldnn{part}.fp32_precision" for part in ("", ".conv", ".matmul")),
    "backends.cuda.matmul.fp32_precision",
    *("backends.cuda.matmul.allow_tf32", "backends.cudnn.allow_tf32"),
    *(f"backends.cudnn.{name}" for name in ("enabled", "benchmark", "deterministic")),
)


def choose_device(name: str) -> torch.device:
    """Return the device of a config's choice, set to full float32 precision.

    Parameters
    ----------
    name : {"auto", "cpu", "cuda"}
        ``auto`` takes a GPU where there is one.

    Raises
    ------
    InputError
        There is no GPU that torch can use.
    """
    # Scores are differences of about 1e-4: TF32 keeps three decimal digits of a product.
    torch.backends.cuda.matmul.allow_tf32 = False
    torch.backends.cudnn.allow_tf32 = False
    if name == "auto":
        name = "cuda" if torch.cuda.is_available() else "cpu"
    if name == "cuda" and not torch.cuda.is_available():
        raise InputError(
            "config: compute: device: there is no GPU that torch can use here; "
            "set it to cpu or auto, or install the CUDA build of torch."
        )
    return torch.device(name)


@contextlib.contextmanager
def settings_kept() -> Iterator[None]:
    """Put torch's settings of the whole process back as they were, also after an error.

    Code that is imported can change them for all that runs after it: with reduced precision or
    another type of numbers every score would be another.
    """
    before = [(get, put, _told(get)) for get, put in _settings()]
    try:
        yield
    finally:
        for get, put, value in before:
            if value is not None and _told(get) != value:
                put(value)


def _settings() -> list[tuple[Callable[[], Any], Callable[[Any], Any]]]:
    """Return what tells each setting and what sets it."""
    switches = [
        (torch.get_float32_matmul_precision, torch.set_float32_matmul_precision),
        (torch.get_default_dtype, torch.set_default_dtype),
        (torch.get_default_device, _set_default_device),
        (torch.get_deterministic_debug_mode, torch.set_deterministic_debug_mode),
        (torch.is_grad_enabled, torch.set_grad_enabled),
        (torch.get_num_threads, torch.set_num_threads),
    ]
    for kind in ("cpu", "cuda"):
        of_kind = torch.is_autocast_enabled, torch.set_autocast_enabled
        switches.append(tuple(partial(function, kind) for function in of_kind))
    for path in _ATTRIBUTES:
        switches.append((partial(attrgetter(path), torch), partial(_put, path)))
    return switches


def _told(get: Callable[[], Any]) -> Any:
    """Return a setting, None where torch cannot tell it."""
    try:
        return get()
    except (AttributeError, RuntimeError):  # an older torch; or two of its settings disagree
        return None


def _put(path: str, value: Any) -> None:
    owner, _, name = path.rpartition(".")
    setattr(attrgetter(owner)(torch), name, value)


def _set_default_device(device: torch.device) -> None:
    # None is how torch begins: no trace of a device is left.
    torch.set_default_device(None if device.type == "cpu" else device)
