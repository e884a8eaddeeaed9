"""Names of networks, told from the files of torchvision."""

import pytest

from alignment.networks.architectures import list_architectures
from alignment.networks.torchvision_operators import import_torchvision
from alignment.planning import architectures
from alignment.planning.architectures import LITE, may_be_known, published_names


def test_they_are_those_that_torchvision_lists():
    torchvision = import_torchvision()
    assert published_names() == set(torchvision.models.list_models())
    assert all(map(may_be_known, list_architectures()))
    assert set(LITE) == {name for name in list_architectures() if name.startswith("efficientnet_l")}


@pytest.mark.parametrize("name", ["timm:vit_tiny", "nets.py:build", "package.module:build"])
def test_what_is_found_elsewhere_may_be_known(name):
    assert may_be_known(name)


def test_misspelt_names_are_not(monkeypatch):
    assert not any(map(may_be_known, ("resnet81", "ResNet-50", "efficientnet_lite7", "")))
    monkeypatch.setattr(architectures, "published_names", frozenset)  # torchvision is elsewhere
    assert may_be_known("resnet81")
