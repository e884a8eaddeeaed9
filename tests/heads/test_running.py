"""Heads as functions of arrays, for one image at a time."""

import numpy as np
import torch
from torch import nn

from alignment.heads.running import as_function, of_image


def test_a_head_takes_and_gives_arrays():
    head = nn.Sequential(nn.Flatten(), nn.Linear(12, 5))
    maps = np.random.default_rng(0).random((4, 3, 2, 2), dtype=np.float32)
    found = as_function(head, torch.device("cpu"))(maps, 0)
    assert isinstance(found, np.ndarray)
    weight, bias = (values.detach().numpy() for values in head[1].parameters())
    np.testing.assert_allclose(found, maps.reshape(4, 12) @ weight.T + bias, rtol=1e-5, atol=1e-6)


def test_what_passes_the_maps_by_is_that_of_the_image():
    def head(maps, first, second):
        return maps.mean((2, 3)) + first * second

    generator = torch.Generator().manual_seed(0)
    first, second = torch.rand((2, 5, 3), generator=generator)
    maps = torch.rand((4, 3, 2, 2), generator=generator)
    expected = maps.mean((2, 3)) + (first * second)[2]
    assert torch.equal(of_image(head, [first, second], 2)(maps), expected)
    found = as_function(head, torch.device("cpu"), [first, second])(maps.numpy(), 2)
    np.testing.assert_array_equal(found, expected.numpy())


def test_maps_go_where_the_head_runs():
    seen = []

    def head(maps):
        seen.append(maps.device)
        return torch.zeros(1, 2)

    as_function(head, torch.device("meta"))(np.ones((1, 2, 3, 3), dtype=np.float32), 0)
    assert seen == [torch.device("meta")]
