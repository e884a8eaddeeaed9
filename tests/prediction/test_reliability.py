"""The ceiling, on observers that are simulated with known truth and noise."""

import numpy as np
import pytest

from alignment.importance.folds import Fold, make_folds
from alignment.prediction.reliability import ceiling, mean_reliability, split_half_reliability
from alignment.similarity.pairs import pair_images

N_PAIRS = 4000


def simulate(n_observers, noise, seed=0):
    rng = np.random.default_rng(seed)
    truth = rng.normal(size=N_PAIRS)
    return truth, truth + noise * rng.normal(size=(n_observers, N_PAIRS))


@pytest.mark.parametrize(("n_observers", "noise"), [(2, 1), (4, 0.5), (10, 2), (16, 4), (9, 2)])
def test_the_reliability_of_the_mean_is_recovered(n_observers, noise):
    _, observers = simulate(n_observers, noise)
    expected = 1 / (1 + noise**2 / n_observers)
    assert split_half_reliability(observers, n_splits=40) == pytest.approx(expected, abs=0.02)


@pytest.mark.parametrize(("n_observers", "noise"), [(6, 1), (12, 3)])
def test_a_perfect_model_reaches_the_ceiling(n_observers, noise):
    truth, observers = simulate(n_observers, noise, seed=1)
    r = np.corrcoef(truth, observers.mean(axis=0))[0, 1]
    reliability = split_half_reliability(observers, n_splits=40)
    assert r**2 == pytest.approx(ceiling(reliability, "r2"), abs=0.02)
    assert r == pytest.approx(ceiling(reliability, "pearson"), abs=0.02)


def test_pure_noise_has_no_reliability():
    rng = np.random.default_rng(2)
    observers = rng.normal(size=(8, N_PAIRS))
    assert split_half_reliability(observers, n_splits=40) == pytest.approx(0, abs=0.05)


def test_two_observers_by_hand():
    """One split only; a pair that either left out takes no part."""
    a = np.array([1.0, 2, 4, 3, np.nan, 0])
    b = np.array([2.0, 1, 5, np.nan, 3, 1])
    r = np.corrcoef([1, 2, 4, 0], [2, 1, 5, 1])[0, 1]
    result = split_half_reliability(np.stack([a, b]), n_splits=5)
    assert result == pytest.approx(2 * r / (1 + r))


def test_missing_judgments_are_left_out_of_the_means():
    """Three observers: the halves are one against the mean of two, each way equally often."""
    _, observers = simulate(3, 1, seed=3)
    observers[1, ::3] = np.nan
    expected = []
    for k in range(3):
        alone, others = observers[k], np.nanmean(np.delete(observers, k, axis=0), axis=0)
        both = np.isfinite(alone)
        expected.append(np.corrcoef(alone[both], others[both])[0, 1])
    r, p = np.mean(expected), 1 / 3
    q = 1 - p
    stepped = r * (np.sqrt(r**2 + 4 * p * q * (1 - r**2)) - r) / (2 * p * q * (1 - r**2))
    result = split_half_reliability(observers, n_splits=600)
    assert result == pytest.approx(stepped, abs=2e-3)


@pytest.mark.parametrize("n_observers", [2, 3, 4, 5, 7])
def test_halves_of_an_odd_number_are_stepped_up_as_what_they_are(n_observers):
    rng = np.random.default_rng(5)
    truth = rng.normal(size=100_000)
    observers = truth + rng.normal(size=(n_observers, 100_000))
    found = split_half_reliability(observers, n_splits=20)
    assert found == pytest.approx(n_observers / (n_observers + 1), abs=4e-3)


@pytest.mark.parametrize("kind", ["pearson", "spearman"])
def test_identical_observers_agree_entirely(kind):
    one = np.random.default_rng(0).random(30)
    assert split_half_reliability(np.tile(one, (5, 1)), kind) == pytest.approx(1)


def test_rank_correlation_sees_only_the_order():
    _, observers = simulate(2, 0.5)
    result = split_half_reliability(observers, "spearman", n_splits=3)
    again = split_half_reliability(np.exp(3 * observers), "spearman", n_splits=3)
    assert result == pytest.approx(again, rel=1e-12)
    assert abs(split_half_reliability(np.exp(3 * observers), n_splits=3) - result) > 0.05


@pytest.mark.parametrize("n_observers", [0, 1])
def test_fewer_than_two_observers_have_no_reliability(n_observers):
    assert np.isnan(split_half_reliability(np.random.default_rng(0).random((n_observers, 20))))


def test_observers_who_never_varied_have_no_reliability():
    assert np.isnan(split_half_reliability(np.ones((4, 20)), n_splits=3))


def test_opposed_observers_have_no_reliability():
    assert split_half_reliability(np.array([[1.0, 2, 3], [3.0, 2, 1]])) == 0


def test_the_same_seed_gives_the_same_splits():
    _, observers = simulate(7, 2)
    first, again, other = (split_half_reliability(observers, n_splits=2, seed=s) for s in (0, 0, 1))
    assert first == again != other


@pytest.mark.parametrize(
    ("reliability", "kind", "expected"),
    [
        (0.64, "r2", 0.64),
        (0.64, "pearson", 0.8),
        (0.64, "spearman", 0.8),
        (-0.2, "r2", 0),
        (-0.2, "pearson", 0),
        (np.nan, "r2", np.nan),
        (np.nan, "pearson", np.nan),
    ],
)
def test_the_ceiling_of_each_fit(reliability, kind, expected):
    assert ceiling(reliability, kind) == pytest.approx(expected, nan_ok=True)


@pytest.mark.parametrize(("kind", "correlation"), [("r2", "pearson"), ("spearman", "spearman")])
def test_reliability_is_averaged_over_the_test_pairs_of_folds(kind, correlation):
    """Each seed draws splits of its own; judgments that are missing leave their pairs out."""
    rng = np.random.default_rng(0)
    truth = rng.random((12, 12))
    observers = truth + truth.T + 0.5 * rng.random((5, 12, 12))
    observers = observers + observers.transpose(0, 2, 1)
    observers[:, 0, 1] = observers[:, 1, 0] = np.nan
    mean = observers.mean(axis=0)
    folds = list(make_folds(np.arange(12), mean, [3, 4], 3).of(mean))
    first, second = pair_images(12)
    expected = [
        split_half_reliability(
            observers[:, first[fold.test_pairs], second[fold.test_pairs]],
            correlation,
            seed=fold.seed,
        )
        for fold in folds
    ]
    assert len(expected) == 6
    found = mean_reliability(observers, folds, kind)
    assert found == pytest.approx(np.mean(expected), abs=1e-12)
    assert 0 < found < 1


def test_observers_who_judged_nothing_in_common_have_no_reliability():
    observers = np.full((2, 6, 6), np.nan)
    observers[0, 0], observers[1, 1] = 0.5, 0.7
    everything = Fold(1, 0, 6, 6, np.arange(15), np.arange(15))
    assert np.isnan(mean_reliability(observers, [everything]))
