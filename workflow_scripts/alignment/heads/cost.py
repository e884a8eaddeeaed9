"""What the scores of a network will take, measured on one picture before anything is computed."""

import time
from dataclasses import dataclass

import torch

from alignment.heads.opening import is_pooled
from alignment.networks.cuts import Cuts


@dataclass(frozen=True)
class Cost:
    """What a network takes.

    Attributes
    ----------
    is_pooled : bool
        Whether the embedding is the mean of the maps, so that no layer is run again.
    n_maps : int
    picture_s, head_s : float
        Seconds for one picture on this machine: of the network, and of its head alone.
    """

    is_pooled: bool
    n_maps: int
    picture_s: float
    head_s: float

    def of(self, n_images: int) -> str:
        """Say in words what a dataset of so many pictures takes."""
        network = f"{in_words(self.picture_s * n_images)} to run it over {n_images} pictures here"
        if self.is_pooled:
            return f"{network}; scores in closed form, from the means of the maps"
        runs = self.n_maps * n_images
        return (
            f"{network}; its head is run for every map of every picture, at most "
            f"{in_words(self.head_s * runs)}, and again for the maps that folds switch on"
        )


def measure_cost(cuts: Cuts, input_size: int) -> Cost:
    """Run a network on one picture of noise, twice, since the first run takes longer."""
    picture = torch.rand((1, 3, input_size, input_size), generator=torch.manual_seed(0))
    with torch.inference_mode():
        outputs, picture_s = _timed(cuts.backbone, picture)
        _, head_s = _timed(cuts.head, outputs["feature_maps"])
    maps, embedding = (outputs[name].numpy() for name in ("feature_maps", "embedding"))
    return Cost(is_pooled(maps, embedding), maps.shape[1], picture_s, head_s)


def in_words(seconds: float) -> str:
    """Round a time to what a person plans with."""
    for unit, size in (("hours", 3600), ("minutes", 60)):
        if seconds >= 2 * size:
            return f"{seconds / size:.0f} {unit}"
    return f"{max(seconds, 1):.0f} s"


def _timed(run, argument):
    run(argument)
    start = time.perf_counter()
    outputs = run(argument)
    return outputs, time.perf_counter() - start
