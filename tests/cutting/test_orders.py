"""Orders of outputs with as many maps as places in a row, whose shape does not tell them."""

import pytest
import torch
from torch import nn

from alignment.artifacts.errors import InputError
from alignment.cutting.cuts import cut
from alignment.cutting.orders import FIRST, LAST, order_in_calls, order_in_graph
from alignment.cutting.traces import trace
from alignment.networks.calls import record
from alignment.networks.networks import Network
from alignment.networks.trials import trial_pictures

SIZE = 12


class Six(nn.Module):
    """Six maps of 6 x 6, of which a function makes others, and scores of those."""

    def __init__(self, make):
        super().__init__()
        torch.manual_seed(0)
        self.conv, self.act = nn.Conv2d(3, 6, 2, stride=2), nn.GELU()
        self.few = nn.Conv2d(3, 3, 2, stride=2)
        self.norm, self.linear, self.fc = nn.LayerNorm(6), nn.Linear(6, 6), nn.Linear(6, 5)
        self.make = make

    def forward(self, x):
        return self.fc(self.make(self, x).flatten(1)[:, :6])


def swapped(m, x):
    return m.conv(x).permute(0, 2, 3, 1)


MAKERS = {
    "convolution": (lambda m, x: m.act(m.conv(x)), FIRST),
    "permutation": (lambda m, x: m.act(swapped(m, x)), LAST),
    "norm": (lambda m, x: m.act(m.norm(swapped(m, x))), LAST),
    "linear": (lambda m, x: m.act(m.linear(swapped(m, x)) + swapped(m, x)), LAST),
    "there and back": (lambda m, x: m.act(m.norm(swapped(m, x)).permute(0, 3, 1, 2)), FIRST),
    "joined": (lambda m, x: m.act(torch.cat([m.few(x), m.few(x)], 1)), FIRST),
    "taken apart": (lambda m, x: m.act(torch.cat([m.conv(x)] * 2, 1).chunk(2, 1)[0]), FIRST),
    "flat maps": (lambda m, x: m.act(m.conv(x).flatten(2).reshape(-1, 6, 6, 6)), FIRST),
    "tokens": (lambda m, x: m.act(swapped(m, x).flatten(1, 2).unflatten(1, (6, 6))), LAST),
    "another form": (lambda m, x: m.act(m.conv(x).flatten(1).reshape(-1, 6, 6, 6)), None),
    "after another form": (
        lambda m, x: m.act(m.conv(x).flatten(1).reshape(-1, 6, 6, 6) + swapped(m, x)),
        LAST,
    ),
}


def network_of(module):
    module.eval().requires_grad_(False)
    return Network(module, "small", "", "0" * 64, 5, SIZE, (0.0,) * 3, (1.0,) * 3)


@pytest.mark.parametrize("made_by", MAKERS)
def test_the_order_is_told_by_what_made_an_output(made_by):
    make, expected = MAKERS[made_by]
    network = network_of(Six(make))
    traced = trace(network)
    (node,) = (node for node, name in traced.names.items() if name == "act")
    assert order_in_graph(traced, node) == expected
    if expected is None:
        with pytest.raises(InputError, match="6 x 6 x 6, and nothing before it tells whether"):
            cut(network, "act", "mean of the maps")
        return
    cuts = cut(network, "act", "mean of the maps")
    pictures = trial_pictures(SIZE)
    found = cuts.backbone(pictures)["feature_maps"]
    made = make(network.module, pictures)
    torch.testing.assert_close(found, made if expected == FIRST else made.permute(0, 3, 1, 2))


def test_modules_tell_the_order_where_they_agree():
    pictures = trial_pictures(SIZE)
    for make, expected in {
        lambda m, x: m.act(m.conv(x)): FIRST,
        lambda m, x: m.act(m.norm(m.act(x[:, :2, :6, :6].repeat(1, 3, 1, 1)))): LAST,
        lambda m, x: m.act(m.norm(m.conv(x).permute(0, 2, 3, 1))): None,
        lambda m, x: m.act(x[:, :2, :6, :6].repeat(1, 3, 1, 1)): None,
    }.items():
        calls = record(Six(make).eval(), pictures).calls
        call = [call for call in calls if call.path == "act"][-1]
        assert order_in_calls(calls, call) == expected
