"""The interval of a mean and its test against those of scipy."""

import numpy as np
import pytest
from scipy.stats import ttest_1samp

from alignment.statistics.student import mean_and_test


def test_intervals_and_tests_are_those_of_scipy():
    x = np.random.default_rng(0).normal(0.3, 1, 8)
    found = mean_and_test(x)
    test = ttest_1samp(x, 0)
    low, high = test.confidence_interval(0.95)
    assert (found["low"], found["high"]) == pytest.approx((low, high))
    assert (found["t"], found["p"]) == pytest.approx((test.statistic, test.pvalue))
    assert (found["n"], found["mean"], found["sd"]) == pytest.approx((8, x.mean(), x.std(ddof=1)))


def test_fewer_values_than_a_test_needs_have_an_interval_alone():
    values = [1.0, 1.2, 0.9, 1.1]
    found = mean_and_test(values, fewest_tested=5)
    assert found["low"] < found["mean"] < found["high"]
    assert np.isnan([found["t"], found["p"]]).all()
    assert np.isfinite(mean_and_test(values, fewest_tested=4)["p"])


def test_one_value_has_a_mean_alone_and_none_has_nothing():
    one, none = mean_and_test([0.3]), mean_and_test([])
    assert (one["n"], one["mean"], none["n"]) == (1, 0.3, 0)
    assert np.isnan([one[name] for name in ("sd", "low", "high", "t", "p")]).all()
    assert np.isnan(none["mean"])


def test_what_does_not_vary_has_neither_interval_nor_test():
    found = mean_and_test([0.25] * 6)
    assert (found["mean"], found["sd"]) == (0.25, 0)
    assert np.isnan([found[name] for name in ("low", "high", "t", "p")]).all()


def test_what_rounding_leaves_is_no_variation():
    values = np.array([0.1, 0.1, 0.1])
    assert values.std() > 0
    found = mean_and_test(values)
    assert np.isnan([found["t"], found["p"]]).all()
    assert np.isfinite(mean_and_test([0.1, 0.1, 0.1 + 1e-9])["p"])


def test_undefined_values_are_left_out():
    assert mean_and_test([1.0, np.nan, 2.0, np.inf])["n"] == 2
