"""Names of networks that may be known, told without loading any library of networks.

A run that ends at a misspelt name in the middle has by then thrown away what that network had made.
"""

import re
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from alignment.planning.families import TIMM, TOPOGRAPHIC, is_own

# The resolutions that the EfficientNet-Lite networks were made for, in pixels.
LITE = {"efficientnet_lite0": 224, "efficientnet_lite1": 240, "efficientnet_lite2": 260}
_REGISTERED = re.compile(
    r'^@register_model\((?:name="(?P<given>\w+)")?\).*?^def (?P<function>\w+)', re.M | re.S
)


def may_be_known(architecture: str) -> bool:
    """Tell whether a name is one of those that can be told from here, or has to be looked up.

    False only where torchvision is installed and has no such network: then loading it can say what
    was meant.  Names of timm, and functions of the user's, are found where they are called.
    """
    if architecture.startswith(TIMM) or is_own(architecture):
        return True
    if architecture in (TOPOGRAPHIC, *LITE):
        return True  # with no look at the files of torchvision
    published = published_names()
    return not published or architecture in published


@cache
def published_names() -> frozenset[str]:
    """Return the names under which torchvision registers networks; none if it is not installed.

    Its files are read, and none is run: importing it takes seconds.
    """
    spec = find_spec("torchvision")
    if spec is None or spec.origin is None:
        return frozenset()
    files = Path(spec.origin).with_name("models").rglob("*.py")
    texts = (path.read_text(encoding="utf-8", errors="replace") for path in files)
    found = (match for text in texts for match in _REGISTERED.finditer(text))
    return frozenset(match["given"] or match["function"] for match in found)
