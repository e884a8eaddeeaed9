"""Networks are tried: what they return must be a row of values for each picture."""

import pytest
import torch
from torch import nn

from alignment.artifacts.errors import InputError
from alignment.networks.trials import output_for, trial_pictures


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


def test_what_a_network_returns_is_handed_on():
    pictures = trial_pictures(8)
    assert torch.equal(pictures, trial_pictures(8))
    assert pictures.shape == (2, 3, 8, 8)
    assert torch.equal(output_for("a", Returns(lambda x: x + 1), pictures), pictures + 1)
