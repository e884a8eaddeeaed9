"""Families of pooled networks, against real ones of torchvision with random weights."""

import pytest
import torch

from alignment.cutting.cuts import cut
from alignment.heads.pooling import is_pooled
from alignment.networks.architectures import list_architectures
from alignment.networks.networks import load_network
from alignment.planning.families import POOLED, ends_in_pooling, is_own

# The smallest of every family, and the least input that its layers allow.
SMALLEST = {
    "alexnet": 64,
    "convnext_tiny": 64,
    "densenet121": 64,
    "efficientnet_b0": 64,
    "efficientnet_lite0": 64,
    "googlenet": 64,
    "inception_v3": 128,
    "mnasnet0_5": 64,
    "mobilenet_v2": 64,
    "mobilenet_v3_small": 64,
    "regnet_y_400mf": 64,
    "resnet18": 64,
    "resnext50_32x4d": 64,
    "shufflenet_v2_x0_5": 64,
    "squeezenet1_1": 64,
    "swin_t": 64,
    "timm:vit_tiny_patch16_224": 64,
    "timm:convnext_atto": 64,
    "timm:resnet50_clip": 64,
    "timm:resnet50_clip_gap": 64,
    "timm:vit_base_patch16_siglip_224": 64,
    "timm:vit_base_patch16_siglip_gap_224": 64,
    "timm:vit_pe_core_tiny_patch16_384": 64,
    "swin_v2_t": 64,
    "vgg11": 64,
    "vit_b_32": 64,
    "wide_resnet50_2": 64,
}


@pytest.mark.parametrize("architecture", SMALLEST)
def test_a_family_ends_in_pooling_as_its_smallest_network_does(architecture, tmp_path):
    size = SMALLEST[architecture]
    network = load_network(architecture, {"random": 1}, cache_dir=tmp_path, input_size=size)
    pictures = torch.randn(2, 3, size, size, generator=torch.Generator().manual_seed(0))
    with torch.inference_mode():
        found = cut(network).backbone(pictures)
    maps, embedding = (found[name].numpy() for name in ("feature_maps", "embedding"))
    assert is_pooled(maps, embedding) == ends_in_pooling(architecture)


def test_every_family_has_a_network_here():
    assert all(any(name.startswith(family) for name in SMALLEST) for family in POOLED)
    known = set(list_architectures())
    assert {name for name in SMALLEST if not name.startswith("timm:")} <= known
    # Nothing is taken for pooled that none of these networks stands for.
    for architecture in known:
        if ends_in_pooling(architecture):
            assert architecture.startswith(POOLED)


@pytest.mark.parametrize(
    ("architecture", "expected"),
    [("nets.py:build", True), ("a.b:build", True), ("timm:resnet50", False), ("resnet50", False)],
)
def test_functions_of_the_user_are_told_from_names(architecture, expected):
    assert is_own(architecture) == expected
    if expected:
        assert not ends_in_pooling(architecture)
