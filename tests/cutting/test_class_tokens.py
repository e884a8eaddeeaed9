"""Class tokens as embedding: every token of a map off at once, as plain hooks do it."""

import plain_hooks
import pytest
import torch
from torch import nn

from alignment.artifacts.errors import InputError
from alignment.cutting.class_tokens import all_tokens
from alignment.cutting.cuts import cut
from alignment.networks.networks import Network

SIZE, PATCH, WIDTH = 32, 8, 12


class Block(nn.Module):
    """A block before whose norms skip connections branch off."""

    def __init__(self, batch_first):
        super().__init__()
        self.norm1, self.norm2 = nn.LayerNorm(WIDTH), nn.LayerNorm(WIDTH)
        self.attention = nn.MultiheadAttention(WIDTH, 2, batch_first=batch_first)
        self.mlp = nn.Sequential(nn.Linear(WIDTH, 20), nn.GELU(), nn.Linear(20, WIDTH))

    def forward(self, x):
        y = self.norm1(x)
        x = x + self.attention(y, y, y)[0]
        return x + self.mlp(self.norm2(x))


class Encoder(nn.Module):
    def __init__(self, batch_first=True, n_others=1):
        super().__init__()
        self.batch_first = batch_first
        self.patches = nn.Conv2d(3, WIDTH, PATCH, PATCH)
        self.others = nn.Parameter(torch.randn(1, n_others, WIDTH))
        self.blocks = nn.Sequential(*(Block(batch_first) for _ in range(3)))
        self.norm, self.fc = nn.LayerNorm(WIDTH), nn.Linear(WIDTH, 5)

    def forward(self, x):
        x = self.patches(x).flatten(2).transpose(1, 2)
        x = torch.cat([self.others.expand(x.shape[0], -1, -1), x], dim=1)
        if not self.batch_first:
            return self.fc(self.norm(self.blocks(x.permute(1, 0, 2)))[0])
        return self.fc(self.norm(self.blocks(x))[:, 0])


def network_of(module):
    torch.manual_seed(0)
    for parameter in module.parameters():
        nn.init.normal_(parameter, std=0.5)
    module.eval().requires_grad_(False)
    return Network(module, "small", "", "0" * 64, 5, SIZE, (0.0,) * 3, (1.0,) * 3)


@pytest.mark.parametrize("batch_first", [True, False])
@pytest.mark.parametrize("n_others", [1, 5])
def test_a_map_is_off_in_all_tokens_as_in_plain_hooks(batch_first, n_others):
    network = network_of(Encoder(batch_first, n_others))
    cuts = cut(network, tokens="class")
    # What enters the last block: behind its attention patches have no bearing on the class token.
    assert cuts.feature_maps == "blocks.1.add_1"
    assert (cuts.maps_shape, cuts.n_units) == ((WIDTH, 4, 4), WIDTH)
    pictures = torch.randn(6, 3, SIZE, SIZE)
    with torch.no_grad():
        found = cuts.backbone(pictures)
        torch.testing.assert_close(found["logits"], network.module(pictures))
    assert found["other_tokens"].shape == (6, WIDTH, n_others)
    whole = plain_hooks.embeddings(network.module, pictures, "blocks.1", "fc", axis=2)
    torch.testing.assert_close(found["embedding"], whole, rtol=0, atol=1e-5)
    tokens = all_tokens(found["feature_maps"], found["other_tokens"])
    for f in (0, 5, WIDTH - 1):
        off = tokens.clone()
        off[:, f] = 0
        expected = plain_hooks.embeddings(network.module, pictures, "blocks.1", "fc", 2, off=f)
        assert not torch.allclose(expected, whole)
        with torch.no_grad():
            torch.testing.assert_close(cuts.head(off), expected, rtol=0, atol=1e-5)


def test_tokens_stand_at_their_places():
    network = network_of(Encoder(n_others=2))
    maps = cut(network, tokens="class", feature_maps="blocks.0")
    pictures = torch.randn(1, 3, SIZE, SIZE)
    recorded = {}
    layer = network.module.blocks[0]
    handle = layer.register_forward_hook(lambda _, given, output: recorded.update(tokens=output))
    with torch.no_grad():
        network.module(pictures)
        handle.remove()
        found = maps.backbone(pictures)
    for row, column in [(0, 0), (0, 3), (2, 1)]:
        token = recorded["tokens"][0, 2 + 4 * row + column]
        torch.testing.assert_close(found["feature_maps"][0, :, row, column], token)
    torch.testing.assert_close(found["other_tokens"][0].T, recorded["tokens"][0, :2])
    again = cut(network, maps.feature_maps, maps.embedding, tokens="class")
    assert (again.feature_maps, again.embedding) == (maps.feature_maps, maps.embedding)


def test_other_networks_have_no_class_token():
    layers = nn.Conv2d(3, 4, 3), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(4, 5)
    network = network_of(nn.Sequential(*layers))
    with pytest.raises(InputError, match="small has no class token that takes something"):
        cut(network, tokens="class")
    with pytest.raises(InputError, match="feature_maps: 1 of small returns no tokens with a class"):
        cut(network, "1", tokens="class")
