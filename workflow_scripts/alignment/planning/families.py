"""Families of networks that end in global average pooling, by the beginnings of their names.

Transformers are among them: by default their embedding is the mean of their tokens.  Pooled heads
are a matter of arithmetic, in one thread; the others run layers again.  This guess, made before a
network is opened, only sets the number of jobs, their threads and their memory; the head itself is
found from the network (:func:`alignment.heads.pooling.is_pooled`).
"""

import re

TIMM = "timm:"
TOPOGRAPHIC = "topographic"  # networks trained here
# The embedding that is the mean of every map, and no layer of the network
MEAN = "mean of the maps"
POOLED = (
    *("densenet", "efficientnet", "googlenet", "inception", "mnasnet", "mobilenet_v2"),
    *("regnet", "resnet", "resnext", "shufflenet", "swin_", "vit_", "wide_resnet"),
)
# Members of these families whose maps are pooled by attention
_ATTENDING = re.compile(r"resnet.*_clip|vit_.*(siglip|_map_)")


def ends_in_pooling(architecture: str) -> bool:
    """Tell whether a network is of one of the families, of torchvision or of timm."""
    name = architecture.removeprefix(TIMM)
    attends = _ATTENDING.match(name) and "_gap" not in name
    return name.startswith(POOLED) and not attends


def is_own(architecture: str) -> bool:
    """Tell whether a network is what a function of the user's returns: ``nets.py:build``."""
    return ":" in architecture and not architecture.startswith(TIMM)
