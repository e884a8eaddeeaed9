"""Training on a few images: the same bits again, what a seed decides, and what is learnt."""

import numpy as np
import pytest
import torch
from bars import some

from alignment.artifacts.errors import InputError
from alignment.artifacts.network_files import sha256_of_tensors
from alignment.topography.losses import spatial_loss
from alignment.topography.networks import (
    DIGITS,
    PHOTOGRAPHS,
    class_scores,
)
from alignment.topography.training import CURVE_COLUMNS, accuracy, split, train

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


def test_a_training_that_diverges_is_refused():
    with pytest.raises(InputError, match=r"lambda 1e\+39 and seed 1 diverged in epoch 1: its loss"):
        run("WS", strength=1e39)


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


@pytest.mark.parametrize("share", [0.02, 0.99])
def test_a_share_that_leaves_a_side_empty_is_refused(share):
    with pytest.raises(InputError, match=f"validation_share: {share} of 20 training images"):
        split(20, share, 1)
