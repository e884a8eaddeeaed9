"""Cuts in graphs: transformers and what else is no plain convolutional network."""

import plain_hooks
import pytest
import torch
from torch import fx, nn

from alignment.artifacts.errors import InputError
from alignment.cutting.cuts import cut, list_layers
from alignment.networks.networks import Network
from alignment.planning.families import MEAN

torchvision = pytest.importorskip("torchvision")
SIDE, PATCH, WIDTH = 32, 8, 12


class Encoder(nn.Module):
    """A vision transformer in small, with a class token and registers, or neither."""

    def __init__(self, n_others=1, classes=5):
        super().__init__()
        self.patches = nn.Conv2d(3, WIDTH, PATCH, PATCH)
        self.others = nn.Parameter(torch.randn(1, n_others, WIDTH))
        self.places = nn.Parameter(torch.randn(1, (SIDE // PATCH) ** 2, WIDTH))
        layer = nn.TransformerEncoderLayer
        self.block = layer(WIDTH, 2, 16, batch_first=True, norm_first=True, activation="gelu")
        self.norm = nn.LayerNorm(WIDTH)
        self.fc = nn.Linear(WIDTH, classes) if classes else nn.Identity()

    def forward(self, x):
        n, _, height, width = x.shape
        n_places = (height // PATCH) * (width // PATCH)
        x = self.patches(x).reshape(n, WIDTH, n_places).permute(0, 2, 1) + self.places
        x = torch.cat([self.others.expand(n, -1, -1), x], dim=1)
        return self.fc(self.read(self.norm(self.block(x))))

    def read(self, tokens):
        return tokens[:, 0]


class Mean(Encoder):
    def read(self, tokens):
        return tokens.mean(dim=1)


class Tokens(Encoder):
    """Returns its tokens, as networks without a classifier may."""

    def read(self, tokens):
        return tokens


def network_of(module, size=SIDE, classes=5):
    module.eval().requires_grad_(False)
    return Network(module, "small", "", "0" * 64, classes, size, (0.0,) * 3, (1.0,) * 3)


@pytest.fixture(autouse=True)
def seed():
    torch.manual_seed(0)


def pictures_of(network, n=6):
    return torch.randn(n, 3, network.input_size, network.input_size)


def assert_as_hooks_say(network, cuts, *where, **how):
    """Leave single maps out: the head, and plain hooks, must come to the same embeddings."""
    pictures = pictures_of(network)
    with torch.no_grad():
        found = cuts.backbone(pictures)
    whole = plain_hooks.embeddings(network.module, pictures, *where, **how)
    torch.testing.assert_close(found["embedding"], whole, rtol=0, atol=1e-5)
    for f in (0, cuts.maps_shape[0] // 2, cuts.maps_shape[0] - 1):
        off = found["feature_maps"].clone()
        off[:, f] = 0
        expected = plain_hooks.embeddings(network.module, pictures, *where, **how, off=f)
        assert not torch.allclose(expected, whole)
        with torch.no_grad():
            torch.testing.assert_close(cuts.head(off), expected, rtol=0, atol=1e-5)


@pytest.mark.parametrize("n_others", [0, 1, 5])
@pytest.mark.parametrize("module", [Encoder, Mean, Tokens])
def test_tokens_are_maps_on_the_grid_of_patches_and_their_mean_the_embedding(module, n_others):
    network = network_of(module(n_others, 0 if module is Tokens else 5))
    cuts = cut(network)
    assert (cuts.feature_maps, cuts.embedding) == ("norm", MEAN)
    assert (cuts.maps_shape, cuts.n_units) == ((WIDTH, 4, 4), WIDTH)
    how = {"axis": 2, "n_others": n_others}
    assert_as_hooks_say(network, cuts, "norm", None, **how)
    pictures = pictures_of(network, 1)
    with torch.no_grad():
        found = cuts.backbone(pictures)
        torch.testing.assert_close(found["logits"], network.module(pictures))
    # A change in one patch of the picture is largest at its place in the maps.
    for row, column in [(0, 0), (0, 3), (2, 1)]:
        changed = pictures.clone()
        changed[..., PATCH * row : PATCH * (row + 1), PATCH * column : PATCH * (column + 1)] += 3
        with torch.no_grad():
            difference = cuts.backbone(changed)["feature_maps"] - found["feature_maps"]
        assert difference.norm(dim=1).argmax() == 4 * row + column


def test_tokens_without_others_are_cut_anywhere():
    network = network_of(Mean(0))
    cuts = cut(network, "block", "mean")
    assert cuts.embedding == "mean"
    assert_as_hooks_say(network, cuts, "block", "fc", axis=2)


def test_numbers_of_patches_are_no_way_around_the_maps():
    network = network_of(Encoder())
    cuts = cut(network, "patches", "getitem_4")
    assert cuts.maps_shape == (WIDTH, 4, 4)
    assert_as_hooks_say(network, cuts, "patches", "fc")


class ChannelsLast(nn.Module):
    """Ends as timm's Swin does: a norm over channels that stand last, their mean, a classifier."""

    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 10, 5, stride=4)
        self.norm = nn.LayerNorm(10)
        self.fc = nn.Linear(10, 5)

    def forward(self, x):
        return self.fc(self.norm(self.conv(x).permute(0, 2, 3, 1)).mean(dim=(1, 2)))


class Masked(ChannelsLast):
    """Takes an option behind its maps, which nobody gives."""

    def forward(self, x, mask=None):
        x = self.conv(x)
        return self.fc(self.norm(masked(x, mask).mean(dim=(2, 3))))


@fx.wrap
def masked(x, mask):
    return x if mask is None else x * mask


def test_options_that_are_never_given_are_no_way_around_the_maps():
    network = network_of(Masked())
    cuts = cut(network, "conv")
    assert cuts.embedding == "norm"
    assert_as_hooks_say(network, cuts, "conv", "fc")


def test_a_class_token_beside_the_maps_is_a_way_around_them():
    network = network_of(Encoder())
    with pytest.raises(InputError, match=r"first 1 of 17 tokens .* name 'mean of the maps'"):
        cut(network, "norm", "getitem_4")


def test_the_mean_can_be_asked_for_in_any_network():
    maps = nn.Sequential(nn.Conv2d(3, 8, 3), nn.ReLU(), nn.Conv2d(8, 6, 3), nn.LeakyReLU())
    network = network_of(nn.Sequential(maps, nn.Flatten(), nn.Linear(6 * 28 * 28, 4)), classes=4)
    cuts = cut(network, "0.1", MEAN)
    assert (cuts.feature_maps, cuts.embedding, cuts.n_units) == ("0.1", MEAN, 8)
    assert_as_hooks_say(network, cuts, "0.1", None)
    assert cut(network, embedding=MEAN).feature_maps == "0.3"


def test_a_network_that_returns_maps_has_their_mean_as_embedding():
    network = network_of(nn.Sequential(nn.Conv2d(3, 8, 3), nn.ReLU()), classes=None)
    cuts = cut(network)
    assert (cuts.feature_maps, cuts.embedding) == ("1", MEAN)
    assert_as_hooks_say(network, cuts, "1", None)


def test_channels_that_stand_last_come_first():
    network = network_of(ChannelsLast())
    cuts = cut(network)
    assert (cuts.feature_maps, cuts.embedding, cuts.maps_shape) == ("norm", "mean", (10, 7, 7))
    assert_as_hooks_say(network, cuts, "norm", "fc", axis=3)


def test_swin_can_be_cut_where_channels_stand_last():
    swin = torchvision.models.SwinTransformer(
        [4, 4], 12, depths=[1, 1], num_heads=[2, 2], window_size=[4, 4], num_classes=5
    )
    network = network_of(swin, 64)
    assert cut(network).maps_shape == (24, 8, 8)
    for name, where in (("features.2", "features.2"), (None, "permute")):
        cuts = cut(network, name)
        assert (cuts.maps_shape, cuts.n_units) == ((24, 8, 8), 24)
        axis = 3 if name else 1
        assert_as_hooks_say(network, cuts, where, "head", axis=axis)


def test_layers_of_a_transformer_are_marked():
    marks = {layer.name: layer for layer in list_layers(network_of(Encoder()))}
    assert marks["norm"].default_for == "feature maps, the mean of the maps as embedding"
    assert marks["norm"].shape == (17, WIDTH)
    assert marks["norm"].is_signed
    assert sum(layer.default_for != "" for layer in marks.values()) == 1


@pytest.mark.parametrize("kernel", [(3, 5), (32, 32)])
def test_maps_that_are_not_square_are_refused_with_layers_to_name(kernel):
    layers = [nn.Conv2d(3, 4, 3), nn.ReLU(), nn.AvgPool2d(kernel, 1, padding=1), nn.Flatten()]
    size = 4 * (32 - kernel[0] + 1) * (32 - kernel[1] + 1)
    network = network_of(nn.Sequential(*layers, nn.Linear(size, 5)))
    with pytest.raises(InputError, match=r"feature_maps: 2 of small has the output N x 4 .* 1\."):
        cut(network, "2")
    assert cut(network).feature_maps == "1"
