"""Localization against scipy and loops, and on sheets whose order is known."""

import numpy as np
import pytest
from scipy.stats import pearsonr, spearmanr

from alignment.topography.localization import (
    correlation_by_distance,
    distance_to_most_correlated,
    localization,
    pair_values,
    unit_correlations,
)
from alignment.topography.sheet import grid_distances, positions

GRID = (4, 5)
FAR = grid_distances(GRID)
ACTIVATIONS = np.random.default_rng(0).normal(size=(30, 20)).astype(np.float32)


def smooth(grid, n_images=400, width=2.0, seed=0):
    """Activations of units that are correlated the more, the closer they lie."""
    far = grid_distances(grid)
    mixing = np.exp(-((far / width) ** 2))
    return np.random.default_rng(seed).normal(size=(n_images, len(far))) @ mixing


def test_correlations_are_pearsons():
    r = unit_correlations(ACTIVATIONS)
    for i, j in [(0, 1), (3, 17), (19, 2)]:
        expected = pearsonr(ACTIVATIONS[:, i].astype(float), ACTIVATIONS[:, j].astype(float))
        assert r[i, j] == pytest.approx(expected.statistic, abs=1e-12)
    np.testing.assert_array_equal(np.diagonal(r), 1)


def test_units_that_do_not_vary_have_no_correlation_and_are_left_out():
    silent = ACTIVATIONS.copy()
    silent[:, [4, 9]] = 0
    r = unit_correlations(silent)
    assert np.isnan(r[4]).all()
    assert np.isnan(r[:, 9]).all()
    kept = np.delete(np.arange(20), [4, 9])
    inside = np.ix_(kept, kept)
    assert localization(r, FAR) == localization(r[inside], FAR[inside])
    assert distance_to_most_correlated(r, FAR) == distance_to_most_correlated(
        r[inside], FAR[inside]
    )
    assert len(pair_values(r, FAR)[0]) == 18 * 17 / 2


def test_localization_is_minus_spearmans():
    r = unit_correlations(ACTIVATIONS)
    above = np.triu_indices(20, 1)
    expected = -spearmanr(FAR[above], r[above]).statistic
    assert localization(r, FAR) == pytest.approx(expected, abs=1e-12)
    assert np.isnan(localization(np.full((20, 20), np.nan), FAR))


def test_the_most_correlated_units_are_those_of_a_loop():
    r = unit_correlations(ACTIVATIONS)
    expected = []
    for i in range(20):
        others = sorted((j for j in range(20) if j != i), key=lambda j: -r[i, j])
        expected.append(np.mean([FAR[i, j] for j in others[:5]]))
    observed, chance = distance_to_most_correlated(r, FAR)
    assert observed == pytest.approx(np.mean(expected))
    assert chance == pytest.approx(np.mean(FAR[np.triu_indices(20, 1)]))


def test_a_smooth_sheet_is_localized_and_a_shuffled_one_is_not():
    grid = (11, 11)
    far, activations = grid_distances(grid), smooth(grid)
    r = unit_correlations(activations)
    assert localization(r, far) > 0.5
    near, chance = distance_to_most_correlated(r, far)
    assert near < 1.5 < 5 < chance
    steps, curve = correlation_by_distance(r, far)
    assert steps[0] == 1
    assert curve[0] > 0.8
    assert abs(curve[9]) < 0.1
    order = np.random.default_rng(1).permutation(121)
    shuffled = r[np.ix_(order, order)]
    assert abs(localization(shuffled, far)) < 0.05
    assert distance_to_most_correlated(shuffled, far)[0] == pytest.approx(chance, abs=0.3)


def test_the_curve_is_the_mean_at_each_whole_distance():
    r = unit_correlations(ACTIVATIONS)
    steps, curve = correlation_by_distance(r, FAR)
    found = {}
    for i in range(20):
        for j in range(i + 1, 20):
            found.setdefault(round(FAR[i, j]), []).append(r[i, j])
    assert steps.tolist() == sorted(found)
    np.testing.assert_allclose(curve, [np.mean(found[step]) for step in sorted(found)])
    assert positions(GRID).max() == 4
