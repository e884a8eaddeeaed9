"""Import torchvision, also where its compiled operators cannot be loaded.

The torchvision wheel of the Python package index is built against CUDA.  Beside a CPU build of
torch its compiled library does not load, and then ``import torchvision`` itself fails: it describes
shapes for two detection operators, ``nms`` and ``qnms``, that the library would have declared
("operator torchvision::nms does not exist").  Networks and picture transforms use neither of them.
Declaring the two is enough for the import to succeed; calling one still raises an error.

Every module of this library gets torchvision through :func:`import_torchvision`.
"""

import importlib
import sys
from types import ModuleType

import torch

# As torchvision declares them in torchvision/csrc/ops/nms.cpp and quantized/cpu/qnms_kernel.cpp.
_SCHEMAS = {
    "nms": "nms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor",
    "qnms": "qnms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor",
}

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
    try:
        return importlib.import_module("torchvision")
    except RuntimeError as error:
        if "operator torchvision::" not in str(error):
            raise
    # The failed attempt leaves submodules behind, which a second import would take for complete.
    for name in [name for name in sys.modules if name.partition(".")[0] == "torchvision"]:
        del sys.modules[name]
    library = torch.library.Library("torchvision", "FRAGMENT")
    for name, schema in _SCHEMAS.items():
        if not hasattr(torch.ops.torchvision, name):
            library.define(schema)
    _libraries.append(library)
    return importlib.import_module("torchvision")
