"""Class tokens of networks that have no graph: every token of a map off, as plain hooks do it."""

import plain_hooks
import pytest
import torch
from published_shapes import HandingEncoder
from torch import nn

from alignment.artifacts.errors import InputError
from alignment.cutting.class_tokens import all_tokens
from alignment.cutting.cuts import cut
from alignment.cutting.traces import UntraceableError, trace
from alignment.networks.networks import Network
from alignment.planning.families import MEAN

SIZE, WIDTH = 64, 48


class TokensFirst(HandingEncoder):
    """Puts tokens before pictures, as CLIP does, and has registers; its layers take them so."""

    def __init__(self):
        super().__init__()
        self.registers = nn.Parameter(torch.randn(1, 3, WIDTH))
        layer = nn.TransformerEncoderLayer
        self.layers = nn.ModuleList(layer(WIDTH, 3, 60, norm_first=True) for _ in range(3))

    def forward(self, pixels):
        if pixels.shape[-1] != SIZE:
            raise ValueError("another size")
        n = len(pixels)
        x = self.projection(pixels).flatten(2).transpose(1, 2)
        x = torch.cat((self.cls_token.expand(n, -1, -1), x), dim=1) + self.position
        x = torch.cat((x[:, :1], self.registers.expand(n, -1, -1), x[:, 1:]), dim=1)
        x = x.transpose(0, 1)
        for layer in self.layers:
            x = layer(x)
        return self.classifier(self.layernorm(x[0]))


class Headless(HandingEncoder):
    """Returns what becomes of the class token."""

    def __init__(self):
        super().__init__()
        self.classifier = nn.Identity()


class Pooled(HandingEncoder):
    """Has no class token."""

    def forward(self, pixels):
        if pixels.shape[-1] != SIZE:
            raise ValueError("another size")
        x = self.projection(pixels).flatten(2).transpose(1, 2)
        for layer in self.layers:
            x = layer(x)[0]
        return self.classifier(self.layernorm(x).mean(1))


class Tokens(HandingEncoder):
    """Returns all its tokens."""

    def forward(self, pixels):
        if pixels.shape[-1] != SIZE:
            raise ValueError("another size")
        x = self.projection(pixels).flatten(2).transpose(1, 2)
        x = torch.cat((self.cls_token.expand(len(x), -1, -1), x), dim=1) + self.position
        return self.layers[1](self.layers[0](x)[0])[0]


def network_of(module):
    torch.manual_seed(0)
    for parameter in module.parameters():
        nn.init.normal_(parameter, std=0.3)
    module.eval().requires_grad_(False)
    network = Network(module, "small", "", "0" * 64, 10, SIZE, (0.0,) * 3, (1.0,) * 3)
    with pytest.raises(UntraceableError):
        trace(network)
    return network


# Module, what enters its last block, where hooks see that, and how.
CASES = {
    "tokens": (HandingEncoder, "layers.0.layer.norm2", "layers.0.layer", {"axis": 2}, 1),
    "tokens first": (TokensFirst, "layers.1", "layers.1", {"axis": 2, "batch_axis": 1}, 4),
    "no classifier": (Headless, "layers.0.layer.norm2", "layers.0.layer", {"axis": 2}, 1),
}


@pytest.mark.parametrize("case", CASES)
def test_a_map_is_off_in_all_tokens_as_in_plain_hooks(case):
    make, layer, hooked, how, n_others = CASES[case]
    network = network_of(make())
    cuts = cut(network, tokens="class")
    assert (cuts.feature_maps, cuts.maps_shape) == (layer, (WIDTH, 4, 4))
    named = cut(network, cuts.feature_maps, cuts.embedding, tokens="class")
    assert (named.feature_maps, named.embedding) == (cuts.feature_maps, cuts.embedding)
    assert "has no graph that its head could be taken from" in cuts.notes[0]
    pictures = torch.randn(5, 3, SIZE, SIZE)
    with torch.no_grad():
        found = cuts.backbone(pictures)
        torch.testing.assert_close(found["logits"], network.module(pictures))
    assert found["other_tokens"].shape == (5, WIDTH, n_others)
    where = network.module, pictures, hooked, "classifier"
    whole = plain_hooks.embeddings(*where, **how)
    torch.testing.assert_close(found["embedding"], whole, rtol=0, atol=1e-5)
    tokens = all_tokens(found["feature_maps"], found["other_tokens"])
    for f in (0, 17, WIDTH - 1):
        off = tokens.clone()
        off[:, f] = 0
        expected = plain_hooks.embeddings(*where, **how, off=f)
        assert not torch.allclose(expected, whole)
        with torch.no_grad():
            torch.testing.assert_close(cuts.head(off), expected, rtol=0, atol=1e-5)
            torch.testing.assert_close(named.head(off[2:3]), expected[2:3], rtol=0, atol=1e-5)


REFUSED = {
    "no class token": (Pooled, (), "small has no class token that takes something from tokens"),
    "behind attention": (
        HandingEncoder,
        ("layernorm",),
        "class token of small does not follow from the tokens of layernorm alone, those of patches",
    ),
    "no tokens": (HandingEncoder, ("projection",), "projection of small returns no tokens with a"),
    "no name": (HandingEncoder, ("layer",), "small calls no module layer; did you mean layers"),
    "mean": (HandingEncoder, (None, MEAN), "tokens: class makes what becomes of the class token"),
    "no vector": (Tokens, (), "tokens: class makes what becomes of the class token of small the"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_has_no_class_token_to_read_is_refused(case):
    make, layers, sentence = REFUSED[case]
    with pytest.raises(InputError, match=sentence):
        cut(network_of(make()), *layers, tokens="class")
