"""Fits with single observers and their noise ceiling, against rsatoolbox."""

import numpy as np
import pytest
import rsatoolbox
from scipy import stats

from alignment.prediction.observers import correlation, noise_ceiling, observer_fits


@pytest.fixture
def observers():
    rng = np.random.default_rng(0)
    shared = rng.random(45)
    return shared + 0.4 * rng.random((7, 45)) * np.arange(1, 8)[:, None]


@pytest.mark.parametrize(("kind", "method"), [("pearson", "corr"), ("spearman", "spearman")])
def test_the_ceiling_is_that_of_rsatoolbox(observers, kind, method):
    rdms = rsatoolbox.rdm.RDMs(observers)
    expected = rsatoolbox.inference.boot_noise_ceiling(rdms, method=method)
    assert noise_ceiling(observers, kind) == pytest.approx(expected, abs=1e-9)
    lower, upper = expected
    assert lower < upper < 1


def test_what_an_observer_did_not_judge_is_left_out(observers):
    holes = observers.copy()
    holes[2, 5:9] = holes[4, 0] = np.nan
    scaled = [(v - np.nanmean(v)) / np.nanstd(v) for v in holes]
    expected = []
    for s, values in enumerate(holes):
        judged = ~np.isnan(values)
        others = np.nanmean([v for k, v in enumerate(scaled) if k != s], axis=0)
        expected.append(np.corrcoef(others[judged], values[judged])[0, 1])
    assert noise_ceiling(holes)[0] == pytest.approx(np.mean(expected))


def test_no_model_is_above_the_upper_bound_on_average(observers):
    upper = noise_ceiling(observers)[1]
    rng = np.random.default_rng(1)
    models = [observers.mean(axis=0), *rng.random((20, 45))]
    assert max(observer_fits(model, observers).mean() for model in models) <= upper


def test_fits_are_correlations_with_every_observer(observers):
    similarities = np.random.default_rng(2).random(45)
    holes = observers.copy()
    holes[3, :10] = np.nan
    for kind, plain in (("pearson", stats.pearsonr), ("spearman", stats.spearmanr)):
        fits = observer_fits(similarities, holes, kind)
        assert fits[0] == pytest.approx(plain(similarities, holes[0]).statistic)
        assert fits[3] == pytest.approx(plain(similarities[10:], holes[3, 10:]).statistic)


def test_one_observer_has_no_ceiling(observers):
    assert np.isnan(noise_ceiling(observers[:1])).all()


def test_bounds_are_those_of_correlations_whatever_the_fit():
    assert [correlation(kind) for kind in ("r2", "pearson", "spearman")] == [
        "pearson",
        "pearson",
        "spearman",
    ]
