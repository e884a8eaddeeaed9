"""Import torchvision, also where its compiled operators cannot be loaded, and without a compiler.

The torchvision wheel of the Python package index is built against CUDA.  Beside a CPU build of
torch its compiled library does not load, and then ``import torchvision`` itself fails: it describes
shapes for two detection operators, ``nms`` and ``qnms``, that the library would have declared
("operator torchvision::nms does not exist").  Networks and picture transforms use neither of them.
Declaring the two is enough for the import to succeed; calling one still raises an error.

A third detection operator, ``roi_align``, asks torch's compiler whether it can be compiled, and so
brings all of the compiler, whose import takes as long as that of torch itself.  The compiler is
imported when that question is asked, and not before.

Every module of this library gets torchvision through :func:`import_torchvision`.
"""

import importlib
import sys
from contextlib import contextmanager, suppress
from types import ModuleType

import torch

# As torchvision declares them in torchvision/csrc/ops/nms.cpp and quantized/cpu/qnms_kernel.cpp.
_SCHEMAS = {
    "nms": "nms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor",
    "qnms": "qnms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor",
}

_COMPILER = "torch._dynamo.utils"

# A declaration is withdrawn when its Library object is collected.
_libraries: list[torch.library.Library] = []


def import_torchvision() -> ModuleType:
    """Import torchvision, declaring its operators only where the import fails for want of them.

    A torchvision whose compiled operators load is left untouched.

    Returns
    -------
    module
        ``torchvision``, with ``torchvision.models`` and ``torchvision.transforms``.

    Raises
    ------
    ImportError, RuntimeError
        As ``import torchvision`` raises them, for any other reason.
    """
    if _COMPILER not in sys.modules:
        with _compiler_for_later(), suppress(ImportError):
            return _with_operators()
        # This torchvision needs more of the compiler than an answer.
        _forget("torchvision", "torch._dynamo")
    return _with_operators()


def _with_operators():
    try:
        return importlib.import_module("torchvision")
    except RuntimeError as error:
        if "operator torchvision::" not in str(error):
            raise
    _forget("torchvision")
    library = torch.library.Library("torchvision", "FRAGMENT")
    for name, schema in _SCHEMAS.items():
        if not hasattr(torch.ops.torchvision, name):
            library.define(schema)
    _libraries.append(library)
    return importlib.import_module("torchvision")


def _forget(*packages):
    """Forget the submodules that a failed import leaves, which another would take for complete."""
    for name in list(sys.modules):
        if any(name == package or name.startswith(f"{package}.") for package in packages):
            del sys.modules[name]


@contextmanager
def _compiler_for_later():
    """Let the one function of torch's compiler that torchvision imports be one that asks it."""
    stand_in = ModuleType(_COMPILER)
    stand_in.is_compile_supported = _is_compile_supported
    sys.modules[_COMPILER] = stand_in
    try:
        yield
    finally:
        if sys.modules.get(_COMPILER) is stand_in:
            del sys.modules[_COMPILER]


def _is_compile_supported(device_type):
    return importlib.import_module(_COMPILER).is_compile_supported(device_type)
