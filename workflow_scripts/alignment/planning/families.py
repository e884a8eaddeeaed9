"""Families of networks that end in global average pooling, by the beginnings of their names.

Their heads are a matter of arithmetic, in one thread; the others run layers again.  Only the
threads and the memory that jobs ask for follow from this, before a network was ever opened: what a
head is, is found from the network itself (:func:`alignment.heads.opening.is_pooled`).
"""

POOLED = (
    *("densenet", "efficientnet", "googlenet", "inception", "mnasnet", "mobilenet_v2"),
    *("regnet", "resnet", "resnext", "shufflenet", "wide_resnet"),
)


def ends_in_pooling(architecture: str) -> bool:
    """Tell whether a network is of one of the families."""
    return architecture.startswith(POOLED)
