"""Bootstrap intervals over images."""

from functools import partial

import numpy as np
import pytest
from scipy import stats

from alignment.saliency.comparison import typical
from alignment.statistics.bootstrap import bootstrap_interval, mean_with_interval


def test_a_bootstrap_interval_is_that_of_scipy():
    values = np.random.default_rng(0).normal(3, 2, 50)
    low, high = bootstrap_interval(values, n_draws=20000)
    expected = stats.bootstrap((values,), np.mean, n_resamples=20000, method="percentile", rng=1)
    assert low == pytest.approx(expected.confidence_interval.low, abs=0.02)
    assert high == pytest.approx(expected.confidence_interval.high, abs=0.02)
    assert bootstrap_interval(np.append(values, np.nan), n_draws=20000) == (low, high)
    assert np.isnan(bootstrap_interval(np.array([1.0, np.nan]))).all()


def test_an_interval_covers_the_truth_as_often_as_it_says():
    rng = np.random.default_rng(0)
    covered = []
    for seed in range(200):
        low, high = bootstrap_interval(rng.normal(0.3, 0.2, 40), n_draws=400, seed=seed)
        covered.append(low < 0.3 < high)
    assert 0.88 <= np.mean(covered) <= 0.99


def test_an_interval_of_infinite_risks_is_infinite():
    median_log = partial(typical, "relative_risk_5")
    assert bootstrap_interval(np.full(9, np.inf), median_log) == (np.inf, np.inf)
    assert np.isnan(bootstrap_interval(np.full(3, np.nan), median_log)).all()


def test_a_mean_has_its_interval_under_its_name():
    values = np.array([1.0, np.nan, 2.0, 4.0])
    low, high = bootstrap_interval(values)
    found = mean_with_interval("r", values)
    assert found == {"r": pytest.approx(7 / 3), "r_low": low, "r_high": high}
