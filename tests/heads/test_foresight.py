"""What is said of a head before it is needed is the head that is opened later."""

import time

import pytest
import torch
from torch import fx, nn

from alignment.artifacts.errors import InputError
from alignment.heads.foresight import CONNECTED, POOLED, foresee, seconds_a_picture


class Backbone(nn.Module):
    def __init__(self, head):
        super().__init__()
        self.head = head

    def forward(self, x):
        maps = x[:, :, ::2, ::2].repeat(1, 4, 1, 1)
        return {"feature_maps": maps, "embedding": self.head(maps)}


def head_of(*layers):
    return fx.symbolic_trace(nn.Sequential(*layers).eval())


CASES = {
    "pooled": ([nn.AdaptiveAvgPool2d(1), nn.Flatten()], POOLED),
    "connected": ([nn.Flatten(), nn.Linear(12 * 16, 5), nn.ReLU()], CONNECTED),
    "other": ([nn.Conv2d(12, 4, 1), nn.Flatten()], "any other layers: run again for every map, ab"),
    "not quite pooled": ([nn.AdaptiveMaxPool2d(1), nn.Flatten()], "any other layers"),
}


@pytest.mark.parametrize("case", CASES)
def test_the_kind_of_a_head_is_foreseen(case):
    layers, expected = CASES[case]
    torch.manual_seed(0)
    head = head_of(*layers)
    said = foresee(Backbone(head), head, torch.randn(2, 3, 8, 8))
    assert said.startswith(expected)
    in_all = foresee(Backbone(head), head, torch.randn(2, 3, 8, 8), n_times=10)
    assert ("in all" in in_all) == expected.startswith("any other")


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_a_network_whose_values_are_no_numbers_is_refused(value):
    layers, _ = CASES["pooled"]
    with pytest.raises(InputError, match="values that are no numbers, or infinite"):
        foresee(Backbone(head := head_of(*layers)), head, torch.full((2, 3, 8, 8), value))


def test_a_head_is_tried_with_what_passes_the_maps_by():
    class Beside(Backbone):
        def forward(self, x):
            found = super().forward(x)
            return {**found, "beside_0": x, "embedding": self.head(x)}

    class Given(nn.Module):
        def forward(self, maps, pictures):
            given.append((maps.shape, pictures.shape))
            return maps.amax((2, 3))

    given = []
    said = foresee(Beside(nn.AdaptiveMaxPool2d(1)), Given(), torch.randn(2, 3, 8, 8))
    assert given == [((2, 12, 4, 4), (2, 3, 8, 8))] * 2
    assert said.startswith("any other layers")


def test_the_time_of_a_network_is_that_of_a_picture_once_it_runs():
    class Slow(nn.Module):
        def forward(self, pictures):
            waits.append(len(pictures))
            time.sleep(0.02 if len(waits) == 1 else 0.1)

    waits = []
    took = seconds_a_picture(Slow(), torch.zeros(2, 3, 8, 8))
    assert waits == [2, 2]
    assert took >= 0.05


def test_the_time_is_that_of_all_maps():
    class Slow(nn.Module):
        def forward(self, maps):
            torch.zeros(1)
            waited.append(len(maps))
            time.sleep(0.04)
            return maps.amax((2, 3))

    waited = []
    said = foresee(Backbone(nn.AdaptiveMaxPool2d(1)), Slow(), torch.randn(2, 3, 8, 8))
    assert waited == [2, 2]
    # At least 0.02 s for a picture, 12 maps
    assert float(said.partition("about ")[2].partition(" s ")[0]) >= 0.2
