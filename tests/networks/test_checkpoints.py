"""Checkpoints as published: settings beside the weights, and several sets of weights."""

import argparse
import collections
import contextlib
import datetime
import functools
import os
import pathlib
import types

import numpy as np
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
    state_dict, notes = read_state_dict(path)
    assert torch.equal(state_dict["conv.weight"], content["state_dict_ema"]["conv.weight"])
    assert "holds student beside teacher, which was taken" in notes[0]
    torch.save({"one": content["state_dict"], "two": content["state_dict_ema"]}, path)
    with pytest.raises(InputError, match=r"several state dicts \(one, two\): name one"):
        read_state_dict(path)


@pytest.mark.parametrize("wrapper", ["", "module."])
def test_a_key_chooses_among_networks_in_one_state_dict(tmp_path, wrapper):
    path = tmp_path / "toy.pth"
    networks = {name: small_network(k).state_dict() for k, name in enumerate(("a", "b"))}
    flat = {f"{wrapper}{n}.{k}": t for n, tensors in networks.items() for k, t in tensors.items()}
    torch.save({"model": flat}, path)
    state_dict, _ = read_state_dict(path, "b")
    assert set(state_dict) == {f"{wrapper}b.{name}" for name in networks["b"]}
    with pytest.raises(InputError, match="under the key 'c', but under: model; nor do names in it"):
        read_state_dict(path, "c")


@pytest.mark.parametrize(
    "value",
    [
        pathlib.PurePosixPath("a"),
        np.float64(3),
        np.arange(2),
        types.SimpleNamespace(a=1),
        functools.partial(nn.LayerNorm, eps=1),
        frozenset([1]),
        slice(1, 2),
        collections.defaultdict(list),
    ],
    ids=lambda value: type(value).__name__,
)
def test_values_that_only_hold_something_do_not_keep_the_weights_from_being_read(tmp_path, value):
    torch.save({"model": small_network().state_dict(), "more": value}, tmp_path / "toy.pth")
    state_dict, _ = read_state_dict(tmp_path / "toy.pth")
    assert set(state_dict) == set(small_network().state_dict())


class Acting:
    def __init__(self, function, *given):
        self.reduced = function, given

    def __reduce__(self):
        return self.reduced


@pytest.mark.parametrize("function", [os.system, eval, getattr, exec])
def test_values_that_do_something_are_not_read(tmp_path, function):
    torch.save({"model": {}, "more": Acting(function, "raise SystemExit")}, tmp_path / "toy.pth")
    with pytest.raises(InputError, match="not opened because that could run code"):
        read_state_dict(tmp_path / "toy.pth")


def test_a_whole_network_is_told_from_its_weights(tmp_path):
    torch.save(small_network(), tmp_path / "toy.pth")
    with pytest.raises(InputError, match=r"a whole network as a Python object, .* save net"):
        read_state_dict(tmp_path / "toy.pth")


def test_other_files_are_named_for_what_they_are(tmp_path):
    torch.jit.script(nn.Linear(2, 2)).save(tmp_path / "toy.pt")
    with pytest.raises(InputError, match="is a TorchScript archive"):
        read_state_dict(tmp_path / "toy.pt")


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "it is empty"),
        (b"error: not found", "it is damaged or another kind of file"),
        (b"hello world", "it is damaged or another kind of file"),
        (b"\x80\x02", "it is damaged or another kind of file"),
        (b"PK\x03\x04abc", "PytorchStreamReader failed reading zip archive: .*"),
    ],
)
def test_what_is_no_file_of_weights_is_said_in_one_sentence(tmp_path, content, why):
    (tmp_path / "toy.pth").write_bytes(content)
    with pytest.raises(InputError, match=rf"^.*toy\.pth cannot be read .*\({why}\): a file made"):
        read_state_dict(tmp_path / "toy.pth")


@pytest.mark.parametrize("is_zip", [True, False])
def test_a_damaged_file_is_read_or_refused_and_ends_in_nothing_else(tmp_path, is_zip):
    path, rng = tmp_path / "toy.pth", np.random.default_rng(0)
    torch.save(small_network().state_dict(), path, _use_new_zipfile_serialization=is_zip)
    whole = path.read_bytes()
    for _ in range(200):
        damaged = bytearray(whole)
        for place in rng.integers(0, len(whole), 5):
            damaged[place] = rng.integers(0, 256)
        path.write_bytes(damaged)
        with contextlib.suppress(InputError):
            read_state_dict(path)


@pytest.mark.parametrize("key", [0, (1, 2)])
def test_tensors_under_keys_that_are_no_names_are_no_part_of_a_state_dict(tmp_path, key):
    path = tmp_path / "toy.pth"
    torch.save({key: torch.zeros(2)}, path)
    with pytest.raises(InputError, match=r"no state dict .*: tensors with names are looked for at"):
        read_state_dict(path)
    torch.save(small_network().state_dict() | {key: torch.zeros(2)}, path)
    assert set(read_state_dict(path)[0]) == set(small_network().state_dict())
