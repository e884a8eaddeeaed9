"""Accuracy with noise on images and on weights, against networks that have it."""

import numpy as np
import pytest
import torch
from bars import some

from alignment.artifacts.network_files import sha256_of_tensors
from alignment.topography.losses import spatial_loss
from alignment.topography.networks import (
    DIGITS,
    class_scores,
)
from alignment.topography.robustness import input_noise, weight_noise
from alignment.topography.training import accuracy, train

GRID = (11, 11)


@pytest.fixture(scope="module", autouse=True)
def one_thread():
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)
    torch.use_deterministic_algorithms(False)


def run(condition, strength=1.0, seed=1, epochs=1, shape=DIGITS, **options):
    loss = spatial_loss(condition, GRID)
    return train(some(shape), loss, strength, seed, epochs=epochs, batch=16, **options)


def digest(network):
    return sha256_of_tensors({name: t.numpy() for name, t in network.state_dict().items()})


def test_weight_noise_is_that_of_networks_with_noisy_weights():
    network, _ = run("control", epochs=3)
    images = some()
    arguments = (images.test_images, images.test_labels, images.normalisation())
    before = digest(network)
    levels = {"relative": [0.0, 2.0], "absolute": [0.3]}
    found = weight_noise(network, *arguments, levels, draws=3, seed=5)
    assert digest(network) == before
    original = network.fc1.weight.detach().clone()
    for kind, level, value in found:
        rng, expected = np.random.default_rng(5), []
        for _ in range(3):
            noise = torch.from_numpy(rng.standard_normal((121, 64), dtype=np.float32))
            sigma = level * original.std() if kind == "relative" else level
            network.fc1.weight.data = original + sigma * noise
            scores = class_scores(network, images.test_images, *images.normalisation())
            expected.append(accuracy(scores, images.test_labels))
        assert value == pytest.approx(np.mean(expected))


def test_weight_noise_of_all_layers_reaches_the_convolutions():
    network, _ = run("control", epochs=1)
    images = some()
    arguments = (images.test_images, images.test_labels, images.normalisation())
    before = digest(network)
    calm = weight_noise(network, *arguments, {"absolute": [0.0]}, 1, 0, layers="all")
    assert calm[0][2] == accuracy(
        class_scores(network, images.test_images, *images.normalisation()), images.test_labels
    )
    weight_noise(network, *arguments, {"relative": [5.0]}, 2, 0, layers="all")
    assert digest(network) == before


def test_no_input_noise_leaves_the_accuracy():
    network, curve = run("control", epochs=2)
    images = some()
    arguments = (images.test_images, images.test_labels, images.normalisation())
    found = input_noise(network, *arguments, {"white": [0.0], "salt_and_pepper": [0.0, 1.0]}, 0)
    assert [row[:2] for row in found] == [
        ("white", 0.0),
        ("salt_and_pepper", 0.0),
        ("salt_and_pepper", 1.0),
    ]
    assert found[0][2] == found[1][2] == curve[-1]["accuracy_test"]
