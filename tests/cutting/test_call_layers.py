"""Layers of networks without a graph: by name, by default, and where there are none."""

import pytest
import torch
from torch import nn

from alignment.artifacts.errors import InputError
from alignment.cutting.call_layers import ends_of, find, maps_like, sides_in
from alignment.networks.calls import record
from alignment.networks.networks import Network
from alignment.networks.trials import trial_pictures
from alignment.planning.families import MEAN

SIZE = 12


@pytest.fixture
def known():
    """A network, and what it calls."""
    torch.manual_seed(0)
    module = nn.Sequential(nn.Conv2d(3, 6, 3), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(6, 8, 1))
    module = nn.Sequential(module, nn.Dropout(), nn.Flatten(), nn.Linear(8 * 25, 5)).eval()
    network = Network(module, "small", "", "", 5, SIZE, (0.0,) * 3, (1.0,) * 3)
    return network, record(module, trial_pictures(SIZE))


def test_the_last_maps_are_no_copy_and_the_embedding_is_given_to_the_classifier(known):
    ends = ends_of(*known, None, None)
    assert (ends.maps.name, ends.embedding, ends.call.name) == ("0.3", "input of 3", "3")
    assert ends.arrangement.maps_shape == (8, 5, 5)
    assert [call.name for call in maps_like(known[1])] == ["0.0", "0.1", "0.2", "0.3", "0", "1"]
    assert sides_in(known[1]) == {10, 5}


def test_layers_can_be_named(known):
    ends = ends_of(*known, "0.1", "2")
    assert (ends.maps.name, ends.embedding, ends.call.name) == ("0.1", "2", "2")
    ends = ends_of(*known, "0.1", MEAN)
    assert (ends.embedding, ends.call) == (MEAN, None)
    assert find(*known, "0.2", "feature_maps").path == "0.2"
    with pytest.raises(
        InputError, match=r"feature_maps: small calls no module 0\.9; did you mean 0"
    ):
        ends_of(*known, "0.9", None)
    with pytest.raises(InputError, match=r"feature_maps: 3 of small has the output N x 5, which"):
        ends_of(*known, "3", None)
    with pytest.raises(InputError, match=r"embedding: small calls no module x; possible are 2, 3"):
        find(*known, "x", "embedding")


@pytest.mark.parametrize(("of_class_token", "expected"), [(False, MEAN), (True, "input of fc")])
def test_the_embedding_of_tokens_is_their_mean_or_what_becomes_of_one(of_class_token, expected):
    class Encoder(nn.Module):
        def __init__(self):
            super().__init__()
            self.patches, self.norm = nn.Conv2d(3, 6, 4, stride=4), nn.LayerNorm(6)
            self.fc = nn.Linear(6, 5)

        def forward(self, x):
            tokens = self.patches(x).flatten(2).transpose(1, 2)
            return self.fc(self.norm(torch.cat([tokens.mean(1, keepdim=True), tokens], 1))[:, 0])

    module = Encoder().eval()
    network = Network(module, "small", "", "", 5, SIZE, (0.0,) * 3, (1.0,) * 3)
    found = record(module, trial_pictures(SIZE))
    ends = ends_of(network, found, None, None, of_class_token)
    assert (ends.maps.name, ends.embedding) == ("norm", expected)
    assert ends.arrangement.n_others == 1


class Tokens(nn.Module):
    """Nine tokens, and what a function makes of them with a linear layer and a norm."""

    def __init__(self, end):
        super().__init__()
        torch.manual_seed(0)
        self.patches, self.act, self.end = nn.Conv2d(3, 6, 4, stride=4), nn.GELU(), end
        self.linear, self.wider, self.norm = nn.Linear(6, 6), nn.Linear(6, 8), nn.LayerNorm(8)

    def forward(self, x):
        if x.shape[2] != SIZE:
            raise ValueError("made for one size")
        return self.end(self, self.act(self.patches(x).flatten(2).transpose(1, 2)))


def known_tokens(end):
    module = Tokens(end).eval().requires_grad_(False)
    network = Network(module, "small", "", "", 5, SIZE, (0.0,) * 3, (1.0,) * 3)
    return network, record(module, trial_pictures(SIZE))


def test_linear_layers_are_taken_where_there_are_no_other_maps_alone():
    ends = ends_of(*known_tokens(lambda m, x: m.linear(x).mean(1)), None, None)
    assert ends.maps.name == "act"
    module = nn.Sequential(nn.AdaptiveAvgPool2d(3), nn.Linear(3, 4), nn.Flatten(), nn.ReLU()).eval()
    network = Network(module, "small", "", "", 5, SIZE, (0.0,) * 3, (1.0,) * 3)
    found = record(module, trial_pictures(SIZE))
    assert ends_of(network, found, None, MEAN).maps.name == "1"


def test_maps_before_tokens_that_cannot_be_read_are_no_default():
    known = known_tokens(lambda m, x: m.norm(m.wider(x[:, :4])).mean(1))
    with pytest.raises(InputError, match=r"no default cut: behind act, .* norm returns N x 4 x 8"):
        ends_of(*known, None, None)
    assert ends_of(*known, "act", None).maps.name == "act"


def test_a_network_without_maps_is_refused():
    module = nn.Sequential(nn.Flatten(), nn.Linear(3 * SIZE**2, 5)).eval()
    network = Network(module, "small", "", "", 5, SIZE, (0.0,) * 3, (1.0,) * 3)
    with pytest.raises(InputError, match="small has no feature maps: none of its modules"):
        ends_of(network, record(module, trial_pictures(SIZE)), None, None)
