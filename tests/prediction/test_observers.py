"""Fits with single observers and their noise ceiling, against rsatoolbox."""

import numpy as np
import pytest
import rsatoolbox
from scipy import stats

from alignment.prediction.observers import (
    OBSERVER_COLUMNS,
    SUMMARY_COLUMNS,
    compare_observers,
    correlation_of,
    noise_ceiling,
    observer_fits,
    summarize_observers,
)


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


def test_observers_of_few_pairs_count_as_those_of_many():
    """Their ranks are shares of their own pairs, not small numbers."""
    rng = np.random.default_rng(0)
    observers = np.tile(rng.random(400), (12, 1))
    for s, values in enumerate(observers):
        values[rng.permutation(400)[: 360 if s % 2 else 40]] = np.nan
    lower, upper = noise_ceiling(observers, "spearman")
    assert 0.99 < lower <= upper <= 1


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
    assert [correlation_of(kind) for kind in ("r2", "pearson", "spearman")] == [
        "pearson",
        "pearson",
        "spearman",
    ]


@pytest.mark.parametrize("kind", ["pearson", "spearman"])
def test_all_and_retained_maps_are_compared_over_the_same_observers(observers, kind):
    rng = np.random.default_rng(3)
    full, retained = rng.random((2, 45))
    # The retained maps have no similarity for the pairs that the third observer judged alone.
    holes = observers.copy()
    holes[2, 2:] = np.nan
    retained[:2] = np.nan
    found = compare_observers(full, retained, holes, kind)
    assert tuple(found) == OBSERVER_COLUMNS
    assert found["n_observers"] == 7
    both = np.isfinite(observer_fits(retained, holes, kind))
    assert not both.any()
    assert np.isnan([found["observer_full"], found["observer_retained"]]).all()

    retained[:2] = 0.5
    holes[2, :2] = 0.5  # an observer who does not vary has no correlation
    found = compare_observers(full, retained, holes, kind)
    others = [0, 1, 3, 4, 5, 6]
    plain = stats.pearsonr if kind == "pearson" else stats.spearmanr
    for name, similarities in (("observer_full", full), ("observer_retained", retained)):
        expected = np.mean([plain(similarities, observers[s]).statistic for s in others])
        assert found[name] == pytest.approx(expected)
    assert (found["observer_lower"], found["observer_upper"]) == noise_ceiling(holes, kind)


def folds_of(rows):
    names = ("cohort", "model", *OBSERVER_COLUMNS)
    return dict(zip(names, map(np.array, zip(*rows, strict=True)), strict=True))


@pytest.mark.parametrize(("kind", "correlation"), [("r2", "pearson"), ("spearman", "spearman")])
def test_fits_with_observers_are_averaged_over_folds(kind, correlation):
    nothing = (np.nan,) * 5
    rows = summarize_observers(
        folds_of(
            [
                ("a", "m", 16, 0.1, 0.2, 0.3, 0.4),
                ("b", "m", *nothing),  # whose observers are not told apart
                ("a", "n", 16, 0.5, 0.5, 0.5, 0.5),
                ("a", "m", 16, 0.3, 0.6, 0.5, 0.8),
                # Of this fold the retained maps have no fit.
                ("a", "m", 16, 0.9, np.nan, 0.9, 0.9),
                # In this one no observer judged what others did.
                ("a", "m", 16, 0.2, 0.4, np.nan, np.nan),
            ]
        ),
        kind,
    )
    assert [(row["cohort"], row["model"]) for row in rows] == [("a", "m"), ("a", "n")]
    assert all(tuple(row) == SUMMARY_COLUMNS for row in rows)
    assert {row["correlation"] for row in rows} == {correlation}
    first = rows[0]
    assert (first["n_observers"], first["n_folds"]) == (16, 3)
    assert [first[name] for name in OBSERVER_COLUMNS[1:]] == pytest.approx([0.2, 0.4, 0.4, 0.6])


def test_without_observers_there_is_nothing_to_summarize():
    assert summarize_observers(folds_of([("a", "m", *(np.nan,) * 5)]), "r2") == []
