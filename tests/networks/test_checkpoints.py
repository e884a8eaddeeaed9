"""Checkpoints as published: settings beside the weights, and several sets of weights."""

import argparse
import datetime

import pytest
import torch
from torch import nn

from alignment.artifacts.errors import InputError
from alignment.networks.checkpoints import read_state_dict


def small_network(seed=0):
    torch.manual_seed(seed)
    return nn.ModuleDict({"conv": nn.Conv2d(3, 2, 1), "fc": nn.Linear(2, 3)})


def test_objects_beside_the_weights_are_left_out_and_named(tmp_path):
    path = tmp_path / "toy.pth"
    settings = argparse.Namespace(lr=0.1, nested=argparse.Namespace(epochs=3))
    when = datetime.timedelta(seconds=3)
    content = {"model": small_network().state_dict(), "args": settings, "took": when, "epoch": 3}
    torch.save(content, path)
    state_dict, notes = read_state_dict(path)
    assert set(state_dict) == set(small_network().state_dict())
    assert notes == ("objects in the file were left out: argparse.Namespace, datetime.timedelta",)


def test_of_several_sets_of_weights_one_is_taken_and_another_can_be_chosen(tmp_path):
    path = tmp_path / "toy.pth"
    kinds = ("state_dict", "state_dict_ema")
    content = {kind: small_network(k).state_dict() for k, kind in enumerate(kinds)}
    torch.save(content | {"optimizer": {"state": {0: {"m": torch.zeros(1)}}}}, path)
    state_dict, notes = read_state_dict(path)
    assert torch.equal(state_dict["conv.weight"], content["state_dict"]["conv.weight"])
    assert notes == (
        "the file holds state_dict_ema beside state_dict, which was taken; weights: key chooses "
        "another",
    )
    state_dict, notes = read_state_dict(path, "state_dict_ema")
    assert torch.equal(state_dict["conv.weight"], content["state_dict_ema"]["conv.weight"])
    assert notes == ()
    with pytest.raises(
        InputError, match="under the key 'ema', but under: state_dict, state_dict_e"
    ):
        read_state_dict(path, "ema")
    torch.save({"student": content["state_dict"], "teacher": content["state_dict_ema"]}, path)
    with pytest.raises(InputError, match=r"several state dicts \(student, teacher\): name one"):
        read_state_dict(path)
