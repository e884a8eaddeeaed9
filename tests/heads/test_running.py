"""Heads as functions of arrays."""

import numpy as np
import pytest
import torch
from torch import nn

from alignment.artifacts.errors import InputError
from alignment.heads.running import as_function, check_places_alone, on_its_device


def test_a_head_takes_and_gives_arrays():
    head = nn.Sequential(nn.Flatten(), nn.Linear(12, 5))
    maps = np.random.default_rng(0).random((4, 3, 2, 2), dtype=np.float32)
    found = as_function(head)(maps)
    assert isinstance(found, np.ndarray)
    weight, bias = (values.detach().numpy() for values in head[1].parameters())
    np.testing.assert_allclose(found, maps.reshape(4, 12) @ weight.T + bias, rtol=1e-5, atol=1e-6)


def test_maps_go_where_the_weights_are():
    maps = np.ones((1, 2, 3, 3), dtype=np.float32)
    assert on_its_device(nn.Linear(2, 2, device="meta"), maps).device == torch.device("meta")
    assert on_its_device(nn.AdaptiveAvgPool2d(1), maps).device == torch.device("cpu")


def test_a_head_that_needs_a_class_token_is_refused_by_the_name_of_its_model():
    check_places_alone({"model": "vit", "tokens": "mean"})
    check_places_alone({"model": "resnet50"})
    with pytest.raises(InputError, match="models: vit has tokens: class, and its head needs more"):
        check_places_alone({"model": "vit", "tokens": "class"})
