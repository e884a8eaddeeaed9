"""Which head a network would have, and what it would cost, before any activations are there."""

import time

import torch
from torch import nn

from alignment.artifacts.errors import InputError
from alignment.cutting.class_tokens import all_tokens
from alignment.cutting.layers import beside_in, time_written
from alignment.heads.pooling import is_pooled
from alignment.heads.split import split_head

POOLED = "global average pooling: by arithmetic on the embeddings"
CONNECTED = "fully connected layers: the first one once, map by map"


def foresee(backbone: nn.Module, head: nn.Module, pictures: torch.Tensor, n_times: int = 0) -> str:
    """Say which head a network has, and about how long it takes where layers are run again.

    Parameters
    ----------
    backbone : torch.nn.Module
        Pictures to a dict of ``feature_maps`` and ``embedding``.
    head : torch.nn.Module
        Feature maps (B, F, H, W), and what passes them by, to embeddings (B, D).
    pictures : (B, 3, S, S) tensor
        To try it on.
    n_times : int
        Of how many pictures every map is switched on or off, those of every fold counted anew; 0 if
        that is not known.

    Raises
    ------
    InputError
        The network gives values that are no numbers, or infinite.
    """
    with torch.inference_mode():
        found = backbone(pictures)
        maps = found["feature_maps"]
        if not (maps.isfinite().all() and found["embedding"].isfinite().all()):
            raise InputError(
                "of a picture of random pixels the network makes values that are no numbers, or "
                "infinite: its weights may be damaged."
            )
        if is_pooled(maps.numpy(), found["embedding"].numpy()):
            return POOLED
        if split_head(head) is not None:
            return CONNECTED
        if "other_tokens" in found:
            maps = all_tokens(maps, found["other_tokens"])
        beside = beside_in(found)
        head(maps, *beside)  # what a first run prepares takes its time, too
        start = time.perf_counter()
        head(maps, *beside)
        took = (time.perf_counter() - start) / len(maps)
    took *= maps.shape[1]
    total = f": in all {time_written(n_times * took)} or more" if n_times else ""
    return (
        f"any other layers: run again for every map, about {time_written(took)} for a picture "
        f"here, and as long for every fold that holds it{total}"
    )


def seconds_a_picture(backbone: nn.Module, pictures: torch.Tensor) -> float:
    """Return how long a network takes for a picture here, apart from its first run."""
    with torch.inference_mode():
        backbone(pictures)
        start = time.perf_counter()
        backbone(pictures)
    return (time.perf_counter() - start) / len(pictures)
