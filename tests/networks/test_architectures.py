"""Architectures: known by name, prepared for as their weights want, and built as asked."""

import pytest
import torch

from alignment.artifacts.errors import InputError
from alignment.networks import architectures
from alignment.networks.architectures import build, check_architecture, classifier_of


@pytest.mark.parametrize("name", ["IMAGENET1K_SWAG_E2E_V1", "IMAGENET1K_V1"])
def test_preparation_comes_from_published_weights(name):
    entry = architectures.torchvision.models.get_model_weights("regnet_y_16gf")[name]
    preparation = architectures.preparation_of("regnet_y_16gf", entry, None, None, None)
    assert preparation["input_size"] == (384 if "SWAG" in name else 224)


def test_published_mean_differs_from_imagenet():
    entry = architectures.torchvision.models.get_model_weights("efficientnet_v2_l")["DEFAULT"]
    preparation = architectures.preparation_of("efficientnet_v2_l", entry, None, None, None)
    assert preparation == {"input_size": 480, "mean": (0.5,) * 3, "std": (0.5,) * 3}


def test_unknown_names_lead_to_similar_ones():
    for name, sentence in {
        "ResNet-50": r"'ResNet-50' is not known: did you mean resnet50",
        "zzz": r"'zzz' is not known: known are alexnet, convnext_base.*",
        "convnext_nano": r"did you mean .* or timm:convnext_nano\? Other networks are named timm:",
        "vit_tinny": r"did you mean .*timm:vit_tiny_patch16_224.*\? Other networks",
        "vitb16": r"did you mean vit_b_16",
        "timm:vit_tinny": r"no architecture 'vit_tinny': did you mean timm:vit_tiny_patch16_224 or",
        "timm:resnet": r"timm .* has no architecture 'resnet': did you mean timm:resnet",
    }.items():
        with pytest.raises(InputError, match=sentence):
            check_architecture(name)
    for name in ("resnet50", "timm:convnext_nano", "nets.py:build"):
        check_architecture(name)


@pytest.mark.parametrize("name", ["resnet18", "timm:resnet10t", "efficientnet_lite0"])
def test_a_seed_gives_the_same_network_every_time(name):
    before = torch.random.get_rng_state()
    first, again, other = (build(name, 5, 64, {}, seed=seed) for seed in (1, 1, 2))
    assert torch.equal(torch.random.get_rng_state(), before)
    for (path, a), b, c in zip(
        first.named_parameters(), again.parameters(), other.parameters(), strict=True
    ):
        assert torch.equal(a, b), path
        if a.std() > 0:  # weights of norms are 1, biases 0
            assert not torch.equal(a, c), path
    assert not first.training
    assert not any(parameter.requires_grad for parameter in first.parameters())


def test_the_classifier_is_found_by_what_it_gives(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "nets.py").write_text(
        "from torch import nn\n"
        "body = nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(3, 5)\n"
        "def build(): return nn.Sequential(*body, nn.Identity())\n"
        "def headless(): return nn.Sequential(*body[:2])\n"
    )
    for name, expected in {
        "vgg11": ("classifier.6", 1000),
        "squeezenet1_1": ("classifier.1", 1000),
        "timm:resnet10t": ("fc", 1000),
        "timm:vit_small_patch14_dinov2": (None, 0),
        "nets.py:build": ("2", 5),
        "nets.py:headless": (None, 0),
    }.items():
        module = build(name, None, 70, {})
        assert classifier_of(name, module, 70) == expected


@pytest.mark.parametrize("name", ["vit_b_32", "timm:vit_tiny_patch16_224"])
def test_sizes_that_an_architecture_cannot_have_are_refused(name):
    with pytest.raises(InputError, match=f"{name} cannot be made for pictures of 63 x 63 pixels"):
        build(name, None, 63, {})
