"""Overlap of sets of maps, by hand, over all sets, and of draws."""

from itertools import combinations
from math import comb

import numpy as np
import pytest
from scipy import stats

from alignment.statistics.overlap import overlap, random_overlap, random_stable


def members(chosen, n=6):
    return np.isin(np.arange(n), chosen)


@pytest.mark.parametrize(
    ("a", "b", "expected"),
    [
        ([0, 1, 2], [1, 2, 3], 2 / 4),
        ([0, 1], [0, 1], 1),
        ([0], [5], 0),
        ([0], [], 0),
        ([], [], np.nan),
    ],
)
def test_overlap_by_hand(a, b, expected):
    assert overlap(members(a), members(b)) == pytest.approx(expected, nan_ok=True)


@pytest.mark.parametrize(("n_a", "n_b"), [(2, 3), (1, 1), (5, 4), (6, 2), (0, 3), (6, 6)])
def test_random_overlap_is_the_mean_over_all_sets(n_a, n_b):
    first = set(range(n_a))
    all_sets = [set(second) for second in combinations(range(6), n_b)]
    assert len(all_sets) == comb(6, n_b)
    expected = np.mean([len(first & second) / len(first | second) for second in all_sets])
    assert random_overlap(n_a, n_b, 6) == pytest.approx(expected, rel=1e-12)


def test_random_overlap_of_many_maps_is_that_of_draws():
    rng = np.random.default_rng(1)
    drawn = [
        overlap(
            members(rng.choice(1280, 300, replace=False), 1280),
            members(rng.choice(1280, 180, replace=False), 1280),
        )
        for _ in range(1000)
    ]
    assert random_overlap(300, 180, 1280) == pytest.approx(np.mean(drawn), abs=2e-3)
    assert np.isnan(random_overlap(0, 0, 1280))


def test_random_stable_maps_are_binomial_where_sets_have_one_size():
    expected = 1280 * stats.binom.sf(35, 40, 640 / 1280)
    assert random_stable(np.full(40, 640), 1280, 0.9) == pytest.approx(expected, rel=1e-9)


def test_random_stable_maps_of_different_sizes_by_hand():
    # In at least half of two folds: not in none of them.
    assert random_stable(np.array([2, 5]), 10, 0.5) == pytest.approx(10 * (1 - 0.8 * 0.5))
    assert random_stable(np.array([2, 5]), 10, 1) == pytest.approx(10 * 0.2 * 0.5)
    assert random_stable(np.array([0, 10]), 10, 0.5) == pytest.approx(10)
