"""The networks: their layers, and how images come to them."""

import numpy as np
import pytest
import torch
from bars import some
from torch import nn

from alignment.artifacts.errors import InputError
from alignment.topography.networks import (
    DIGITS,
    PHOTOGRAPHS,
    TopographicNetwork,
    initial_network,
    prepare,
)


def test_images_are_normalised_by_channel():
    images = some(PHOTOGRAPHS)
    mean, deviation = images.normalisation()
    values = prepare(images.train_images, mean, deviation)
    np.testing.assert_allclose(values.mean(dim=(0, 2, 3)), 0, atol=1e-5)
    np.testing.assert_allclose(values.std(dim=(0, 2, 3), correction=0), 1, rtol=1e-5)
    halves = prepare(images.train_images.astype(np.float32) / 255, mean, deviation)
    torch.testing.assert_close(values, halves)


@pytest.mark.parametrize("shape", [DIGITS, PHOTOGRAPHS])
def test_pooling_before_the_relu_gives_the_same_numbers(shape):
    network = initial_network(shape, 10, 0.5, 0).eval()
    pictures = torch.randn(3, shape[2], *shape[:2])
    x = pictures
    for k in range(1, 5):
        if not hasattr(network.features, f"conv{k}"):
            break
        x = getattr(network.features, f"conv{k}")(x)
        if hasattr(network.features, f"norm{k}"):
            x = getattr(network.features, f"norm{k}")(x)
        x = x.relu()
        if hasattr(network.features, f"pool{k}"):
            x = nn.functional.max_pool2d(x, 2)
    torch.testing.assert_close(x.mean(dim=(2, 3)), network.pooled(pictures))


def test_layers_are_those_of_the_design():
    digits = TopographicNetwork(DIGITS, 10)
    assert [tuple(p.shape) for p in (digits.fc1.weight, digits.fc2.weight)] == [
        (121, 64),
        (10, 121),
    ]
    assert sum(p.numel() for p in digits.features.parameters()) == 320 + 64 * 32 * 9 + 64
    photographs = TopographicNetwork(PHOTOGRAPHS, 10)
    assert photographs.features(torch.zeros(1, 3, 32, 32)).shape == (1, 256, 4, 4)


def test_images_of_another_size_are_refused():
    with pytest.raises(InputError, match=r"the images are 30 x 30 x 1 .* take 28 x 28 x 1 or 32 x"):
        TopographicNetwork((30, 30, 1), 10)
