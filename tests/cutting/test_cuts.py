"""Cuts: at the right layers, with values that nothing overwrites, and a head that is exact."""

import operator

import plain_hooks
import pytest
import torch
from torch import nn
from torch.nn import functional

from alignment.artifacts.errors import InputError
from alignment.cutting.cuts import cut, list_layers
from alignment.cutting.layers import beside_in
from alignment.cutting.traces import feature_extraction
from alignment.networks.architectures import build
from alignment.networks.networks import Network, load_network

# Architecture, feature maps, embedding, shape of the maps, D: by default.
DEFAULTS = [
    ("alexnet", "features.11", "classifier.5", (256, 13, 13), 4096),
    ("resnet18", "layer4.1.relu_1", "flatten", (512, 7, 7), 512),
    ("densenet121", "relu", "flatten", (1024, 7, 7), 1024),
    ("mobilenet_v2", "features.18", "flatten", (1280, 7, 7), 1280),
    ("googlenet", "inception5b.cat", "flatten", (1024, 7, 7), 1024),
    ("efficientnet_lite0", "_swish_1", "view", (1280, 7, 7), 1280),
    ("convnext_tiny", "features.7.2.add", "classifier.1", (768, 7, 7), 768),
    ("squeezenet1_0", "features.12.cat", "flatten", (512, 13, 13), 1000),
    ("mnasnet0_5", "layers.16", "mean", (1280, 7, 7), 1280),
]
NAMES = [row[0] for row in DEFAULTS]


@pytest.fixture(scope="session")
def network(tmp_path_factory):
    """Load a network once."""
    loaded = {}

    def load(architecture):
        if architecture not in loaded:
            folder = tmp_path_factory.mktemp("cache")
            loaded[architecture] = load_network(architecture, {"random": 1}, cache_dir=folder)
        return loaded[architecture]

    return load


def toy(module, n_classes=3):
    module.eval().requires_grad_(False)
    return Network(module, "toy", "random", "0" * 64, n_classes, 8, (0.0,) * 3, (1.0,) * 3)


class Toy(nn.Module):
    """Maps from a convolution, an activation of any kind, a linear classifier."""

    def __init__(self, activation):
        super().__init__()
        self.conv = nn.Conv2d(3, 4, 3)
        self.pool = nn.AdaptiveAvgPool2d(1)
        self.fc = nn.Linear(4, 3)
        self.activation = activation

    def forward(self, x):
        return self.fc(self.pool(self.activation(self.conv(x))).view(x.size(0), -1))


@pytest.mark.parametrize(("architecture", "maps", "embedding", "shape", "units"), DEFAULTS)
def test_default_layers(network, architecture, maps, embedding, shape, units):
    cuts = cut(network(architecture))
    assert (cuts.feature_maps, cuts.embedding) == (maps, embedding)
    assert (cuts.maps_shape, cuts.n_units) == (shape, units)


def test_vgg16_is_cut_where_the_paper_cuts_it():
    with torch.device("meta"):  # only names and shapes matter, and the network is large
        module = build("vgg16", 1000, 64, {})
    module = module.to_empty(device="cpu")
    for parameter in module.parameters():
        parameter.zero_()
    layers = list_layers(Network(module, "vgg16", "", "", 1000, 64, (0.0,) * 3, (1.0,) * 3))
    defaults = {layer.default_for: layer for layer in layers if layer.default_for}
    assert defaults["feature maps"].name == "features.29"
    assert defaults["feature maps"].shape == (512, 4, 4)
    assert defaults["embedding"].name == "classifier.4"
    assert defaults["embedding"].shape == (4096,)


@pytest.mark.parametrize("architecture", NAMES)
def test_head_repeats_the_network_for_any_batch(network, architecture):
    network = network(architecture)
    cuts = cut(network)
    assert cuts.notes == ()
    for n_pictures in (1, 3):
        size = (n_pictures, 3, network.input_size, network.input_size)
        pictures = torch.randn(size, generator=torch.Generator().manual_seed(n_pictures))
        with torch.no_grad():
            found = cuts.backbone(pictures)
            embedding = cuts.head(found["feature_maps"])
            scores = network.module(pictures)
        assert found["feature_maps"].shape == (n_pictures, *cuts.maps_shape)
        assert found["embedding"].shape == (n_pictures, cuts.n_units)
        assert found["embedding"].std() > 0
        torch.testing.assert_close(embedding, found["embedding"], rtol=0, atol=1e-5)
        torch.testing.assert_close(found["logits"], scores, rtol=0, atol=1e-5)


def test_values_are_those_of_hooks_on_the_untouched_network(network):
    """An independent recording: what the pooling layer of a ResNet receives and returns."""
    network = network("resnet18")
    recorded = {}

    def record(module, inputs, output):
        recorded["maps"], recorded["pooled"] = inputs[0].clone(), output.flatten(1).clone()

    pictures = torch.randn(2, 3, 224, 224)
    handle = network.module.avgpool.register_forward_hook(record)
    with torch.no_grad():
        network.module(pictures)
        handle.remove()
        found = cut(network).backbone(pictures)
    torch.testing.assert_close(found["feature_maps"], recorded["maps"])
    torch.testing.assert_close(found["embedding"], recorded["pooled"])
    assert found["feature_maps"].min() == 0


def test_zeroed_map_reaches_the_embedding(network):
    cuts = cut(network("alexnet"))
    maps = torch.rand(2, *cuts.maps_shape)
    zeroed = maps.clone()
    zeroed[:, 7] = 0
    features = network("alexnet").module
    with torch.no_grad():
        expected = features.classifier[:6](
            features.avgpool(features.features[12](zeroed)).flatten(1)
        )
        torch.testing.assert_close(cuts.head(zeroed), expected)
        assert not torch.allclose(cuts.head(maps), expected)
    assert torch.equal(zeroed[:, :7], maps[:, :7])


def test_a_skip_connection_around_the_cut_stays_what_it_is(network):
    resnet = network("resnet18")
    cuts = cut(resnet, feature_maps="layer4.1.bn2")
    pictures = torch.randn(3, 3, 224, 224)
    with torch.no_grad():
        found = cuts.backbone(pictures)
    where = resnet.module, pictures, "layer4.1.bn2", "fc"
    torch.testing.assert_close(found["embedding"], plain_hooks.embeddings(*where))
    for f in (0, 511):
        off = found["feature_maps"].clone()
        off[:, f] = 0
        with torch.no_grad():
            given = cuts.head(off, found["beside_0"])
        expected = plain_hooks.embeddings(*where, off=f)
        torch.testing.assert_close(given, expected, rtol=0, atol=1e-5)
        assert not torch.allclose(expected, found["embedding"])


def test_a_trained_network_is_cut_inside_its_last_residual_block(tmp_path):
    """Where untrained ones pass almost everything by, and a wrong head would hardly show."""
    lite = load_network("efficientnet_lite0", "imagenet", cache_dir=tmp_path)
    pictures = torch.randn(2, 3, 224, 224, generator=torch.Generator().manual_seed(0))
    cuts = cut(lite, "_blocks.14._bn2")
    with torch.no_grad():
        found = cuts.backbone(pictures)
    where = lite.module, pictures, "_blocks.14._bn2", "_fc"
    whole = plain_hooks.embeddings(*where)
    largest = float(whole.abs().max())
    torch.testing.assert_close(found["embedding"], whole, rtol=0, atol=1e-5 * largest)
    for f in (0, 100, cuts.maps_shape[0] - 1):
        off = found["feature_maps"].clone()
        off[:, f] = 0
        with torch.no_grad():
            given = cuts.head(off, *beside_in(found))
        expected = plain_hooks.embeddings(*where, off=f)
        torch.testing.assert_close(given, expected, rtol=0, atol=1e-5 * largest)
        assert (expected - whole).abs().max() > 1e-3 * largest


class Call(nn.Module):
    """Makes a module of a function, which torch.fx looks into."""

    def __init__(self, function):
        super().__init__()
        self.function = function

    def forward(self, x):
        return self.function(x)


@pytest.mark.parametrize(
    "activation",
    [
        nn.ReLU(inplace=True),
        Call(lambda x: functional.relu(x, inplace=True)),
        Call(lambda x: operator.iadd(x, 1)),
        Call(lambda x: x.mul_(2)),
    ],
    ids=["module", "function", "operator", "method"],
)
def test_operations_in_place_do_not_overwrite_a_cut(activation):
    torch.manual_seed(0)
    network = toy(Toy(activation))
    pictures = torch.randn(5, 3, 8, 8)
    with torch.no_grad():
        before = network.module.conv(pictures)
        expected = network.module(pictures)
        cuts = cut(network, "conv", "view")
        found = cuts.backbone(pictures)
        maps = found["feature_maps"].clone()
        torch.testing.assert_close(cuts.head(found["feature_maps"]), found["embedding"])
    assert before.min() < 0
    torch.testing.assert_close(found["feature_maps"], before)
    torch.testing.assert_close(found["logits"], expected)
    assert torch.equal(found["feature_maps"], maps)


def test_network_without_classes_has_no_logits():
    cuts = cut(toy(Toy(nn.ReLU()), n_classes=None))
    found = cuts.backbone(torch.zeros(2, 3, 8, 8))
    assert found["logits"] is None
    assert "fc" not in [node.target for node in cuts.backbone.graph.nodes]


def test_module_path_stands_for_its_last_layer(network):
    cuts = cut(network("resnet18"), "layer3", "avgpool")
    assert (cuts.feature_maps, cuts.maps_shape) == ("layer3.1.relu_1", (256, 14, 14))
    assert (cuts.embedding, cuts.n_units) == ("avgpool", 512)


def test_names_are_those_of_torchvision(network):
    network = network("mobilenet_v2")
    _, names = feature_extraction.get_graph_node_names(network.module, suppress_diff_warning=True)
    assert [layer.name for layer in list_layers(network)] == names[1:]  # without the pictures


def test_layers_are_listed_with_the_defaults_marked(network):
    layers = list_layers(network("resnet18"))
    assert (layers[0].name, layers[0].type, layers[0].shape) == ("conv1", "Conv2d", (64, 112, 112))
    assert {layer.type for layer in layers} >= {"ReLU", "add", "flatten", "Linear"}
    assert {layer.default_for for layer in layers if layer.name == "layer4.1.relu_1"} == {
        "feature maps"
    }
    assert sum(layer.default_for != "" for layer in layers) == 2
    signed = {layer.name for layer in layers if layer.is_signed}
    assert {"conv1", "layer4.1.bn2", "layer4.1.add"} <= signed
    assert not signed & {"relu", "layer4.1.relu_1", "flatten"}


class Several(Toy):
    """Returns rows of values for a picture, which are neither classes nor an embedding."""

    def forward(self, x):
        return torch.stack([super().forward(x)] * 2, dim=1)


def test_network_without_defaults_is_still_listed():
    layers = list_layers(toy(Several(nn.ReLU())))
    assert "conv" in [layer.name for layer in layers]
    assert not any(layer.default_for for layer in layers)


def test_a_default_cut_that_moves_with_the_size_of_pictures_is_said(tmp_path):
    small = load_network("resnet18", {"random": 1}, cache_dir=tmp_path, input_size=32)
    cuts = cut(small)
    assert (cuts.feature_maps, cuts.maps_shape) == ("layer3.1.relu_1", (256, 2, 2))
    assert cuts.notes == (
        "the maps of layer4.1.conv2 are 1 x 1 at this input_size, so resnet18 is cut earlier than "
        "usual, at layer3.1.relu_1",
    )


# ----------------------------------------------------------------------------------------- errors


def test_no_linear_classifier_asks_for_an_embedding():
    with pytest.raises(InputError, match=r"name the layer .* layers: embedding:.* pool, view, fc"):
        cut(toy(Several(nn.ReLU())))


def test_unknown_layer_lists_the_possible_ones(network):
    with pytest.raises(InputError) as error:
        cut(network("resnet18"), feature_maps="layer4.1.rellu_1")
    assert "resnet18 has no layer layer4.1.rellu_1; did you mean layer4.1.relu" in str(error.value)
    assert (
        "layer4.1.bn2, layer4.1.add, layer4.1.relu_1 and 56 before them (make layers MODEL=resnet18"
        in str(error.value)
    )
    with pytest.raises(InputError, match=r"embedding: resnet18 has no layer x; .* flatten, fc\."):
        cut(network("resnet18"), embedding="x")


def test_feature_maps_must_be_maps(network):
    with pytest.raises(
        InputError, match=r"feature_maps: flatten .* N x 512, which is neither N x F x H x W with"
    ):
        cut(network("resnet18"), feature_maps="flatten")


def test_embedding_must_come_after_the_maps(network):
    with pytest.raises(
        InputError, match=r"embedding layer2\.0\.relu .* does not come after .* lay"
    ):
        cut(network("resnet18"), "layer3", "layer2.0.relu")
    with pytest.raises(InputError, match="does not come after"):
        cut(network("resnet18"), "layer3", "layer3")


def test_wrong_input_size_is_refused(tmp_path):
    network = load_network("squeezenet1_1", {"random": 0}, cache_dir=tmp_path, input_size=8)
    with pytest.raises(InputError, match="squeezenet1_1 does not run on pictures of 8 x 8 pixels"):
        list_layers(network)


class LooksAtValues(Toy):
    def forward(self, x):
        return super().forward(x) if x.sum() > 0 else super().forward(-x)


def test_network_without_a_graph_is_cut_at_its_modules():
    network = toy(LooksAtValues(nn.ReLU()))
    cuts = cut(network)
    assert (cuts.feature_maps, cuts.embedding) == ("activation", "input of fc")
    assert [layer.name for layer in list_layers(network)] == ["conv", "activation", "pool", "fc"]
