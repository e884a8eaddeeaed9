"""Networks of timm: by its names, in other sizes, with the names of published files."""

import importlib
import re

import pytest
import torch

from alignment.artifacts.errors import InputError
from alignment.networks import timm_networks
from alignment.networks.timm_networks import (
    as_timm_reads,
    build_timm,
    timm_config,
    timm_names,
    timm_weights_page,
    timm_weights_url,
    url_digest,
)

SMALL = "timm:vit_tiny_patch16_224"


def test_what_timm_knows_of_a_name_is_found():
    assert timm_config(SMALL).input_size == (3, 224, 224)
    assert timm_config("timm:vit_small_patch14_dinov2").input_size == (3, 518, 518)
    assert timm_config("timm:convnext_tiny.fb_in22k").num_classes == 21841
    assert SMALL in timm_names()
    page = timm_weights_page("timm:convnext_tiny.fb_in22k")
    assert page.startswith("https://huggingface.co/timm/convnext_tiny.fb_in22k/resolve/main/")


def test_addresses_that_carry_digits_of_a_digest_are_told_from_others():
    assert url_digest(timm_weights_url("timm:resnet50.tv_in1k")) == "0676ba61"
    assert url_digest(timm_weights_url("timm:resnet50")) == "14fe96d1"
    # Only a page at Hugging Face, and a file whose name says nothing
    for name in (
        "timm:mobilenetv4_conv_small",
        "timm:vit_small_patch16_224",
        "timm:convnext_tiny.fb_in22k",
    ):
        assert timm_weights_url(name) == ""
        assert timm_weights_page(name)


@pytest.mark.parametrize(
    ("url", "digits"),
    [
        ("https://a.b/c-0123abcd.pth", "0123abcd"),
        ("https://a.b/c-d-0123abcdef.safetensors", "0123abcdef"),
        ("https://a.b/c-0123abc.pth", ""),
        ("https://a.b/c-0123abcd.npz", ""),
        ("https://a.b/c_0123abcd.pth", ""),
        ("https://a.b-0123abcd.pth/c.pth", ""),
    ],
)
def test_digits_are_those_at_the_end_of_a_files_name(url, digits):
    assert url_digest(url) == digits


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("timm:ResNet50", r"has no architecture 'ResNet50': did you mean timm:resnet50 or"),
        ("timm:resnet50.nope", r"no weights 'nope' of resnet50: .* one of the tags .*a1_in1k"),
    ],
)
def test_unknown_names_are_refused_with_those_that_there_are(name, sentence):
    with pytest.raises(InputError, match=sentence):
        timm_config(name)


@pytest.mark.parametrize("name", [SMALL, "timm:resnet10t"])
def test_a_network_can_be_made_for_another_size(name):
    module = build_timm(name, 3, 64).eval()
    with torch.no_grad():
        assert module(torch.zeros(1, 3, 64, 64)).shape == (1, 3)


def test_published_names_are_read_as_timm_reads_them():
    module = build_timm("timm:vit_small_patch14_dinov2", None, 70)
    own = module.state_dict()
    published = {**own, "mask_token": torch.zeros(1, 384)}  # as in the file of DINOv2's authors
    found, notes = as_timm_reads(module, published, "toy.pth")
    assert found.keys() == own.keys()
    assert all(torch.equal(found[name], own[name]) for name in own)
    assert notes == ()
    strange = {"a": torch.zeros(1)}
    assert as_timm_reads(module, strange, "toy.pth") == (strange, ())
    plain = torch.nn.Linear(2, 2)
    assert as_timm_reads(plain, strange, "toy.pth")[0] is strange


@pytest.mark.parametrize("prefix", ["", "module.", "visual.trunk."])
def test_weights_of_patches_of_another_size_are_refused(prefix):
    """timm would make 32 x 32 pixels of 16 x 16, and the network would load without a word."""
    module = build_timm(SMALL, 3, 64)
    other = {prefix + name: tensor for name, tensor in module.state_dict().items()}
    other[f"{prefix}patch_embed.proj.weight"] = torch.rand(192, 3, 32, 32)
    with pytest.raises(
        InputError, match=r"toy\.pth has .* than the network's 16 x 16 pixels \(.*em"
    ):
        as_timm_reads(module, other, "toy.pth")


@pytest.mark.parametrize(
    ("name", "sizes", "resized"),
    [
        (SMALL, (64, 96), "1 tensors to the network's sizes: pos_embed"),
        ("timm:beit_base_patch16_224", (32, 64), "12 tensors .*: blocks.0.attn.relative_position_"),
    ],
)
def test_positions_that_were_fitted_to_another_size_are_named(name, sizes, resized):
    small, large = (build_timm(name, 3, size) for size in sizes)
    for published in (small.state_dict(), {**small.state_dict(), "mask_token": torch.zeros(1, 8)}):
        found, (note,) = as_timm_reads(large, published, "toy.pth")
        assert re.search(resized, note)
        large.load_state_dict({n: t for n, t in found.items() if n in large.state_dict()}, False)
        assert as_timm_reads(large, large.state_dict(), "toy.pth")[1] == ()


def test_weights_of_patches_under_another_name_are_compared_too():
    """As in CLIP's files, which call them visual.conv1."""
    given = {"visual.conv1.weight": torch.zeros(8, 3, 4, 4), "visual.proj": torch.zeros(8, 2)}
    assert not timm_networks._is_resized("patch_embed.proj.weight", torch.zeros(8, 3, 4, 4), given)
    assert timm_networks._is_resized("patch_embed.proj.weight", torch.zeros(8, 3, 2, 2), given)
    assert not timm_networks._is_resized("blocks.0.attn.qkv.weight", torch.zeros(5), given)


def test_patches_of_a_network_may_have_one_side():
    """patch_size is a single number in XCiT."""
    name = "timm:xcit_nano_12_p16_224"
    with torch.no_grad():
        assert build_timm(name, 3, 64).eval()(torch.zeros(2, 3, 64, 64)).shape == (2, 3)
    with pytest.raises(InputError, match="cannot be made for pictures of 70 x 70 pixels"):
        build_timm(name, 3, 70)


def test_where_timm_is_missing_a_sentence_says_how_to_get_it(monkeypatch):
    def missing(name):
        raise ModuleNotFoundError(f"No module named '{name}'")

    monkeypatch.setattr(timm_networks.importlib, "import_module", missing)
    monkeypatch.setattr(timm_networks, "import_torchvision", lambda: None)
    with pytest.raises(InputError, match=r"No module named 'timm'.* envs/requirements-timm\.txt"):
        timm_config(SMALL)
    assert importlib.import_module is missing
