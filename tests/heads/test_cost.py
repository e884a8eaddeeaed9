"""What a network takes, told before it is run over all pictures."""

import time

import pytest
import torch
from torch import nn

from alignment.heads.cost import Cost, in_words, measure_cost
from alignment.networks.cuts import Cuts


class Slow(nn.Module):
    """Pictures to maps, and maps to their means or something else, with a pause."""

    def __init__(self, pause, factor):
        super().__init__()
        self.pause, self.factor = pause, factor

    def embed(self, maps):
        return self.factor * maps.mean((2, 3))

    def forward(self, pictures):
        time.sleep(self.pause)
        maps = torch.cat([pictures, -pictures], 1)
        return {"feature_maps": maps, "embedding": self.embed(maps), "logits": None}


class Head(nn.Module):
    def __init__(self, backbone):
        super().__init__()
        self.backbone = backbone

    def forward(self, maps):
        return self.backbone.embed(maps)


@pytest.mark.parametrize(("factor", "pooled"), [(1, True), (2, False)])
def test_one_picture_tells_the_kind_of_head_and_the_time(factor, pooled):
    backbone = Slow(0.05, factor)
    cuts = Cuts("maps", "embedding", (6, 8, 8), 6, backbone, Head(backbone))
    cost = measure_cost(cuts, 8)
    assert (cost.is_pooled, cost.n_maps) == (pooled, 6)
    assert cost.picture_s >= 0.05
    assert 0 < cost.head_s < cost.picture_s


def test_a_dataset_takes_one_run_of_the_network_and_perhaps_many_of_its_head():
    assert Cost(True, 100, 0.5, 0.1).of(60) == (
        "30 s to run it over 60 pictures here; scores in closed form, from the means of the maps"
    )
    said = Cost(False, 100, 0.5, 0.1).of(60)
    assert "its head is run for every map of every picture, at most 10 minutes," in said


@pytest.mark.parametrize(
    ("seconds", "words"), [(0.01, "1 s"), (119, "119 s"), (150, "2 minutes"), (9000, "2 hours")]
)
def test_times_are_rounded_to_what_a_person_plans_with(seconds, words):
    assert in_words(seconds) == words
