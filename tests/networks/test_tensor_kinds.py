"""Tensors that a network cannot take are refused for what they are."""

import pytest
import torch
from torch import nn

from alignment.artifacts.errors import InputError
from alignment.networks.state_dicts import load_checked, match_names
from alignment.networks.tensor_kinds import are_equal


def load(changed):
    network = nn.ModuleDict({"conv": nn.Conv2d(3, 2, 1), "fc": nn.Linear(2, 3)})
    matched = match_names(network.state_dict() | changed, network, "fc", "toy.pth")
    load_checked(network, matched, "fc", "toy.pth")


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        (
            {"conv.bias": torch.zeros(2, device="meta")},
            r"the tensor conv\.bias without its values, on the device meta: save",
        ),
        ({"conv.bias": torch.zeros(2).to_sparse()}, r"the sparse tensor conv\.bias: save it as"),
        ({"fc.weight": torch.ones(3, 2).to_sparse_csr()}, r"the sparse tensor fc\.weight: save"),
        ({"fc.weight": torch.tensor(1.0)}, r"the tensor fc\.weight of one number: it is to have"),
        ({"fc.weight": torch.zeros(0, 2)}, r"the tensor fc\.weight without rows: it is to have"),
        (
            {"conv.bias": torch.zeros(2, dtype=torch.complex64)},
            r"the tensor conv\.bias in complex64: the network takes real numbers",
        ),
        (
            {"module.conv.bias": torch.zeros(2, device="meta")},
            r"two tensors conv\.bias that differ",
        ),
    ],
)
@pytest.mark.filterwarnings("ignore:Sparse CSR")
def test_tensors_that_a_network_cannot_take_are_named(changed, said):
    with pytest.raises(InputError, match=rf"^toy\.pth (has|holds) {said}.*\.$"):
        load(changed)


def test_tensors_are_compared_whatever_holds_their_values():
    one = torch.eye(3)
    assert are_equal(one, one.clone())
    assert are_equal(one.to_sparse(), one.to_sparse())
    assert not are_equal(one.to_sparse(), 2 * one.to_sparse())
    assert not are_equal(one, one.to_sparse())
    assert not are_equal(one, one.double())
    assert not are_equal(one.to("meta"), one.to("meta"))
