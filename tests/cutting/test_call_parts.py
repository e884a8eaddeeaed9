"""The parts of a network that is cut by hooks: exact, and without a trace left in the network."""

import time
from dataclasses import replace

import pytest
import torch
from torch import nn

from alignment.cutting.arrangements import arrangement_of
from alignment.cutting.call_parts import (
    INPUT,
    CalledBackbone,
    CalledHead,
    Ends,
    MeanHead,
    follows_from,
    head_alone,
    settled_before,
    time_of,
)
from alignment.networks.calls import record
from alignment.planning.families import MEAN


class Network(nn.Module):
    """Adds to its maps in place, and has two layers behind them."""

    def __init__(self):
        super().__init__()
        self.stem = nn.Sequential(nn.Conv2d(3, 4, 3), nn.ReLU())
        self.conv = nn.Conv2d(4, 5, 3)
        self.hidden = nn.Linear(5 * 16, 7)
        self.fc = nn.Linear(7, 2)

    def forward(self, x):
        return self.fc(self.hidden(self.conv(self.stem(x)).add_(1).flatten(1)).relu())


@pytest.fixture
def parts():
    torch.manual_seed(0)
    module = Network().eval().requires_grad_(False)
    pictures = torch.randn(2, 3, 8, 8)
    calls = {call.name: call for call in record(module, pictures).calls}

    def ends(embedding, call):
        return Ends(calls["conv"], arrangement_of(calls["conv"].shape), embedding, call)

    return module, pictures, calls, ends


def test_maps_are_those_of_their_layer_also_where_the_next_works_in_place(parts):
    module, pictures, calls, ends = parts
    backbone = CalledBackbone(module, ends(f"{INPUT}fc", calls["fc"]), has_classes=True)
    found = backbone(pictures)
    maps = module.conv(module.stem(pictures))
    torch.testing.assert_close(found["feature_maps"], maps)
    hidden = module.hidden((maps + 1).flatten(1)).relu()
    torch.testing.assert_close(found["embedding"], hidden)
    assert torch.equal(found["logits"], module(pictures))
    without = CalledBackbone(module, ends(MEAN, None), has_classes=False)(pictures)
    assert without["logits"] is None
    torch.testing.assert_close(without["embedding"], maps.mean((2, 3)))


@pytest.mark.parametrize("settled", [(), ("stem",), ("stem.0",)])
def test_a_head_gives_the_embedding_of_any_maps(parts, settled):
    module, _, calls, ends = parts
    maps = torch.randn(6, 5, 4, 4)
    given = maps.clone()
    expected = {"hidden": module.hidden((maps + 1).flatten(1)), "conv": maps.flatten(1)}
    for name, values in expected.items():
        head = CalledHead(module, ends(name, calls[name]), torch.zeros(1, 3, 8, 8), settled)
        assert set(head.settled) == set(settled)
        torch.testing.assert_close(head(maps), values)
        torch.testing.assert_close(head(maps[:1]), values[:1])
    assert torch.equal(maps, given)
    assert "forward" not in vars(module.stem)
    assert "forward" not in vars(module.stem[0])


def test_what_is_done_before_the_maps_is_computed_once(parts):
    module, _, calls, ends = parts
    head = CalledHead(module, ends("hidden", calls["hidden"]), torch.zeros(1, 3, 8, 8), ("stem",))
    n_calls = []
    module.stem[0].register_forward_hook(lambda *_: n_calls.append(1))
    head(torch.randn(6, 5, 4, 4))
    assert n_calls == []


def test_the_outermost_modules_before_the_maps_are_settled(parts):
    module, pictures, calls, _ = parts
    found = record(module, pictures).calls
    assert settled_before(found, calls["conv"]) == ("stem",)
    assert settled_before(found, calls["stem.1"]) == ("stem.0",)
    twice = record(nn.Sequential(module.stem, nn.Conv2d(4, 3, 1), module.stem), pictures).calls
    assert settled_before(twice, twice[-1]) == ("1",)


def test_pictures_are_handed_on_where_the_head_needs_them(parts):
    module, pictures, calls, ends = parts
    kept = replace(ends(f"{INPUT}fc", calls["fc"]), keeps_pictures=True)
    found = CalledBackbone(module, kept, has_classes=False)(pictures)
    assert torch.equal(found["beside_0"], pictures)
    head = CalledHead(module, kept, torch.zeros(1, 3, 8, 8))
    again = head(found["feature_maps"], found["beside_0"])
    torch.testing.assert_close(again, found["embedding"])


def test_a_head_of_maps_alone_is_found_by_trying(parts):
    module, pictures, calls, ends = parts
    cut = ends("hidden", calls["hidden"])
    found = CalledBackbone(module, cut, has_classes=False)(pictures)
    maps, embedding = found["feature_maps"], found["embedding"]
    order = record(module, pictures).calls
    head = head_alone(module, pictures, order, cut, maps, embedding)
    torch.testing.assert_close(head(maps), embedding)
    assert set(head.settled) == {"stem"}
    assert head_alone(module, pictures, order, cut, maps, embedding + 1) is None


def test_an_output_follows_from_what_all_of_it_goes_through(parts):
    module, pictures, calls, _ = parts
    assert all(follows_from(module, pictures, calls[name]) for name in ("stem", "conv", "fc"))

    class Branched(nn.Module):
        def __init__(self):
            super().__init__()
            self.conv = nn.Conv2d(3, 3, 3, padding=1)

        def forward(self, x):
            return (x + self.conv(x)).mean((2, 3))

    branched = Branched()
    (call,) = record(branched, pictures).calls
    assert not follows_from(branched, pictures, call)


def test_the_time_is_that_of_all_maps_of_a_picture():
    def head(maps, beside):
        time.sleep(0.1)

    assert time_of(head, torch.zeros(2, 40, 3, 3), torch.zeros(2)) in ("2 s", "3 s")


def test_the_mean_head_is_the_mean():
    maps = torch.randn(2, 3, 4, 4)
    torch.testing.assert_close(MeanHead()(maps), maps.mean((2, 3)))
