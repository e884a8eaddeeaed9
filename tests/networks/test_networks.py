"""Networks: built by name, with the right preparation, and the same after saving."""

import hashlib
import json
import re
from dataclasses import replace

import pytest
import skimage.data
import torch

from alignment.artifacts.errors import InputError
from alignment.networks import architectures, networks
from alignment.networks.networks import from_saved, load_network, to_saved

SMALL = "squeezenet1_1"


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    return load_network(SMALL, {"random": 1}, cache_dir=tmp_path_factory.mktemp("cache"))


@pytest.fixture(scope="module")
def lite(tmp_path_factory):
    return load_network("efficientnet_lite0", "imagenet", cache_dir=tmp_path_factory.mktemp("c"))


def build(architecture, n_classes=1000):
    return architectures.build(architecture, n_classes, 224, {})


def save_weights(path, state_dict):
    torch.save(state_dict, path)
    return {"file": str(path), "sha256": hashlib.sha256(path.read_bytes()).hexdigest()}


def same_tensors(first, second):
    first, second = first.state_dict(), second.state_dict()
    return first.keys() == second.keys() and all(torch.equal(first[n], second[n]) for n in first)


def test_random_weights_are_the_same_every_time(small, tmp_path):
    before = torch.random.get_rng_state()
    again = load_network(SMALL, {"random": 1}, cache_dir=tmp_path)
    other = load_network(SMALL, {"random": 2}, cache_dir=tmp_path)
    assert torch.equal(torch.random.get_rng_state(), before)
    assert same_tensors(small.module, again.module)
    assert small.weights_sha256 == again.weights_sha256 != other.weights_sha256
    assert small.weights_name == "random weights, seed 1"
    assert small.n_classes == 1000
    assert re.fullmatch("[0-9a-f]{64}", small.weights_sha256)


def test_networks_are_in_evaluation_mode_without_gradients(small, lite):
    for network in (small, lite):
        assert not any(module.training for module in network.module.modules())
        assert not any(parameter.requires_grad for parameter in network.module.parameters())


def test_efficientnet_lite_is_trained(lite):
    assert (lite.weights_name, lite.n_classes, lite.input_size) == ("imagenet", 1000, 224)
    assert lite.weights_sha256.startswith("57934424")
    transforms = networks.torchvision.transforms
    prepare = transforms.Compose(
        [
            transforms.ToTensor(),
            transforms.Resize((lite.input_size, lite.input_size)),
            transforms.Normalize(lite.mean, lite.std),
        ]
    )
    with torch.no_grad():
        scores = lite.module(prepare(skimage.data.chelsea())[None])
    categories = networks.torchvision.models.ResNet18_Weights.DEFAULT.meta["categories"]
    assert categories[scores.argmax()] == "Egyptian cat"


@pytest.mark.parametrize(
    ("architecture", "size"),
    [("efficientnet_lite1", 240), ("efficientnet_lite2", 260), (SMALL, 224)],
)
def test_preparation_comes_from_the_architecture(architecture, size, tmp_path):
    network = load_network(architecture, {"random": 0}, cache_dir=tmp_path)
    assert network.input_size == size
    assert network.mean == (0.485, 0.456, 0.406)
    assert network.std == (0.229, 0.224, 0.225)


def test_preparation_can_be_overridden(tmp_path):
    network = load_network(
        "efficientnet_lite0",
        {"random": 0},
        cache_dir=tmp_path,
        input_size=96,
        mean=[0, 0, 0],
        std=[1, 1, 1],
    )
    assert (network.input_size, network.mean, network.std) == (96, (0, 0, 0), (1, 1, 1))
    assert network.module.input_image_size == 96


def test_classes_are_counted_in_the_file(tmp_path):
    trained = build("alexnet", 565)
    wrapped = {f"module.{name}": tensor for name, tensor in trained.state_dict().items()}
    specification = save_weights(tmp_path / "ecoset.pth", {"state_dict": wrapped})
    network = load_network("alexnet", specification, cache_dir=tmp_path)
    assert (network.weights_name, network.n_classes) == ("file ecoset.pth", 565)
    assert network.weights_sha256 == specification["sha256"]
    assert same_tensors(network.module, trained)


def test_file_without_classifier_gives_a_network_without_classes(tmp_path):
    state_dict = build("resnet18").state_dict()
    del state_dict["fc.weight"], state_dict["fc.bias"]
    specification = save_weights(tmp_path / "barlow.pth", state_dict)
    network = load_network("resnet18", specification, cache_dir=tmp_path)
    assert network.n_classes is None
    assert "no final classifier fc" in network.notes[0]
    again = from_saved(to_saved(network, {}))
    assert again.n_classes is None
    assert same_tensors(again.module, network.module)


def test_file_of_another_architecture_is_refused(tmp_path):
    specification = save_weights(tmp_path / "18.pth", build("resnet18").state_dict())
    with pytest.raises(InputError, match=r"'file 18\.pth' of resnet34 lacks \d+ tensors"):
        load_network("resnet34", specification, cache_dir=tmp_path)


@pytest.mark.parametrize("architecture", ["mnasnet0_5", "shufflenet_v2_x0_5", "densenet121"])
def test_networks_with_a_history_of_names_load(tmp_path, architecture):
    trained = build(architecture)
    # As in torchvision's own DenseNet files.
    old = {
        re.sub(r"(denselayer\d+\.(?:norm|conv))([12])", r"\1.\2", name): tensor
        for name, tensor in trained.state_dict().items()
    }
    specification = save_weights(tmp_path / "weights.pth", old)
    network = load_network(architecture, specification, cache_dir=tmp_path)
    assert same_tensors(network.module, trained)


def test_googlenet_file_with_auxiliary_heads_loads(tmp_path, monkeypatch):
    full = networks.torchvision.models.googlenet(init_weights=False)
    specification = save_weights(tmp_path / "googlenet.pth", full.state_dict())
    pictures = torch.rand(2, 3, 224, 224)
    network = load_network("googlenet", specification, cache_dir=tmp_path)
    assert "auxiliary heads were left out: aux1.conv.conv.weight" in network.notes[0]
    with torch.no_grad():
        torch.testing.assert_close(network.module(pictures), full.eval()(pictures))

    # The same file recognised as torchvision's, whose networks rescale the pictures themselves.
    entry = networks.torchvision.models.GoogLeNet_Weights.IMAGENET1K_V1
    monkeypatch.setattr(networks, "load_weights", as_published(networks.load_weights, entry))
    published = load_network("googlenet", specification, cache_dir=tmp_path)
    assert published.notes[0] == "the file is torchvision's IMAGENET1K_V1"
    for module in (published.module, from_saved(to_saved(published, {})).module):
        assert module.transform_input
    assert not network.module.transform_input
    # Another file of the same weights cannot be told from one that was trained anew.
    assert "set transform_input: true" in network.notes[-1]
    told = load_network("googlenet", specification, cache_dir=tmp_path, transform_input=True)
    assert told.module.transform_input
    assert from_saved(to_saved(told, {})).module.transform_input
    assert not any("transform_input" in note for note in told.notes)
    with pytest.raises(InputError, match="is for googlenet and inception_v3; vgg11 takes"):
        networks._rescaling("vgg11", False, True)


@pytest.mark.parametrize("rescales", [True, False, None])
def test_an_untrained_network_rescales_pictures_where_it_is_told_to(tmp_path, rescales):
    options = {"cache_dir": tmp_path, "input_size": 64}
    network = load_network("googlenet", {"random": 1}, transform_input=rescales, **options)
    assert network.module.transform_input == bool(rescales)
    assert from_saved(to_saved(network, {})).module.transform_input == bool(rescales)


@pytest.mark.parametrize("architecture", ["vgg11", "topographic", "timm:resnet10t"])
def test_options_that_would_mean_nothing_are_refused(tmp_path, architecture):
    for weights in ({"random": 1}, "own"):
        with pytest.raises(InputError, match="transform_input is for googlenet and inception_v3;"):
            load_network(architecture, weights, cache_dir=tmp_path, transform_input=False)
    trained = {"topography": "digits/WS/lambda-1/seed-1"}
    with pytest.raises(InputError, match="input_size, mean and std of a network trained here"):
        load_network("topographic", trained, cache_dir=tmp_path, mean=(0, 0, 0))


def as_published(load_weights, entry):
    def load(*arguments):
        found = load_weights(*arguments)
        return type(found)(found.name, found.sha256, found.state_dict, entry)

    return load


def test_saved_network_is_the_same(lite):
    layers = {"layers": {"feature_maps": "_swish_1", "embedding": "view"}}
    saved = to_saved(lite, layers)
    assert saved.attributes == layers
    # What is known of it can be written as JSON, which knows no tuples.
    known = json.loads(json.dumps(saved.known))
    again = from_saved(replace(saved, known=known))
    assert same_tensors(again.module, lite.module)
    for name in vars(lite).keys() - {"module"}:
        assert getattr(again, name) == getattr(lite, name), name
    assert not again.module.training
    assert not any(parameter.requires_grad for parameter in again.module.parameters())
    picture = torch.randn(1, 3, 224, 224, generator=torch.Generator().manual_seed(0))
    with torch.no_grad():
        assert torch.equal(again.module(picture), lite.module(picture))


def test_what_is_saved_does_not_follow_the_network(tmp_path):
    network = load_network(SMALL, {"random": 1}, cache_dir=tmp_path)
    again = from_saved(to_saved(network, {}))
    with torch.no_grad():
        network.module.features[0].weight.zero_()
    assert again.module.features[0].weight.abs().sum() > 0


def test_a_saved_network_of_an_unknown_architecture_is_refused(small):
    saved = to_saved(small, {})
    with pytest.raises(InputError, match="the architecture 'squeezenet9' is not known"):
        from_saved(replace(saved, known=saved.known | {"architecture": "squeezenet9"}))


OWN = """
import torch

def build(classes=4):
    torch.manual_seed(7)
    layers = torch.nn.Conv2d(3, 6, 3), torch.nn.ReLU(), torch.nn.AdaptiveAvgPool2d(1)
    return torch.nn.Sequential(*layers, torch.nn.Flatten(), torch.nn.Linear(6, classes))
"""


@pytest.fixture
def own(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "nets.py").write_text(OWN)
    return "nets.py:build"


def test_a_function_gives_a_network_with_its_weights(own, tmp_path):
    network = load_network(own, "own", cache_dir=tmp_path, input_size=32)
    assert (network.n_classes, network.input_size) == (4, 32)
    assert network.weights_name == "as its function gives them"
    assert re.fullmatch("[0-9a-f]{64}", network.weights_sha256)
    again = from_saved(to_saved(network, {}))
    assert same_tensors(again.module, network.module)
    assert again.options == network.options


def test_a_function_whose_code_changed_does_not_stand_for_a_saved_network(own, tmp_path):
    saved = to_saved(load_network(own, "own", cache_dir=tmp_path, input_size=32), {})
    (tmp_path / "nets.py").write_text(OWN + "# another version")
    with pytest.raises(InputError, match=r"code of nets\.py:build has changed .* run snakemake"):
        from_saved(saved)


def test_a_function_and_a_file_of_weights_give_a_network(own, tmp_path):
    trained = load_network(own, "own", cache_dir=tmp_path, input_size=32).module
    for parameter in trained.parameters():
        parameter.add_(1)
    wrapped = {f"module.{name}": tensor for name, tensor in trained.state_dict().items()}
    specification = save_weights(tmp_path / "mine.pth", {"model": wrapped})
    network = load_network(own, specification, cache_dir=tmp_path, input_size=32)
    assert same_tensors(network.module, trained)
    assert (network.n_classes, network.weights_name) == (4, "file mine.pth")
    specification = save_weights(tmp_path / "other.pth", {"4.weight": torch.zeros(9, 6)})
    with pytest.raises(InputError, match=r"'file other\.pth' of nets\.py:build has no tensor"):
        load_network(own, specification, cache_dir=tmp_path, input_size=32)


def test_weights_of_a_function_have_no_other_names(own, tmp_path):
    with pytest.raises(InputError, match=r"'DEFAULT' are not known for .*: give 'own' for"):
        load_network(own, "DEFAULT", cache_dir=tmp_path)


TIMM = "timm:resnet10t"


def test_networks_of_timm_are_prepared_as_timm_knows(tmp_path):
    network = load_network(TIMM, {"random": 1}, cache_dir=tmp_path)
    assert (network.input_size, network.n_classes) == (176, 1000)
    again = from_saved(to_saved(network, {}))
    assert same_tensors(again.module, network.module)
    clip = architectures.preparation_of(
        "timm:vit_base_patch16_clip_224.openai", None, None, None, None
    )
    assert clip["mean"] == pytest.approx((0.481, 0.458, 0.408), abs=1e-3)


@pytest.mark.parametrize("n_classes", [7, 0])
def test_files_of_timm_have_any_number_of_classes_or_none(tmp_path, n_classes):
    trained = architectures.build(TIMM, n_classes, 176, {})
    specification = save_weights(tmp_path / "mine.pth", trained.state_dict())
    network = load_network(TIMM, specification, cache_dir=tmp_path)
    assert network.n_classes == (n_classes or None)
    assert same_tensors(network.module, trained)
    assert from_saved(to_saved(network, {})).n_classes == network.n_classes


def test_names_of_weights_of_timm_lead_to_their_page(tmp_path):
    """Where no digest is known, which a download could be checked by."""
    tag = r"vit_tiny_patch16_224\.augreg_in21k_ft_in1k"
    page = rf"huggingface\.co/timm/{tag}/resolve/main/model\.safetensors"
    with pytest.raises(
        InputError, match=f"'pretrained' are not known .* sha256.*own is at .*{page}"
    ):
        load_network("timm:vit_tiny_patch16_224", "pretrained", cache_dir=tmp_path)
