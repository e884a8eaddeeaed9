"""Gaps: what a network has and its file of weights lacks, the classifier."""

import torch
from torch import nn

from alignment.artifacts.errors import InputError
from alignment.networks.networks import Network
from alignment.networks.trials import is_same, trial_pictures


def check_known(network: Network, backbone: nn.Module) -> None:
    """Refuse feature maps and embeddings that are computed with tensors that no file gave.

    Parameters
    ----------
    network : Network
        It stays as it is.
    backbone : torch.nn.Module
        Made of the network's own modules: pictures to a dict of ``feature_maps``, ``embedding``,
        ...

    Raises
    ------
    InputError
    """
    if not network.unknown:
        return
    pictures, tensors = trial_pictures(network.input_size), network.module.state_dict()
    before = {name: tensors[name].clone() for name in network.unknown}
    with torch.no_grad():
        expected = backbone(pictures)
        try:
            for name in before:
                tensors[name].mul_(2).add_(1)
            found = backbone(pictures)
        finally:
            for name, values in before.items():
                tensors[name].copy_(values)
    for output in ("feature_maps", "embedding"):
        if not is_same(found[output], expected[output]):
            raise InputError(
                f"{output.replace('_', ' ')} of {network.architecture} would be computed with its "
                f"classifier, which the file of weights lacks ({network.unknown[0]}): name an "
                "earlier layer under layers."
            )
