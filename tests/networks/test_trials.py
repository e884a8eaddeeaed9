"""Networks are tried: what they return must be a row of values for each picture."""

import pytest
import torch
from torch import nn

from alignment.artifacts.errors import InputError
from alignment.networks.trials import check_alone, is_same, output_for, trial_pictures


class Returns(nn.Module):
    def __init__(self, function):
        super().__init__()
        self.function = function

    def forward(self, x):
        return self.function(x)


def fail(x):
    raise KeyError("of the user")


REFUSED = {
    "dict": (lambda x: {"logits": x}, "nets.py:build returns a dict, where one tensor is needed"),
    "object": (lambda x: object(), "returns an object, where"),
    "flat": (lambda x: x.flatten(), "an output of shape 384 for 2 pictures, where a row"),
    "number": (lambda x: x.sum(), "an output of shape nothing for 2"),
    "others": (lambda x: x[:1], "an output of shape 1 x 3 x 8 x 8 for 2"),
    "error": (fail, r"does not run on pictures of 8 x 8 pixels \('of the user'\): choose another"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_other_outputs_are_refused_in_one_sentence(case):
    function, sentence = REFUSED[case]
    with pytest.raises(InputError, match=sentence):
        output_for("nets.py:build", Returns(function), trial_pictures(8))


def needs_several(x):
    if len(x) < 2:
        raise ValueError("Expected more than 1 value per channel when training")
    return x


OF_A_BATCH = {
    "mean": lambda x: x - x.mean(0),
    "softmax": lambda x: x.softmax(0),
    "flat": lambda x: x.flatten().cumsum(0).view(x.shape).flip(0),
    "shape": lambda x: x[:, :, : 8 // len(x)],
    "several": needs_several,
}


@pytest.mark.parametrize("case", OF_A_BATCH)
def test_what_depends_on_the_pictures_around_is_refused(case):
    module, pictures = Returns(OF_A_BATCH[case]), trial_pictures(8)
    output = output_for("nets.py:build", module, pictures)
    with pytest.raises(InputError, match=r"nets\.py:build makes something else of a picture alone"):
        check_alone("nets.py:build", module, pictures, output)


def test_what_depends_on_a_picture_alone_may_differ_by_rounding():
    pictures = trial_pictures(8)
    module = Returns(lambda x: x * (1 + 1e-5 * len(x)))
    check_alone("a", module, pictures, module(pictures))
    check_alone("a", Returns(lambda x: x / 0), pictures, pictures / 0)


def test_outputs_are_the_same_up_to_a_share_of_the_largest():
    large = torch.tensor([1000.0, 1.0])
    assert is_same(large + 0.009, large)
    assert not is_same(large + 0.02, large)
    assert is_same(large + 0.02, large, tolerance=1e-3)


def test_what_a_network_returns_is_handed_on():
    pictures = trial_pictures(8)
    assert torch.equal(pictures, trial_pictures(8))
    assert pictures.shape == (2, 3, 8, 8)
    assert torch.equal(output_for("a", Returns(lambda x: x + 1), pictures), pictures + 1)
