"""All measures of a network whose units were made up."""

import numpy as np
import pytest

from alignment.topography.claims import claims
from alignment.topography.losses import spatial_loss
from alignment.topography.measures import UNIT_COLUMNS, measure, unit_profiles
from alignment.topography.sheet import grid_distances, neighbour_pairs, positions

GRID = (11, 11)
rng = np.random.default_rng(0)


def recorded(n_images=200):
    far = grid_distances(GRID)
    mixing = np.exp(-((far / 2) ** 2))
    activations = (rng.normal(size=(n_images, 121)) @ mixing).astype(np.float32)
    labels = np.arange(n_images) % 10
    activations[:, 7] = labels == 3
    activations[:, 60] = -1 - rng.random(n_images)
    return {
        "activations": activations,
        "labels": labels,
        "mirrored_left_right": activations,
        "mirrored_up_down": -activations,
        "without_centre": activations + 1,
        "without_surround": activations,
        "gratings": rng.normal(size=(12, 3, 4, 121)),
        "weights": rng.normal(size=(121, 64)).astype(np.float32) @ np.eye(64),
    }


@pytest.fixture(scope="module")
def made():
    return recorded()


@pytest.fixture(scope="module")
def found(made):
    rows = measure(made, grid_distances(GRID), neighbour_pairs(GRID))
    return {(name, None if np.isnan(level) else level): value for name, level, value in rows}


def test_every_measure_that_claims_are_about_is_there(found):
    names = {name for name, _ in found}
    wanted = {claim.measure for claim in claims()}
    assert {n for n in wanted if not n.startswith(("accuracy_", "change_"))} <= names
    assert len(found) == len({*found})


def test_spatial_losses_are_those_of_training(made, found):
    import torch

    weights, activations = (torch.from_numpy(made[k]).float() for k in ("weights", "activations"))
    for condition, name in (("WS", "weights"), ("AS", "activations")):
        expected = spatial_loss(condition, GRID)(weights, activations).item()
        assert found[f"spatial_loss_{name}", None] == pytest.approx(expected, rel=1e-4)


def test_scaled_variance_is_in_units_of_the_weights(made, found):
    ratio = found["variance_after", None] / found["scaled_variance_after", None]
    assert ratio == pytest.approx(made["weights"].std() ** 2, rel=1e-5)
    assert found["variance_after", None] < found["variance_before", None]


def test_silent_units_are_counted_and_left_out_after_the_relu(made, found):
    assert found["silent_units", None] == 1
    assert found["distance_by_chance_after", None] != found["distance_by_chance_before", None]
    profiles = unit_profiles(made)
    assert list(profiles) == UNIT_COLUMNS[3:]
    assert np.flatnonzero(~profiles["fires"]).tolist() == [60]


def test_planted_tuning_is_found(made, found):
    profiles = unit_profiles(made)
    assert profiles["preferred_class"][7] == 3
    assert profiles["highest_auc"][7] == 1
    assert found["expert_units", None] == found["expert_classes", None] == 1
    varies = np.arange(121) != 7
    np.testing.assert_allclose(profiles["symmetry_left_right"], 1)
    np.testing.assert_allclose(profiles["symmetry_up_down"][varies], -1)
    np.testing.assert_allclose(profiles["eccentricity"], 1)
    assert found["eccentricity", None] == pytest.approx(1)


def test_a_smooth_sheet_is_smooth_in_every_measure(found):
    assert found["morans_i", None] > 0.5
    assert found["localization_before", None] > 0.5
    assert found["distance_to_most_correlated_before", None] < 2
    assert found["correlation_at_distance_before", 1.0] > 0.7
    assert found["correlation_quantile_before", 0.5] == pytest.approx(0, abs=0.1)


def test_a_shuffled_sheet_is_not(made):
    order = rng.permutation(121)
    shuffled = made | {
        name: made[name][..., order] for name in made if name not in ("labels", "weights")
    }
    rows = measure(shuffled, grid_distances(GRID), neighbour_pairs(GRID))
    found = {name: value for name, _, value in rows}
    assert found["morans_i"] == pytest.approx(-1 / 120, abs=0.05)
    assert abs(found["localization_before"]) < 0.05
    assert positions(GRID).shape == (121, 2)
