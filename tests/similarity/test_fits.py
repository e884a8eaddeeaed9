"""The fit against SciPy, where it is undefined, and the ranking by it."""

import numpy as np
import pytest
from scipy import stats

from alignment.similarity.fits import FITS, fit, fit_drop, lengths, rank_maps

REFERENCE = {
    "r2": lambda x, y: stats.pearsonr(x, y).statistic ** 2,
    "pearson": lambda x, y: stats.pearsonr(x, y).statistic,
    "spearman": lambda x, y: stats.spearmanr(x, y).statistic,
}
kinds = pytest.mark.parametrize("kind", FITS)


@pytest.fixture
def pairs():
    rng = np.random.default_rng(0)
    judgments = rng.random(50)
    return rng.normal(size=(4, 50)) - judgments, judgments


@kinds
def test_every_row_is_fitted_as_scipy_does(pairs, kind):
    rows, judgments = pairs
    before = rows.copy()
    result = fit(rows, judgments, kind)
    expected = [REFERENCE[kind](row, judgments) for row in rows]
    np.testing.assert_allclose(result, expected, rtol=1e-12)
    assert fit(rows[2], judgments, kind) == pytest.approx(expected[2], rel=1e-12)
    assert fit(rows.reshape(2, 2, 50), judgments, kind).shape == (2, 2)
    np.testing.assert_array_equal(rows, before)
    if kind != "r2":
        assert (result < 0).all()  # signed: the rows were made to oppose the judgments


@kinds
def test_rows_can_have_judgments_of_their_own(kind):
    rng = np.random.default_rng(3)
    rows, judgments = rng.normal(size=(2, 3, 4, 30))
    judgments[1, 2] = 5.0
    result = fit(rows, judgments, kind)
    for place in np.ndindex(3, 4):
        expected = np.nan if place == (1, 2) else REFERENCE[kind](rows[place], judgments[place])
        np.testing.assert_allclose(result[place], expected, rtol=1e-12)


@kinds
def test_single_precision_is_accumulated_in_double(kind):
    """A difference of 1e-4 on top of a similarity near 1 survives."""
    rng = np.random.default_rng(1)
    judgments = rng.random(5000)
    x = (0.99 + 1e-4 * rng.random(5000)).astype(np.float32)
    assert fit(x, judgments, kind) == pytest.approx(
        REFERENCE[kind](x.astype(np.float64), judgments), abs=1e-9
    )


@kinds
def test_ranks_are_averaged_over_ties(kind):
    x, y = [1, 1, 2, 3, 3, 3], [2, 1, 1, 4, 3, 3]
    assert fit(np.array(x), np.array(y), kind) == pytest.approx(REFERENCE[kind](x, y), rel=1e-12)


def test_rounding_does_not_break_a_tie():
    y = np.array([3.0, 1, 2, 5])
    x = np.array([0.2, 0.5, 0.5, 0.7])
    noisy = x + np.array([0, 1e-15, -1e-15, 0])
    assert fit(noisy, y, "spearman") == fit(x, y, "spearman")
    assert fit(x, y, "spearman") == pytest.approx(stats.spearmanr(x, y).statistic)


def test_means_of_the_same_answers_in_another_order_are_a_tie():
    answers = np.array([[0.1, 0.2, 0.3], [0.3, 0.2, 0.1], [0.4, 0.6, 0.8], [0.7, 0.7, 0.1]])
    means = [sum(row.tolist()) / 3 for row in answers]
    assert means[0] != means[1]
    x = np.array([0.5, 0.1, 0.8, 0.9])
    expected = stats.spearmanr(x, [1, 1, 3, 2]).statistic
    assert fit(x, np.array(means), "spearman") == pytest.approx(expected)
    assert fit(x, 1e-9 * np.array(means), "spearman") == pytest.approx(expected)  # of any range


@kinds
def test_an_undefined_similarity_makes_its_own_row_undefined(pairs, kind):
    rows, judgments = pairs
    rows[1, 7] = np.nan
    assert np.isnan(fit(rows, judgments, kind)).tolist() == [False, True, False, False]


@kinds
@pytest.mark.parametrize("noise", [0, 1e-16, 1e-15])
@pytest.mark.parametrize("value", [0, 0.1, 1])
def test_constant_similarities_have_no_fit(kind, noise, value):
    rng = np.random.default_rng(2)
    assert np.isnan(fit(value + noise * rng.normal(size=60), rng.random(60), kind))


@pytest.mark.parametrize("value", [0, 0.1, 0.3, 1 / 3, 1])
def test_constant_judgments_have_no_rank_correlation(value):
    assert np.isnan(fit(np.random.default_rng(3).random(10), np.full(10, value), "spearman"))


@pytest.mark.parametrize("kind", ["r2", "pearson"])
@pytest.mark.parametrize("value", [0, 0.1, 0.3, 1 / 3, 1])
def test_constant_judgments_have_no_fit(kind, value):
    assert np.isnan(fit(np.random.default_rng(3).random(10), np.full(10, value), kind))


@kinds
@pytest.mark.parametrize("n", [0, 1])
def test_fewer_than_two_pairs_have_no_fit(kind, n):
    assert np.isnan(fit(np.zeros((3, n)), np.zeros(n), kind)).tolist() == [True] * 3


def test_an_embedding_that_varies_by_rounding_has_no_length():
    rows = np.array([[0.1] * 3, [0.0] * 3, [1e-8, 2e-8, 3e-8], [1, 1, 1 + 1e-3]])
    centred = rows - rows.mean(axis=1, keepdims=True)
    assert centred[0].any()  # 0.1 thrice has a mean of its own
    found = lengths(rows, centred)[:, 0]
    assert np.isnan(found).tolist() == [True, True, False, False]
    np.testing.assert_allclose(found[2:], np.linalg.norm(centred[2:], axis=1))


def test_an_unknown_fit_is_refused():
    with pytest.raises(ValueError, match="fit 'kendall' is not one of r2, pearson, spearman"):
        fit(np.arange(3), np.arange(3), "kendall")


@kinds
def test_a_maps_score_is_what_its_removal_costs(pairs, kind):
    rows, judgments = pairs
    whole = rows[0] + judgments
    without = np.stack([rows[1], whole, np.full(50, 0.4), rows[3]])
    full, fit_without, ais = fit_drop(whole, without, judgments, kind)
    assert full == pytest.approx(REFERENCE[kind](whole, judgments), rel=1e-12)
    for f in (0, 3):
        assert ais[f] == pytest.approx(full - REFERENCE[kind](without[f], judgments), rel=1e-9)
    assert ais[1] == 0  # exactly: nothing changed
    assert fit_without[1] == full
    assert np.isnan([fit_without[2], ais[2]]).all()


def test_an_unchanged_row_scores_exactly_zero_wherever_it_stands():
    """A batched product need not give the same last digit as a single one."""
    rng = np.random.default_rng(4)
    whole, judgments = rng.random(3001), rng.random(3001)
    _, _, ais = fit_drop(whole, np.tile(whole, (37, 1)), judgments)
    assert (ais == 0).all()


def test_without_a_full_fit_every_score_is_undefined(pairs):
    rows, judgments = pairs
    full, fit_without, ais = fit_drop(np.full(50, 0.5), rows, judgments)
    assert np.isnan(full)
    assert np.isfinite(fit_without).all()
    assert np.isnan(ais).all()


@pytest.mark.parametrize(
    ("ais", "expected"),
    [
        ([0.1, 0.3, -0.2, 0.2], [1, 3, 0, 2]),
        ([0.0, 0.5, 0.5, 0.0, 0.5], [1, 2, 4, 0, 3]),
        ([np.nan, -1.0, np.nan, 2.0], [3, 1, 0, 2]),
        ([-0.0, 0.0, 0.0], [0, 1, 2]),
        ([np.nan, np.nan], [0, 1]),
    ],
)
def test_ranking(ais, expected):
    assert rank_maps(ais).tolist() == expected


def test_ties_among_many_maps_go_to_the_lower_index():
    ais = np.random.default_rng(0).integers(0, 4, 512) / 4
    expected = sorted(range(512), key=lambda f: (-ais[f], f))
    assert rank_maps(ais).tolist() == expected
