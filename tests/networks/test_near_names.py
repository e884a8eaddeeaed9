"""Names of networks that were perhaps meant."""

import pytest

from alignment.networks.near_names import names_like

KNOWN = [
    *("davit_tiny", "gcvit_tiny", "mvitv2_tiny", "vit_tiny_patch16_224", "vit_base_patch16_224"),
    *("resnet50", "resnet50d", "resnet18", "swin_tiny", "test_vit"),
]


@pytest.mark.parametrize(
    ("name", "nearest"),
    [
        ("vit_tinny", ["vit_tiny_patch16_224", "davit_tiny"]),
        ("vit_tiny", ["vit_tiny_patch16_224", "davit_tiny"]),
        ("vit_base", ["vit_base_patch16_224"]),
        ("resnt50", ["resnet50", "resnet50d"]),
        ("resnet500", ["resnet50", "resnet50d"]),
        ("swin", ["swin_tiny"]),
        ("xyz", []),
        ("", []),
    ],
)
def test_names_that_begin_alike_come_first(name, nearest):
    assert names_like(name, KNOWN, n=4, cutoff=0.7)[: len(nearest)] == nearest
    if not nearest:
        assert names_like(name, KNOWN, n=4, cutoff=0.7) == []


def test_no_more_are_named_than_are_wanted():
    assert len(names_like("resnet", KNOWN, n=2, cutoff=0.1)) == 2
    assert names_like("resnet", [], n=2, cutoff=0.1) == []
