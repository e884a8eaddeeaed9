"""Similarity of representations against scipy."""

import numpy as np
import pytest
from scipy.spatial.distance import pdist
from scipy.stats import pearsonr

from alignment.topography.representations import (
    SUMMARY_COLUMNS,
    class_means,
    dissimilarities,
    pair_rows,
    similarities,
    summarize_pairs,
)

rng = np.random.default_rng(0)


def test_dissimilarities_are_correlation_distances():
    activations = rng.normal(size=(14, 9)).astype(np.float32)
    expected = pdist(activations.astype(float), "correlation")
    np.testing.assert_allclose(dissimilarities(activations), expected, atol=1e-12)


def test_an_image_whose_units_are_alike_but_for_rounding_has_no_distance():
    activations = rng.normal(size=(3, 9))
    activations[1] = 0.1 + 1e-17 * np.arange(9)
    activations[1, 0] = np.nextafter(0.1, 1)
    found = dissimilarities(activations)
    assert np.isnan(found).tolist() == [True, False, True]
    activations[1] = 0
    assert np.isnan(dissimilarities(activations, "cosine")).tolist() == [True, False, True]


def test_similarities_are_squared_correlations():
    vectors = rng.normal(size=(3, 50))
    found = similarities(vectors)
    for a in range(3):
        for b in range(3):
            expected = pearsonr(vectors[a], vectors[b]).statistic ** 2
            assert found[a, b] == pytest.approx(expected)


def test_class_means_are_in_the_order_of_classes():
    activations, labels = rng.normal(size=(12, 3)), np.array([2, 0] * 6)
    found = class_means(activations, labels)
    np.testing.assert_allclose(
        found, [activations[1::2].mean(axis=0), activations[::2].mean(axis=0)]
    )


def test_an_order_of_units_changes_nothing():
    activations = rng.normal(size=(14, 9))
    np.testing.assert_allclose(
        dissimilarities(activations),
        dissimilarities(activations[:, rng.permutation(9)]),
        atol=1e-12,
    )


def test_pairs_of_networks_are_gathered_within_and_between_cells():
    networks = [("WS", 1.0, 1), ("WS", 1.0, 2), ("control", 0.0, 1)]
    vectors = {"images": rng.normal(size=(3, 30)), "classes": rng.normal(size=(3, 10))}
    rows = pair_rows(networks, vectors)
    assert len(rows) == 3
    assert rows[1]["images"] == pytest.approx(similarities(vectors["images"])[0, 2])
    found = {tuple(row[name] for name in SUMMARY_COLUMNS[:5]): row for row in summarize_pairs(rows)}
    assert set(found) == {
        ("WS", 1.0, "WS", 1.0, "different seeds"),
        ("WS", 1.0, "control", 0.0, "same seed"),
        ("WS", 1.0, "control", 0.0, "different seeds"),
    }
    assert all(row["n"] == 1 for row in found.values())
