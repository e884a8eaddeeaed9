"""Devices: what is asked for, in full precision, or a sentence."""

import pytest
import torch

from alignment.artifacts.errors import InputError
from alignment.networks.devices import choose_device


@pytest.mark.parametrize(
    ("name", "there", "expected"),
    [("cpu", True, "cpu"), ("cpu", False, "cpu"), ("auto", True, "cuda"), ("auto", False, "cpu")],
)
def test_a_device_is_chosen(monkeypatch, name, there, expected):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: there)
    assert choose_device(name) == torch.device(expected)


def test_a_gpu_that_is_not_there_is_refused(monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    with pytest.raises(InputError, match=r"device: there is no GPU .*set it to cpu or auto"):
        choose_device("cuda")


@pytest.fixture
def tf32():
    """The switches of reduced precision, put back as they were."""
    switches = torch.backends.cuda.matmul, torch.backends.cudnn
    before = [switch.allow_tf32 for switch in switches]
    for switch in switches:
        switch.allow_tf32 = True
    yield switches
    for switch, value in zip(switches, before, strict=True):
        switch.allow_tf32 = value


def test_products_are_in_full_precision(tf32):
    choose_device("cpu")
    assert [switch.allow_tf32 for switch in tf32] == [False, False]
