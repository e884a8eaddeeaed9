"""Layers in graphs: where a network is cut by default, and layers by their names."""

import pytest
import torch
from torch import nn

from alignment.artifacts.errors import InputError
from alignment.cutting.cuts import cut
from alignment.cutting.graph_layers import arrangement_in, find, named_layers
from alignment.cutting.traces import trace
from alignment.networks.networks import Network


def network_of(module, size=32, classes=5):
    module.eval().requires_grad_(False)
    return Network(module, "small", "", "0" * 64, classes, size, (0.0,) * 3, (1.0,) * 3)


@pytest.fixture(autouse=True)
def seed():
    torch.manual_seed(0)


class Ended(nn.Module):
    """Something behind the last layer with weights."""

    def __init__(self, *behind):
        super().__init__()
        self.conv, self.act = nn.Conv2d(3, 6, 3), nn.ReLU()
        self.behind = nn.Sequential(*behind)

    def forward(self, x):
        return self.behind(self.act(self.conv(x)))


class OwnLinear(nn.Linear):
    """As timm's: fx looks into it, since it is none of torch's own."""

    def forward(self, x):
        return nn.functional.linear(x, self.weight, self.bias)


POOL, FLAT = nn.AdaptiveAvgPool2d(1), nn.Flatten()
ENDS = {
    "identity": ([POOL, FLAT, nn.Linear(6, 5), nn.Identity()], "behind.1", 6),
    "flatten": ([POOL, FLAT, nn.Linear(6, 5), nn.Flatten()], "behind.1", 6),
    "softmax": ([POOL, FLAT, nn.Dropout(), nn.Linear(6, 5), nn.Softmax(1)], "behind.1", 6),
    "norm of weights": (
        [POOL, FLAT, nn.utils.parametrizations.weight_norm(nn.Linear(6, 5))],
        "behind.1",
        6,
    ),
    "own class": ([POOL, FLAT, OwnLinear(6, 5)], "behind.1", 6),
    "no classifier": ([POOL, FLAT, nn.Identity()], "behind.2", 6),
    "convolution": ([nn.Conv2d(6, 5, 1), nn.ReLU(), POOL, FLAT], "behind.3", 5),
}


@pytest.mark.parametrize("end", ENDS)
def test_what_stands_behind_the_classifier_is_looked_through(end):
    behind, embedding, n_units = ENDS[end]
    network = network_of(Ended(*behind, nn.Identity()), classes=5)
    cuts = cut(network)
    assert (cuts.feature_maps, cuts.maps_shape) == ("act", (6, 30, 30))
    if end in ("no classifier", "convolution"):  # then the embedding is what the network returns
        embedding = f"behind.{len(behind)}"
    assert (cuts.embedding, cuts.n_units) == (embedding, n_units)


@pytest.fixture
def traced():
    layers = [nn.Conv2d(3, 6, 3), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(6, 5)]
    return trace(network_of(nn.Sequential(nn.Sequential(*layers[:2]), *layers[2:])))


def test_a_layer_is_found_by_its_name_or_as_the_last_of_its_module(traced):
    for name, expected in {"0.0": "0.0", "0.1": "0.1", "0": "0.1", "3": "3"}.items():
        assert traced.names[find(traced, name, "feature_maps", [])] == expected
    possible = [node for node in traced.shapes if arrangement_in(traced, node) is not None]
    assert named_layers(traced, possible) == "0.0, 0.1"
    with pytest.raises(InputError, match=r"key: small has no layer 0\.2; did you mean 0\.\d or 0"):
        find(traced, "0.2", "key", possible)


def test_maps_are_not_taken_as_a_generalised_mean_has_raised_them():
    class Raised(Ended):
        def forward(self, x):
            maps = self.act(self.conv(x))
            pooled = nn.functional.avg_pool2d(maps.clamp(min=1e-6).pow(3.0), 30).pow(1 / 3)
            return self.behind(pooled.flatten(1))

    cuts = cut(network_of(Raised(nn.Linear(6, 5))))
    assert (cuts.feature_maps, cuts.embedding, cuts.n_units) == ("act", "flatten", 6)


def test_pictures_are_no_layer(traced):
    (pictures,) = (node for node in traced.shapes if node.op == "placeholder")
    assert arrangement_in(traced, pictures) is None
