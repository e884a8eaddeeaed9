"""Tokens and flattened maps whose shape does not tell them apart."""

import pytest
import torch
from torch import nn

from alignment.artifacts.errors import InputError
from alignment.cutting.cuts import cut
from alignment.cutting.lists import are_tokens_in_calls, are_tokens_in_graph
from alignment.cutting.traces import trace
from alignment.networks.calls import record
from alignment.networks.networks import Network
from alignment.networks.trials import trial_pictures

SIZE = 8  # four places in a row, and as many channels as there are places


class Sixteen(nn.Module):
    """16 maps of 4 x 4, of which a function makes a list, and scores of its mean."""

    def __init__(self, make):
        super().__init__()
        torch.manual_seed(0)
        self.conv, self.act = nn.Conv2d(3, 16, 2, stride=2), nn.GELU()
        self.norm, self.linear, self.fc = nn.LayerNorm(16), nn.Linear(16, 16), nn.Linear(16, 5)
        self.along, self.few = nn.Conv1d(16, 16, 1), nn.Parameter(torch.randn(1, 1, 16))
        self.make = make

    def forward(self, x):
        return self.fc(self.make(self, x).mean(1))


def flat(m, x):
    return m.conv(x).flatten(2)


def tokens(m, x):
    return flat(m, x).transpose(1, 2)


MAKERS = {
    "flattened": (lambda m, x: m.act(flat(m, x)), False),
    "flattened by view": (lambda m, x: m.act(m.conv(x).view(x.size(0), 16, -1)), False),
    "convolution of flat maps": (lambda m, x: m.act(m.along(flat(m, x))), False),
    "transposed": (lambda m, x: m.act(tokens(m, x)), True),
    "permuted": (lambda m, x: m.act(flat(m, x).permute(0, 2, 1)), True),
    "there and back": (lambda m, x: m.act(tokens(m, x).transpose(-1, -2)), False),
    "norm": (lambda m, x: m.act(m.norm(tokens(m, x))), True),
    "linear": (lambda m, x: m.act(m.linear(tokens(m, x)) + tokens(m, x)), True),
    "norm, then flat": (lambda m, x: m.act(m.norm(tokens(m, x)).transpose(1, 2)), False),
    "channels last": (lambda m, x: m.act(m.conv(x).permute(0, 2, 3, 1).flatten(1, 2)), True),
    "another form": (lambda m, x: m.act(m.conv(x).flatten(1).reshape(-1, 16, 16)), None),
    "token in front": (
        lambda m, x: m.act(torch.cat([m.few.expand(x.size(0), -1, -1), tokens(m, x)], 1)),
        True,
    ),
    "token in front and gone": (
        lambda m, x: m.act(torch.cat([m.few.expand(x.size(0), -1, -1), tokens(m, x)], 1)[:, 1:]),
        True,
    ),
}


def network_of(module):
    module.eval().requires_grad_(False)
    return Network(module, "small", "", "0" * 64, 5, SIZE, (0.0,) * 3, (1.0,) * 3)


@pytest.mark.parametrize("made_by", MAKERS)
def test_a_list_is_told_by_what_made_it(made_by):
    make, expected = MAKERS[made_by]
    network = network_of(Sixteen(make))
    traced = trace(network)
    (node,) = (node for node, name in traced.names.items() if name == "act")
    assert are_tokens_in_graph(traced, node) is expected
    if expected:
        found = cut(network, "act", "mean of the maps").backbone(trial_pictures(SIZE))
        made = make(network.module, trial_pictures(SIZE))[:, -16:]
        right = made.transpose(1, 2).reshape(2, 16, 4, 4)
        torch.testing.assert_close(found["feature_maps"], right)
        return
    with pytest.raises(InputError, match="says that these are tokens and not flattened maps"):
        cut(network, "act", "mean of the maps")


def test_maps_that_are_pooled_flat_are_cut_before_that():
    """Not as tokens, whose maps would be the places."""
    network = network_of(Sixteen(lambda m, x: m.act(m.conv(x)).flatten(2).transpose(1, 2)))
    cuts = cut(network)
    pictures = trial_pictures(SIZE)
    found = cuts.backbone(pictures)
    maps = network.module.act(network.module.conv(pictures))
    torch.testing.assert_close(found["feature_maps"], maps)
    torch.testing.assert_close(found["embedding"], maps.mean(dim=(2, 3)))


def test_modules_tell_where_they_agree():
    pictures = trial_pictures(SIZE)
    for make, expected in {
        lambda m, x: m.act(m.norm(tokens(m, x))): True,
        lambda m, x: m.act(m.along(flat(m, x))): False,
        lambda m, x: m.act(m.linear(m.along(flat(m, x)))): None,
        lambda m, x: m.act(tokens(m, x)): None,
    }.items():
        found = record(Sixteen(make).eval(), pictures)
        (call,) = (call for call in found.calls if call.name == "act")
        assert are_tokens_in_calls(found.calls, call) is expected
