"""Correlations and ranks by hand, and against SciPy."""

import numpy as np
import pytest
from oracle import naive_pearson
from scipy import stats

from alignment.similarity.correlations import average_ranks, pearson, spearman

RNG = np.random.default_rng(0)


@pytest.mark.parametrize(
    ("values", "expected"),
    [([30, 10, 20], [3, 1, 2]), ([5, 1, 5, 0], [3.5, 2, 3.5, 1]), ([2, 2, 2], [2, 2, 2]), ([], [])],
)
def test_ranks_by_hand(values, expected):
    assert average_ranks(np.array(values, dtype=float)).tolist() == expected


def test_correlations_are_those_of_scipy():
    x = RNG.integers(0, 9, 60).astype(float)
    y = x + RNG.normal(size=60).round(1) * 5
    assert pearson(x, y) == pytest.approx(stats.pearsonr(x, y).statistic, rel=1e-12)
    assert spearman(x, y) == pytest.approx(stats.spearmanr(x, y).statistic, rel=1e-12)


def test_undefined_values_leave_a_correlation():
    x = np.array([1, 2, np.nan, 4, 9.0])
    y = np.array([2, 1, 7, np.nan, 3.0])
    assert pearson(x, y) == pytest.approx(naive_pearson([1, 2, 9], [2, 1, 3]))
    assert spearman(x, y) == pytest.approx(0.5)


@pytest.mark.parametrize(
    ("x", "y"), [([1, 1, 1], [1, 2, 4]), ([np.nan, 1, 2], [5, 3, 3]), ([], []), ([3], [4])]
)
def test_what_does_not_vary_has_no_correlation(x, y):
    x, y = np.array(x, dtype=float), np.array(y, dtype=float)
    assert np.isnan([pearson(x, y), pearson(y, x), spearman(x, y), spearman(y, x)]).all()
