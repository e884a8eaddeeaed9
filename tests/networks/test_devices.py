"""Devices: what is asked for, in full precision, or a sentence."""

import pytest
import torch

from alignment.artifacts.errors import InputError
from alignment.networks.devices import choose_device, settings_kept


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


def change_all():
    """What scripts on the web begin with, by the old names of torch's switches and by the new."""
    torch.set_float32_matmul_precision("high")
    for switch in (torch.backends.cuda.matmul, torch.backends.cudnn):
        switch.allow_tf32 = True
    for owner in (torch.backends.cudnn.conv, torch.backends):
        if hasattr(owner, "fp32_precision"):
            owner.fp32_precision = "tf32"
    torch.backends.cudnn.benchmark = True
    torch.use_deterministic_algorithms(True)
    torch.set_default_dtype(torch.float64)
    torch.set_default_device("meta")
    torch.set_grad_enabled(False)
    torch.set_num_threads(torch.get_num_threads() + 1)
    torch.autocast("cpu", torch.bfloat16).__enter__()
    raise ValueError("of the code")


def settings():
    return (
        torch.get_float32_matmul_precision(),
        torch.backends.cuda.matmul.allow_tf32,
        torch.backends.cudnn.allow_tf32,
        getattr(torch.backends, "fp32_precision", None),
        torch.backends.cudnn.benchmark,
        torch.are_deterministic_algorithms_enabled(),
        torch.get_default_dtype(),
        torch.zeros(1).device,
        torch.is_grad_enabled(),
        torch.get_num_threads(),
        torch.is_autocast_enabled("cpu"),
    )


@pytest.mark.usefixtures("tf32")
def test_settings_that_code_changes_are_put_back_also_after_an_error():
    choose_device("cpu")
    before = settings()
    with settings_kept():
        pass
    assert settings() == before
    with pytest.raises(ValueError, match="of the code"), settings_kept():
        change_all()
    assert settings() == before
    assert before[:3] == ("highest", False, False)
