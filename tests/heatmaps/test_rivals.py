"""Rivals of the heatmap against their definitions."""

import numpy as np
import pytest
from oracle import similarity_matrix

from alignment.heatmaps.rivals import (
    activation_map,
    judgment_weights,
    mean_map,
    others,
    random_places,
)


def test_the_mean_of_all_maps_by_hand():
    maps = np.arange(12, dtype=np.float32).reshape(3, 2, 2)
    np.testing.assert_array_equal(mean_map(maps), [[4, 5], [6, 7]])


def test_a_mean_of_rounding_alone_is_no_map():
    """Maps that were standardised at each place, as by the layer norm of a transformer."""
    rng = np.random.default_rng(0)
    maps = rng.normal(size=(192, 14, 14)).astype(np.float32)
    assert mean_map(maps).any()
    maps -= maps.mean(axis=0)
    maps /= maps.std(axis=0)
    assert maps.mean(axis=0, dtype=np.float64).any()
    assert not mean_map(maps).any()


def test_an_activation_map_is_the_positive_part_of_a_weighted_sum():
    maps = np.array([[[1, 0], [0, 2]], [[0, 3], [1, 1]]], dtype=np.float32)
    np.testing.assert_array_equal(activation_map(maps, np.array([2.0, -1.0])), [[2, 0], [0, 3]])
    assert not activation_map(maps, np.array([2.0, np.nan])).any()


@pytest.mark.parametrize("similarity", ["pearson", "cosine"])
def test_judgment_weights_share_out_the_agreement_of_judgments_and_similarities(similarity):
    """Weighted by what a map is worth, an image's own unit row sums to sum over j of zH S."""
    rng = np.random.default_rng(0)
    pooled, judgments = rng.random((7, 5)), rng.random((7, 7))
    judgments[2, [0, 4]] = np.nan
    judgments[5] = 1.0  # nobody tells the others apart
    weights = judgment_weights(pooled, judgments, similarity)
    alike = similarity_matrix(pooled, similarity)
    for i in range(7):
        part = [j for j in range(7) if j != i and np.isfinite(judgments[i, j])]
        if i == 5:
            assert np.isnan(weights[i]).all()
            continue
        judged = judgments[i, part]
        z = (judged - judged.mean()) / judged.std()
        own = pooled[i] - pooled[i].mean() if similarity == "pearson" else pooled[i]
        own = own / np.sqrt(own @ own)
        assert weights[i] @ own == pytest.approx(z @ alike[i, part])
        expected = np.zeros(5)
        for k, j in enumerate(part):
            other = pooled[j] - (pooled[j].mean() if similarity == "pearson" else 0)
            expected += z[k] * other / np.sqrt(other @ other)
        np.testing.assert_allclose(weights[i], expected)


def test_judgments_beside_a_silent_image_weigh_nothing():
    rng = np.random.default_rng(0)
    pooled, judgments = rng.random((4, 5)), rng.random((4, 4))
    pooled[3], judgments[1, 3] = 0.1, np.nan
    found = judgment_weights(pooled, judgments)
    assert np.isfinite(found[[1, 3]]).all()
    assert np.isnan(found[[0, 2]]).all()


def test_random_places_are_as_coarse_as_heatmaps_and_differ():
    generator = np.random.default_rng(0)
    first, second = (random_places((3, 4), generator) for _ in range(2))
    assert first.shape == (3, 4)
    assert (first != second).all()


@pytest.mark.parametrize("n", [2, 3, 20])
def test_every_image_gets_the_heatmap_of_another_and_each_is_taken_once(n):
    partner = others(n, np.random.default_rng(1))
    assert sorted(partner) == list(range(n))
    assert (partner != np.arange(n)).all()
