"""Training on a few images: the same bits again, what a seed decides, and what is learnt."""

import numpy as np
import pytest
import torch
from torch import nn

from alignment.artifacts.errors import InputError
from alignment.artifacts.network_files import sha256_of_tensors
from alignment.topography.losses import spatial_loss
from alignment.topography.networks import (
    DIGITS,
    PHOTOGRAPHS,
    TopographicNetwork,
    class_scores,
    initial_network,
    prepare,
)
from alignment.topography.robustness import input_noise, weight_noise
from alignment.topography.training import CURVE_COLUMNS, Images, accuracy, split, train

GRID = (11, 11)


@pytest.fixture(scope="module", autouse=True)
def one_thread():
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)
    torch.use_deterministic_algorithms(False)


def bars(n, shape=DIGITS, seed=0):
    """Images of two classes, upright and lying bars."""
    rng = np.random.default_rng(seed)
    images = rng.integers(0, 40, (n, *shape), dtype=np.uint8)
    labels = np.arange(n) % 2
    for image, label in zip(images, labels, strict=True):
        k = rng.integers(6, shape[0] - 6)
        (image if label else image.transpose(1, 0, 2))[k - 1 : k + 2, 4:-4] = 220
    return images, labels


def some(shape=DIGITS):
    return Images(*bars(40, shape), *bars(20, shape, seed=1))


def run(condition, strength=1.0, seed=1, epochs=1, shape=DIGITS, **options):
    loss = spatial_loss(condition, GRID)
    return train(some(shape), loss, strength, seed, epochs=epochs, batch=16, **options)


def digest(network):
    return sha256_of_tensors({name: t.numpy() for name, t in network.state_dict().items()})


@pytest.mark.parametrize("condition", ["control", "WS", "AS"])
@pytest.mark.parametrize("shape", [DIGITS, PHOTOGRAPHS])
def test_a_seed_gives_the_same_weights_bit_for_bit(condition, shape):
    first, second, other = (digest(run(condition, seed=seed, shape=shape)[0]) for seed in (1, 1, 2))
    assert first == second != other


def test_conditions_differ_by_their_spatial_loss_alone():
    whole = [run(condition, strength=0)[0].state_dict() for condition in ("control", "WS", "AS")]
    for name, tensor in whole[0].items():
        for state in whole[1:]:
            assert torch.equal(tensor, state[name])


def test_the_spatial_loss_falls_if_it_counts():
    for condition in ("WS", "AS"):
        loose, tight = (run(condition, strength, epochs=8)[1][-1] for strength in (0, 3))
        assert tight["spatial_loss"] < loose["spatial_loss"]


def test_the_curve_adds_up():
    _, curve = run("WS", strength=2.0, epochs=3)
    assert [list(row) for row in curve] == [CURVE_COLUMNS] * 3
    for row in curve:
        assert row["loss"] == pytest.approx(row["cross_entropy"] + 2 * row["spatial_loss"])
    assert np.isnan([row["accuracy_test"] for row in curve]).tolist() == [True, True, False]


def test_bars_are_told_apart():
    network, curve = run("control", epochs=25, dropout=0.0, learning_rate=3e-3)
    images = some()
    scores = class_scores(network, images.test_images, *images.normalisation())
    assert accuracy(scores, images.test_labels) == curve[-1]["accuracy_test"] >= 0.9


def test_splits_share_no_image_and_are_drawn_from_the_seed():
    training, validation = split(50, 0.2, 3)
    assert len(validation) == 10
    np.testing.assert_array_equal(np.sort(np.concatenate([training, validation])), np.arange(50))
    assert (validation != split(50, 0.2, 4)[1]).any()


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
