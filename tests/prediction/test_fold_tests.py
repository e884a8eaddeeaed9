"""The tests over folds: against SciPy, by hand, and where there is nothing to find."""

import numpy as np
import pytest
from scipy import stats

from alignment.importance.folds import make_folds
from alignment.prediction.fold_tests import (
    TESTS,
    compare_folds,
    compare_rivals,
    interval_of_means,
    with_intervals,
)
from alignment.similarity.fits import fit
from alignment.similarity.pairs import upper_triangle


@pytest.fixture
def folds():
    rng = np.random.default_rng(0)
    full = rng.random(40)
    retained = full + 0.03 + 0.1 * rng.normal(size=40)
    n_test = np.array([19, 19, 18, 18, 18] * 8)
    return full, retained, 92 - n_test, n_test


def test_the_plain_test_is_scipys_one_sided_paired_t_test(folds):
    full, retained, *_ = folds
    result = compare_folds(*folds)
    expected = stats.ttest_rel(retained, full, alternative="greater")
    assert result["t"] == pytest.approx(expected.statistic)
    assert result["p"] == pytest.approx(expected.pvalue)
    assert compare_folds(retained, full, *folds[2:])["p"] == pytest.approx(1 - expected.pvalue)
    assert result["n_folds"] == 40
    assert result["test_full"] == pytest.approx(full.mean())
    assert result["test_retained"] == pytest.approx(retained.mean())
    assert result["difference"] == pytest.approx(retained.mean() - full.mean())


def test_every_number_by_hand():
    """d = 1, 3, 2, 2: mean 2, sum of squares 18, variance 2/3; a quarter as many test as train."""
    result = compare_folds([0, 0, 1, 1], [1, 3, 3, 3], [8] * 4, [2] * 4)
    assert result["difference"] == 2
    assert result["within_subject_se"] == pytest.approx(np.sqrt(18 / 12))
    assert result["difference_se"] == pytest.approx(np.sqrt(2 / 3 / 4))
    assert result["t"] == pytest.approx(2 / np.sqrt(2 / 3 / 4))
    # Nadeau & Bengio (2003): (1/4 + 2/8) times the variance of d
    assert result["t_corrected"] == pytest.approx(2 / np.sqrt((1 / 4 + 2 / 8) * 2 / 3))
    for name in ("", "_corrected"):
        p = 1 - stats.t.cdf(result[f"t{name}"], df=3)
        assert result[f"p{name}"] == pytest.approx(p)


def test_rivals_that_change_places_change_the_sign_alone():
    """Also far out, where the larger tail is 1 to the last digit."""
    own = 0.5 + 0.01 * np.random.default_rng(0).normal(size=40)
    sizes = [32] * 40, [8] * 40
    one, other = (
        compare_rivals(*pair, *sizes) for pair in ((np.zeros(40), own), (own, np.zeros(40)))
    )
    assert 0 < one["p_corrected"] < 1e-30
    assert one["p_corrected"] == pytest.approx(other["p_corrected"], rel=1e-9)
    assert one["p_corrected"] == pytest.approx(2 * stats.t.sf(one["t_corrected"], 39), rel=1e-9)
    assert one["t_corrected"] == pytest.approx(-other["t_corrected"])
    widths = {
        round(row["corrected_high"] - row["corrected_low"], 12)
        for row in with_intervals([one, other], sides=2)
    }
    assert len(widths) == 1


@pytest.mark.parametrize("sides", [1, 2])
def test_an_interval_leaves_zero_out_just_where_its_test_is_significant(sides):
    rng = np.random.default_rng(3)
    rows = []
    for gain in np.linspace(-0.2, 0.4, 40):
        d = gain + 0.1 * rng.normal(size=40)
        row = compare_folds(np.zeros(40), d, [32] * 40, [8] * 40)
        if sides == 2:
            row["p_corrected"] = 2 * min(row["p_corrected"], 1 - row["p_corrected"])
        rows.append(row)
    told = []
    for row in with_intervals(rows, sides):
        low, high = row["corrected_low"], row["corrected_high"]
        assert row["difference"] == pytest.approx((low + high) / 2)
        told.append((low > 0 or (sides == 2 and high < 0), row["p_holm"] < 0.05))
    assert set(told) == {(True, True), (False, False)}


def test_an_interval_is_as_wide_where_nothing_is_left_to_find():
    """Holm's p stops at 1; the number of tests that it takes p for does not."""
    rows = [
        compare_folds(np.zeros(9), d * np.random.default_rng(k).normal(size=9), [8] * 9, [2] * 9)
        for k, d in enumerate((1, 1))
    ]
    for row in rows:
        row["p_corrected"] = 0.9
    for row in with_intervals(rows, sides=2):
        assert row["p_holm"] == 1
        width = stats.t.ppf(1 - 0.05 / 2 / 2, 8) * row["corrected_se"]
        assert row["corrected_high"] - row["difference"] == pytest.approx(width)


def test_an_interval_by_hand():
    """A single test needs no correction: its interval is the usual one of Student's t."""
    row = compare_folds([0, 0, 1, 1], [1, 3, 3, 3], [8] * 4, [2] * 4)
    row["p_corrected"] *= 2
    (row,) = with_intervals([row], sides=2)
    assert row["corrected_se"] == pytest.approx(np.sqrt((1 / 4 + 2 / 8) * 2 / 3))
    expected = stats.t.interval(0.95, 3, loc=2, scale=row["corrected_se"])
    assert (row["corrected_low"], row["corrected_high"]) == pytest.approx(expected)


@pytest.mark.parametrize("sides", [1, 2])
def test_the_intervals_of_differences_are_those_of_student_whatever_the_tests_are(sides):
    rng = np.random.default_rng(0)
    rows = with_intervals(
        [compare_folds(np.zeros(n), rng.normal(size=n), [8] * n, [2] * n) for n in (3, 9, 40)],
        sides,
    )
    for row in rows:
        here = row["difference"], row["corrected_se"]
        expected = stats.t.interval(0.95, row["n_folds"] - 1, *here)
        assert (row["interval_low"], row["interval_high"]) == pytest.approx(expected)


@pytest.mark.parametrize("n", [1, 3])
def test_a_single_fold_and_folds_that_all_gain_the_same_have_no_interval(n):
    (row,) = with_intervals([compare_folds([0] * n, [1] * n, [8] * n, [2] * n)], sides=1)
    assert np.isnan([row["corrected_low"], row["corrected_high"]]).all()
    assert np.isnan([row["interval_low"], row["interval_high"]]).all()


def test_unequal_folds_are_corrected_by_their_mean_ratio(folds):
    full, retained, n_train, n_test = folds
    ratio = (2 * 19 / 73 + 3 * 18 / 74) / 5
    d = retained - full
    expected = d.mean() / np.sqrt((1 / 40 + ratio) * d.var(ddof=1))
    assert compare_folds(full, retained, n_train, n_test)["t_corrected"] == pytest.approx(expected)


def test_folds_that_are_undefined_on_either_side_are_left_out(folds):
    full, retained, n_train, n_test = (values.copy() for values in folds)
    full[3] = retained[10] = full[22] = retained[22] = np.nan
    kept = np.delete(np.arange(40), [3, 10, 22])
    result = compare_folds(full, retained, n_train, n_test)
    assert result["n_folds"] == 37
    assert result == pytest.approx(compare_folds(*(values[kept] for values in folds)))


@pytest.mark.parametrize(
    ("full", "n", "mean"), [([0.2, np.nan], 1, 0.2), ([np.nan, np.nan], 0, np.nan)]
)
def test_fewer_than_two_folds_give_means_but_no_test(full, n, mean):
    result = compare_folds(full, [0.5, 0.6], [8, 8], [2, 2])
    assert result["n_folds"] == n
    assert result["test_full"] == pytest.approx(mean, nan_ok=True)
    assert result["difference"] == pytest.approx(0.5 - mean, nan_ok=True)
    assert all(np.isnan(result[name]) for name in TESTS)


def test_folds_without_any_difference_have_no_test_statistic():
    result = compare_folds([0.2, 0.4, 0.3], [0.2, 0.4, 0.3], [8] * 3, [2] * 3)
    assert result["difference"] == result["within_subject_se"] == result["difference_se"] == 0
    assert all(np.isnan(result[name]) for name in ("t", "p", "t_corrected", "p_corrected"))


def test_differences_that_are_all_equal_have_no_test():
    """Rounding leaves them a spread, by which any difference would be certain."""
    full = np.random.default_rng(0).random(40)
    result = compare_folds(full, full + 0.1, [8] * 40, [2] * 40)
    assert result["difference"] == pytest.approx(0.1)
    assert np.isnan([result[name] for name in ("t", "p", "t_corrected", "p_corrected")]).all()


def test_what_rounding_leaves_is_no_difference():
    full = np.random.default_rng(0).random(40)
    result = compare_folds(full, full * (1 + 2e-16) + 1e-16, [8] * 40, [2] * 40)
    assert result["difference"] == 0
    assert np.isnan([result["p"], result["p_corrected"]]).all()
    real = compare_folds(full, full + np.linspace(1e-9, 2e-9, 40), [8] * 40, [2] * 40)
    assert real["p_corrected"] < 1e-9


def test_with_nothing_to_find_only_the_corrected_test_keeps_its_level():
    """8 repetitions of 5-fold cross-validation on 40 values whose true mean is 0."""
    rng = np.random.default_rng(0)
    tests = []
    for _ in range(8):
        tests += np.array_split(rng.permutation(40), 5)
    n_data_sets = 500
    rejected = np.zeros(2)
    for _ in range(n_data_sets):
        values = rng.normal(size=40)
        gain = np.array([values[test].mean() for test in tests])
        result = compare_folds(np.zeros(40), gain, [32] * 40, [8] * 40)
        rejected += [result["p"] < 0.05, result["p_corrected"] < 0.05]
    plain, corrected = rejected / n_data_sets
    assert plain > 0.2
    assert corrected < 0.08


def test_the_same_holds_for_fits_of_pairs_that_share_images():
    """Two networks that predict the judgments equally well, cut as the workflow cuts them."""
    rng = np.random.default_rng(1)
    n, n_data_sets = 40, 400
    seeds, judged = range(111, 999, 111), np.ones((n, n))
    folds = list(make_folds(np.arange(n), judged, seeds).of(judged))
    rejected = np.zeros(2)
    for _ in range(n_data_sets):
        latent = rng.normal(size=(n, 5))
        human, *networks = (
            upper_triangle(np.corrcoef(latent + rng.normal(size=latent.shape))) for _ in range(3)
        )
        fits = [[fit(r[f.test_pairs], human[f.test_pairs]) for f in folds] for r in networks]
        sizes = [[f.n_train for f in folds], [f.n_test for f in folds]]
        result = compare_folds(*fits, *sizes)
        rejected += [result["p"] < 0.05, result["p_corrected"] < 0.05]
    plain, corrected = rejected / n_data_sets
    assert plain > 0.15
    assert corrected < 0.1


def test_intervals_of_means_allow_for_what_folds_share():
    rng = np.random.default_rng(0)
    fits = rng.random((5, 3))
    fits[:4, 1] = np.nan  # a single fold
    fits[2, 0] = np.nan
    n_train, n_test = np.array([8, 8, 8, 9, 9]), np.array([3, 3, 3, 2, 2])
    mean, low, high = interval_of_means(fits, n_train, n_test)
    for k in (0, 2):
        here = np.isfinite(fits[:, k])
        own, n = fits[here, k], here.sum()
        share = np.mean(n_test[here] / n_train[here])
        error = np.sqrt(sum((own - sum(own) / n) ** 2) / (n - 1) * (1 / n + share))
        expected = sum(own) / n + np.array([0, -1, 1]) * stats.t.ppf(0.975, n - 1) * error
        assert [mean[k], low[k], high[k]] == pytest.approx(expected.tolist())
    assert mean[1] == fits[4, 1]
    assert np.isnan([low[1], high[1]]).all()
    nothing = interval_of_means(np.full((5, 1), np.nan), n_train, n_test)
    assert np.isnan(nothing).all()
