"""Attention: its parts are no maps, and what it pools is cut before it."""

import pytest
import torch
from torch import nn
from torch.nn.functional import scaled_dot_product_attention

from alignment.artifacts.errors import InputError
from alignment.cutting.attention import (
    attends_between,
    before_pooling,
    gives_scores,
    is_within_attention,
)
from alignment.cutting.cuts import cut
from alignment.cutting.traces import trace
from alignment.networks.networks import Network


class Tokens(nn.Module):
    """Patches of four pixels as sixteen tokens, after a norm."""

    def __init__(self, width=6):
        super().__init__()
        torch.manual_seed(0)
        self.patches, self.norm = nn.Conv2d(3, width, 4, stride=4), nn.LayerNorm(width)
        self.add_layers(width)

    def add_layers(self, width):
        pass

    def forward(self, x):
        return self.end(self.norm(self.patches(x).flatten(2).transpose(1, 2)))


class Pooled(Tokens):
    """As SigLIP: a learnt query attends to the tokens."""

    def add_layers(self, width):
        self.latent = nn.Parameter(torch.randn(1, 1, width))
        self.kv, self.proj = nn.Linear(width, 2 * width), nn.Linear(width, width)

    def end(self, x):
        k, v = self.kv(x).reshape(x.shape[0], -1, 2, 6).permute(2, 0, 1, 3).unbind(0)
        query = self.latent.expand(x.shape[0], -1, -1)
        return self.proj(scaled_dot_product_attention(query, k, v)).relu()[:, 0]


class ByItsMean(Tokens):
    """As CLIP's ResNets: the mean of the maps is the query, and stands before the places."""

    def add_layers(self, width):
        self.q, self.k, self.v, self.proj = (nn.Linear(width, width) for _ in range(4))
        self.places = nn.Parameter(torch.randn(17, width))

    def forward(self, x):
        x = self.patches(x).relu().flatten(2).permute(0, 2, 1)
        x = torch.cat([x.mean(1, keepdim=True), x], dim=1) + self.places
        weights = (self.q(x) @ self.k(x).transpose(1, 2)).softmax(-1)
        return self.proj(weights @ self.v(x))[:, 0]


class Scored(Tokens):
    """As VOLO: class scores of the mean and, for half as much, the largest ones of all places."""

    def add_layers(self, width):
        self.head, self.aux_head = nn.Linear(width, 5), nn.Linear(width, 5)

    def end(self, x):
        return self.head(x.mean(1)) + 0.5 * self.aux_head(x).amax(1)


class Weighted(Tokens):
    """Two heads of attention, whose weights of all places by all are a square for each head."""

    def add_layers(self, width):
        self.qkv, self.fc = nn.Linear(width, 3 * width), nn.Linear(width, 5)

    def end(self, x):
        q, k, v = self.qkv(x).reshape(x.shape[0], -1, 3, 2, 3).permute(2, 0, 3, 1, 4).unbind(0)
        weights = (q / 3**0.5 @ k.transpose(-2, -1)).softmax(-1)
        return self.fc(self.made_of(weights, weights @ v))

    def made_of(self, weights, values):
        return values.transpose(1, 2).flatten(2).mean(1)


class WeightsLast(Weighted):
    """As TNT, where weights are the last square there is."""

    def made_of(self, weights, values):
        return values.transpose(1, 2).amax(1).flatten(1)


class Smaller(Tokens):
    """As Hiera: fewer tokens stage by stage, without maps that tell their grid."""

    def add_layers(self, width):
        self.wider, self.fc = nn.Linear(width, 8), nn.Linear(8, 5)

    def end(self, x):
        return self.fc(self.wider(x[:, ::4]).relu().mean(1))


def network_of(module):
    module.eval().requires_grad_(False)
    return Network(module, "small", "", "0" * 64, 5, 16, (0.0,) * 3, (1.0,) * 3)


def node_named(traced, name):
    (node,) = (node for node, found in traced.names.items() if found == name)
    return node


def test_maps_are_cut_before_they_are_pooled_by_attention_and_the_embedding_is_the_networks():
    network = network_of(Pooled())
    cuts = cut(network)
    traced = trace(network)
    assert (cuts.feature_maps, cuts.maps_shape) == ("norm", (6, 4, 4))
    assert (cuts.embedding, cuts.n_units) == (traced.names[traced.output], 6)
    pictures = torch.rand(2, 3, 16, 16)
    found = cuts.backbone(pictures)
    torch.testing.assert_close(found["embedding"], network.module(pictures))
    torch.testing.assert_close(cuts.head(found["feature_maps"]), found["embedding"])
    norm = node_named(traced, "norm")
    assert attends_between(traced, norm, traced.output) == 1
    assert attends_between(traced, node_named(traced, "proj"), traced.output) == 0


def test_maps_whose_mean_is_the_query_are_cut_before_it_was_put_before_them():
    network = network_of(ByItsMean())
    cuts = cut(network)
    assert (cuts.feature_maps, cuts.maps_shape) == ("relu", (6, 4, 4))
    assert (cuts.embedding, cuts.n_units) == ("getitem", 6)
    traced = trace(network)
    assert traced.names[before_pooling(traced, node_named(traced, "add"), traced.output)] == "relu"
    assert before_pooling(traced, node_named(traced, "relu"), traced.output) is None


def test_class_scores_of_places_are_no_maps():
    network = network_of(Scored())
    cuts = cut(network)
    assert (cuts.feature_maps, cuts.embedding) == ("norm", "mean of the maps")
    assert cuts.notes == ()  # nothing passes the tokens by
    traced = trace(network)
    assert gives_scores(traced, node_named(traced, "aux_head"))
    assert not gives_scores(traced, node_named(traced, "norm"))


def test_tokens_that_a_linear_layer_returns_are_maps():
    class Returned(Tokens):
        def add_layers(self, width):
            self.proj = nn.Linear(width, 5)

        def end(self, x):
            return self.proj(x)

    cuts = cut(network_of(Returned()))
    assert (cuts.feature_maps, cuts.maps_shape) == ("proj", (5, 4, 4))


def test_projections_and_weights_of_attention_are_no_maps():
    network = network_of(Weighted())
    traced = trace(network)
    inside = {traced.names[n] for n in traced.shapes if is_within_attention(traced, n)}
    assert {"qkv", "permute", "truediv", "matmul", "softmax"} <= inside
    assert not inside & {"transpose", "norm", "matmul_1", "flatten_1", "fc"}
    cuts = cut(network)
    assert (cuts.feature_maps, cuts.notes) == ("flatten_1", ())
    assert cut(network_of(WeightsLast())).feature_maps == "norm"


def test_maps_before_tokens_that_cannot_be_read_are_no_default():
    network = network_of(Smaller())
    with pytest.raises(InputError, match=r"no default cut: behind norm, .* N x 4 x \d, tok"):
        cut(network)
    assert cut(network, "norm", "mean of the maps").feature_maps == "norm"


def test_what_passes_default_maps_by_is_said():
    class Branched(Tokens):
        def add_layers(self, width):
            self.act, self.fc = nn.GELU(), nn.Linear(width, 5)

        def end(self, x):
            return self.fc(x.amax(1) + self.act(x).mean(1))

    network = network_of(Branched())
    (note,) = cut(network).notes
    assert note.startswith("what small returns does not follow from act alone")
    assert cut(network, "act").notes == ()
