"""Cuts by hooks: networks that decide by the shape of a picture, against hooks of another kind."""

import plain_hooks
import pytest
import torch
from torch import nn

from alignment.artifacts.errors import InputError
from alignment.cutting.cuts import cut, list_layers
from alignment.cutting.traces import UntraceableError, trace
from alignment.networks.networks import Network
from alignment.planning.families import MEAN

SIZE = 16


class Untraceable(nn.Module):
    """Asks for the height of its pictures, which no graph can follow."""

    def __init__(self, *behind, classes=5):
        super().__init__()
        self.first = nn.Sequential(nn.Conv2d(3, 6, 3), nn.ReLU(inplace=True))
        self.last = nn.Conv2d(6, 8, 3)
        self.act = nn.ReLU(inplace=True)
        self.behind = nn.Sequential(*behind)
        self.fc = nn.Linear(8, classes) if classes else nn.Identity()

    def maps(self, x):
        if x.shape[-1] < 4:
            raise ValueError("too small")
        return self.act(self.last(self.first(x)))

    def forward(self, x):
        return self.fc(self.behind(self.maps(x).mean((2, 3))))


class Residual(Untraceable):
    """The last addition is made outside of modules, in the block alone."""

    def __init__(self):
        super().__init__()
        self.block = Block()

    def maps(self, x):
        return self.block(super().maps(x))

    def forward(self, x):
        maps = self.maps(x)
        return self.fc((maps * maps.new_ones(8, 1, 1).cumsum(0)).amax((2, 3)))


class Block(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(8, 8, 1)

    def forward(self, x):
        return x + self.conv(x)


class Tokens(Untraceable):
    """Ends in tokens after a norm, the first of which is read; hands on a tuple in between."""

    def __init__(self):
        super().__init__()
        self.norm = Norm()

    def forward(self, x):
        maps = self.maps(x).flatten(2).transpose(1, 2)
        tokens, _ = self.norm(torch.cat([maps.mean(1, keepdim=True), maps], dim=1))
        return self.fc(tokens[:, 0])


class Norm(nn.Module):
    def __init__(self):
        super().__init__()
        self.scale = nn.LayerNorm(8)

    def forward(self, x):
        return self.scale(x), None


def network_of(module, classes=5):
    torch.manual_seed(0)
    for parameter in module.parameters():
        nn.init.normal_(parameter, std=0.5)
    module.eval().requires_grad_(False)
    found = Network(module, "small", "", "0" * 64, classes, SIZE, (0.0,) * 3, (1.0,) * 3)
    with pytest.raises(UntraceableError):
        trace(found)
    return found


# Module, the layers of the default cut, whether the head is arithmetic, and how hooks see it.
CASES = {
    "pooled": (Untraceable, ("act", "input of fc"), True, ("act", "fc", 1, 0)),
    "layers": (
        lambda: Untraceable(nn.Linear(8, 8), nn.ReLU()),
        ("act", "input of fc"),
        False,
        ("act", "fc", 1, 0),
    ),
    "addition": (Residual, ("block", "input of fc"), False, ("block", "fc", 1, 0)),
    "tokens": (Tokens, ("norm.scale", MEAN), True, ("norm.scale", None, 2, 1)),
    "no classifier": (
        lambda: Untraceable(classes=0),
        ("act", "output of the network"),
        True,
        ("act", "fc", 1, 0),
    ),
}


class Branched(Tokens):
    """Something of what comes before the tokens passes them by, as in CrossViT."""

    def forward(self, x):
        beside = self.fc(self.maps(x).amax((2, 3)))
        return super().forward(x) + beside


def test_what_passes_default_tokens_by_is_said():
    network = network_of(Branched())
    cuts = cut(network)
    assert (cuts.feature_maps, cuts.embedding) == ("norm.scale", MEAN)
    (note,) = cuts.notes
    assert note.startswith("what small returns does not follow from norm.scale alone")
    assert cut(network, "norm.scale").notes == ()


def test_it_is_said_that_an_output_may_be_class_scores():
    network = network_of(Untraceable(nn.Linear(8, 8), nn.ReLU(), classes=0))
    *_, note = cut(network).notes
    assert note.startswith("no final linear layer of small was found: the output itself is the")
    assert len(cut(network, embedding="output of the network").notes) == 1  # on the time alone


@pytest.mark.parametrize("case", CASES)
def test_a_map_is_left_out_as_plain_hooks_do_it(case):
    make, layers, is_mean, (maps, embedding, axis, n_others) = CASES[case]
    network = network_of(make())
    cuts = cut(network)
    assert (cuts.feature_maps, cuts.embedding) == layers
    assert (type(cuts.head).__name__ == "MeanHead") == is_mean
    assert bool(cuts.notes) != is_mean
    pictures = torch.randn(7, 3, SIZE, SIZE)
    with torch.no_grad():
        found = cuts.backbone(pictures)
        torch.testing.assert_close(found["logits"], network.module(pictures))
    assert found["feature_maps"].shape == (7, *cuts.maps_shape)
    assert found["embedding"].shape == (7, cuts.n_units)
    how = {"axis": axis, "n_others": n_others}
    whole = plain_hooks.embeddings(network.module, pictures, maps, embedding, **how)
    torch.testing.assert_close(found["embedding"], whole, rtol=0, atol=1e-5)
    for f in (0, 3, 7):
        off = found["feature_maps"].clone()
        off[:, f] = 0
        expected = plain_hooks.embeddings(network.module, pictures, maps, embedding, off=f, **how)
        with torch.no_grad():
            torch.testing.assert_close(cuts.head(off), expected, rtol=0, atol=1e-5)


def test_a_cut_that_was_saved_by_name_is_found_again():
    network = network_of(Untraceable(nn.Linear(8, 8), nn.ReLU()))
    first = cut(network)
    again = cut(network, first.feature_maps, first.embedding)
    maps = torch.rand(2, *first.maps_shape)
    with torch.no_grad():
        assert torch.equal(first.head(maps), again.head(maps))


def test_modules_are_listed_with_the_default_marked():
    layers = {layer.name: layer for layer in list_layers(network_of(Residual()))}
    assert list(layers) == [*("first.0", "first.1", "last", "act", "block.conv", "block", "fc")]
    assert layers["block"].default_for == "feature maps, the input of fc as embedding"
    assert sum(layer.default_for != "" for layer in layers.values()) == 1


class Branches(Untraceable):
    """Maps that end apart from the last ones have a part in the embedding."""

    def forward(self, x):
        maps = self.first(x).mean((2, 3))
        return self.fc(torch.cat([maps[:, :3], self.maps(x).mean((2, 3))[:, 3:]], dim=1))


class Ended(Untraceable):
    """Forgets its maps."""

    def maps(self, x):
        return super().maps(x) * 0 + self.first(x).mean((1, 2, 3), keepdim=True)


BESIDE = {"residual": (Residual, "block.conv"), "branches": (Branches, "act")}


@pytest.mark.parametrize("case", BESIDE)
def test_what_passes_the_maps_by_stays_what_it_is_in_the_picture(case):
    make, layer = BESIDE[case]
    network = network_of(make())
    cuts = cut(network, layer)
    assert "needs more of a picture than the feature maps" in cuts.notes[0]
    assert cuts.notes[0].endswith("and 3.1 kB per picture are kept for that")
    pictures = torch.randn(5, 3, SIZE, SIZE)
    with torch.no_grad():
        found = cuts.backbone(pictures)
    whole = plain_hooks.embeddings(network.module, pictures, layer, "fc")
    torch.testing.assert_close(found["embedding"], whole, rtol=0, atol=1e-5)
    for rows in ([0, 1, 2, 3, 4], [3]):
        kept = found["beside_0"][rows]
        before = kept.clone()
        for f in range(8):
            off = found["feature_maps"][rows].clone()
            off[:, f] = 0
            expected = plain_hooks.embeddings(network.module, pictures[rows], layer, "fc", off=f)
            with torch.no_grad():
                given = cuts.head(off, kept)
            largest = float(whole.abs().max())
            torch.testing.assert_close(given, expected, rtol=0, atol=1e-5 * largest)
        assert torch.equal(kept, before)
    assert not torch.allclose(expected, whole[rows])


def test_layers_that_something_passes_by_are_marked():
    marked = {layer.name: layer.beside for layer in list_layers(network_of(Residual()))}
    assert {name for name, beside in marked.items() if beside} == {"block.conv"}
    assert marked["block.conv"] == ((3, SIZE, SIZE),)


class Random(Untraceable):
    def forward(self, x):
        return super().forward(nn.functional.dropout(x, training=True))


class OfBatch(Untraceable):
    def forward(self, x):
        return super().forward(x - x.mean(0))


REFUSED = {
    "batch": (OfBatch, (), "something else of a picture alone than of the same picture among"),
    "random": (Random, (), "returns other values when it sees the same pictures again"),
    "bypass": (
        Branches,
        (),
        "input of fc of small does not follow from the feature maps act alone .* maps yourself",
    ),
    "nothing": (Ended, ("last", None), "input of fc of small does not follow from .* last alone"),
    "class token": (Tokens, ("norm.scale", "input of fc"), "whose first 1 tokens lie nowhere"),
    "order": (Untraceable, ("act", "first.1"), r"first\.1 of small does not follow from"),
    "name": (Untraceable, ("actt", None), "small calls no module actt; did you mean act"),
    "vector": (Untraceable, ("fc", None), "fc of small has the output N x 5, which is neither"),
    "embedding": (Untraceable, ("act", "fcc"), "calls no module fcc; did you mean fc.* are .*fc"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_cannot_be_cut_is_refused_in_one_sentence(case):
    make, layers, sentence = REFUSED[case]
    network = network_of(make())
    with pytest.raises(InputError, match=sentence):
        cut(network, *layers)
