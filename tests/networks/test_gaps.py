"""What no file gave is in no map and in no embedding."""

import hashlib
import sys

import pytest
import torch

from alignment.artifacts.errors import InputError
from alignment.cutting.cuts import cut
from alignment.networks.architectures import build
from alignment.networks.gaps import check_known
from alignment.networks.networks import from_saved, load_network, to_saved

NETS = """
import torch
from torch import nn

class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv, self.act, self.fc = nn.Conv2d(3, 4, 3), nn.ReLU(), nn.Linear(4, 5)

    def forward(self, x):
        if self.decides and float(x.sum()) == 0.5:
            return x
        return self.fc(self.act(self.conv(x)).mean((2, 3)))

def with_graph():
    net = Net()
    net.decides = False
    return net

def without():
    net = Net()
    net.decides = True
    return net
"""


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", list(sys.path))
    (tmp_path / "gapped.py").write_text(NETS)
    yield tmp_path
    sys.modules.pop("own_gapped", None)


@pytest.mark.parametrize("name", ["with_graph", "without"])
def test_an_embedding_by_a_classifier_that_the_file_lacks_is_refused(folder, name):
    architecture, path = f"gapped.py:{name}", folder / "toy.pth"
    tensors = build(architecture, None, 8, {}).state_dict()
    weights = {"file": str(path)}

    def loaded():
        torch.save(tensors, path)
        digest = {"sha256": hashlib.sha256(path.read_bytes()).hexdigest()}
        return load_network(architecture, weights | digest, cache_dir=folder, input_size=8)

    whole = loaded()
    check_known(whole, cut(whole, "act", "fc").backbone)
    del tensors["fc.weight"], tensors["fc.bias"]
    network = loaded()
    assert from_saved(to_saved(network, {})).unknown == network.unknown == ("fc.weight", "fc.bias")
    before = network.module.fc.weight.clone()
    check_known(network, cut(network).backbone)
    with pytest.raises(InputError, match=r"embedding of gapped.* file of weights lacks \(fc\.weig"):
        check_known(network, cut(network, "act", "fc").backbone)
    assert torch.equal(network.module.fc.weight, before)


def test_the_scores_of_a_file_without_classes_may_mean_nothing(folder):
    tensors = build("resnet18", 5, 64, {}).state_dict()
    del tensors["fc.weight"], tensors["fc.bias"]
    torch.save(tensors, folder / "toy.pth")
    digest = hashlib.sha256((folder / "toy.pth").read_bytes()).hexdigest()
    weights = {"file": str(folder / "toy.pth"), "sha256": digest}
    network = load_network("resnet18", weights, cache_dir=folder, input_size=64)
    check_known(network, cut(network).backbone)
    with pytest.raises(InputError, match="embedding of resnet18 would be computed with its class"):
        check_known(network, cut(network, None, "fc").backbone)
