"""Agreement of heatmaps, of cohorts, and of scores with activity, against definitions by hand."""

import numpy as np
import pytest
from scipy import stats

from alignment.importance.activity import COLUMNS as ACTIVITY_COLUMNS
from alignment.importance.activity import SUMMARY_COLUMNS as ACTIVITY_SUMMARY_COLUMNS
from alignment.importance.activity import active_units, compare_activity, summarize_activity
from alignment.comparison.models import (
    SUMMARY_COLUMNS,
    class_entropies,
    compare_heatmaps,
    heatmap_correlation,
    summarize_agreement,
)
from alignment.comparison.cohorts import compare_cohorts
from alignment.importance.fold_scores import mean_scores, read_retained, read_scores
from alignment.heatmaps.heatmaps import place
from alignment.similarity.correlations import average_ranks, pearson, spearman
from alignment.artifacts.tables import write_columns

RNG = np.random.default_rng(0)


def naive_pearson(x, y):
    n = len(x)
    mean_x, mean_y = sum(x) / n, sum(y) / n
    top = sum((a - mean_x) * (b - mean_y) for a, b in zip(x, y, strict=True))
    bottom = sum((a - mean_x) ** 2 for a in x) * sum((b - mean_y) ** 2 for b in y)
    return top / bottom**0.5


# Ranks


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


# Heatmaps of two models


@pytest.mark.parametrize(
    ("logits", "expected"),
    [
        ([0, 0, 0, 0], np.log(4)),
        ([7, 7], np.log(2)),
        ([1e4, 0, 0], 0),
        (np.log([0.25, 0.75]), -(0.25 * np.log(0.25) + 0.75 * np.log(0.75))),
        (np.log([0.25, 0.75]) - 900, -(0.25 * np.log(0.25) + 0.75 * np.log(0.75))),
    ],
)
def test_class_entropies_by_hand(logits, expected):
    assert class_entropies(np.array([logits]))[0] == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize("framing", ["stretch", "crop", "pad"])
def test_heatmaps_are_compared_pixel_by_pixel_of_the_picture(framing):
    a, b, size = RNG.random((7, 7)), RNG.random((8, 8)), (30, 21)
    pixels = [
        (u, v)
        for u, v in zip(
            place(a, size, framing).ravel().tolist(),
            place(b, size, framing).ravel().tolist(),
            strict=True,
        )
        if u == u
    ]
    assert len(pixels) == {"crop": 21 * 21}.get(framing, 30 * 21)
    expected = naive_pearson(*zip(*pixels, strict=True))
    assert heatmap_correlation(a, b, size, framing) == pytest.approx(expected, rel=1e-9)


def test_planted_agreement():
    a = RNG.random((7, 7)).astype(np.float32)
    assert heatmap_correlation(a, 3 * a + 1, (40, 40)) == pytest.approx(1)
    assert heatmap_correlation(a, 1 - a, (40, 40)) == pytest.approx(-1)


@pytest.mark.parametrize("flat", [0, 0.1])
def test_an_empty_or_flat_heatmap_has_no_correlation(flat):
    a, b = RNG.random((7, 7)), np.full((8, 8), flat, dtype=np.float32)
    assert np.isnan(heatmap_correlation(a, b, (175, 175)))
    assert np.isnan(heatmap_correlation(b, a, (175, 175)))


def test_other_images_are_compared_on_the_picture_of_the_image():
    a, b = RNG.random((4, 3, 3)), RNG.random((4, 5, 5))
    b[2] = 0
    sizes = [(40, 20), (16, 16), (40, 20), (10, 50)]
    own, others = compare_heatmaps(a, b, sizes)
    for i, size in enumerate(sizes):
        assert own[i] == pytest.approx(heatmap_correlation(a[i], b[i], size), nan_ok=True)
        mixed = [heatmap_correlation(a[i], b[j], size) for j in range(4) if j not in (i, 2)]
        assert others[i] == pytest.approx(np.mean(mixed))
    assert np.isnan(own).tolist() == [False, False, True, False]


def test_a_coarser_picture_hardly_changes_the_correlation_of_other_images():
    a, b = RNG.random((2, 7, 7)), RNG.random((2, 8, 8))
    _, others = compare_heatmaps(a, b, [(400, 300)] * 2)
    assert others[0] == pytest.approx(heatmap_correlation(a[0], b[1], (400, 300)), abs=5e-3)
    assert others[1] == pytest.approx(heatmap_correlation(a[1], b[0], (400, 300)), abs=5e-3)


@pytest.mark.parametrize("n_images", [1, 2])
def test_no_other_image_to_compare_with(n_images):
    a = RNG.random((n_images, 3, 3))
    a[1:] = 0
    own, others = compare_heatmaps(a, a, [(9, 9)] * n_images)
    assert own[0] == pytest.approx(1)
    assert np.isnan(others).all()


def agreement_table(correlation, entropy_a, entropy_b, models=("m", "n")):
    n = len(correlation)
    correlation = np.array(correlation, dtype=float)
    return {
        "image": np.array([f"{k:02}" for k in range(n)]),
        "model_a": np.full(n, models[0]),
        "model_b": np.full(n, models[1]),
        "correlation": correlation,
        "correlation_others": np.full(n, 0.25),
        "entropy_a": np.array(entropy_a, dtype=float),
        "entropy_b": np.array(entropy_b, dtype=float),
        "empty_a": np.isnan(correlation),
        "empty_b": np.zeros(n, dtype=bool),
    }


def test_agreement_is_summarized_over_images_that_have_it():
    n = 30
    entropy_a, entropy_b = RNG.random(n), RNG.random(n)
    # Falls with the larger of the two alone.
    planted = 1 - np.maximum(entropy_a, entropy_b)
    planted[[3, 8]] = np.nan
    noise = RNG.random(n)
    tables = {
        "first": agreement_table(planted, entropy_a, entropy_b),
        "second": agreement_table(noise, entropy_a, entropy_b),
    }
    first, second = summarize_agreement(tables)
    assert list(first) == SUMMARY_COLUMNS
    assert (first["cohort"], first["model_a"], first["model_b"]) == ("first", "m", "n")
    assert (first["n_images"], first["n_empty"], first["n"], first["n_entropy"]) == (30, 2, 28, 28)
    kept = planted[np.isfinite(planted)]
    assert first["correlation"] == pytest.approx(kept.mean())
    assert first["correlation_sd"] == pytest.approx(kept.std(ddof=1))
    assert first["correlation_low"] < first["correlation"] < first["correlation_high"]
    assert first["difference"] == pytest.approx(kept.mean() - 0.25)
    assert first["entropy_rho"] == pytest.approx(-1)
    expected = stats.spearmanr(noise, np.maximum(entropy_a, entropy_b))
    assert second["entropy_rho"] == pytest.approx(expected.statistic)
    assert second["entropy_p"] == pytest.approx(expected.pvalue)
    assert first["entropy_p_holm"] == pytest.approx(2 * first["entropy_p"])
    assert second["entropy_p_holm"] == pytest.approx(second["entropy_p"])


def test_nothing_to_summarize_is_undefined_and_not_zero():
    empty = agreement_table([np.nan] * 4, [np.nan] * 4, [1.0] * 4)
    (row,) = summarize_agreement({"cohort": empty})
    assert (row["n_images"], row["n_empty"], row["n"], row["n_entropy"]) == (4, 4, 0, 0)
    for name in ("correlation", "correlation_low", "difference", "entropy_rho", "entropy_p_holm"):
        assert np.isnan(row[name]), name
    assert summarize_agreement({"cohort": agreement_table([], [], [])}) == []


# Cohorts


def test_scores_of_cohorts_are_correlated_over_maps():
    scores = {name: RNG.normal(size=20) for name in "abc"}
    scores["c"] = scores["a"] ** 3
    scores["c"][4] = np.nan
    images = {"a": np.arange(10), "b": np.arange(6, 13), "c": np.array([20, 21])}
    rows = compare_cohorts(scores, images)
    assert [(row["cohort_a"], row["cohort_b"]) for row in rows] == [
        ("a", "b"),
        ("a", "c"),
        ("b", "c"),
    ]
    assert [row["n_shared"] for row in rows] == [4, 0, 0]
    assert [(row["n_images_a"], row["n_images_b"]) for row in rows] == [(10, 7), (10, 2), (7, 2)]
    assert [row["n_maps"] for row in rows] == [20, 19, 19]
    assert rows[0]["correlation"] == pytest.approx(naive_pearson(scores["a"], scores["b"]))
    assert rows[1]["rank_correlation"] == pytest.approx(1)
    assert rows[1]["correlation"] < 0.99


def test_scores_are_averaged_over_the_folds_that_have_them(tmp_path):
    folds = np.array([[1, 2, np.nan, np.nan], [3, -2, 5, np.nan]])
    for k, ais in enumerate(folds):
        write_columns(tmp_path / f"{k}.csv", map=np.arange(4), ais=ais, rank=np.arange(1, 5))
    read = read_scores([tmp_path / "0.csv", tmp_path / "1.csv"])
    np.testing.assert_array_equal(read, folds)
    np.testing.assert_array_equal(mean_scores(read), [2, 0, 5, np.nan])


def test_retained_sets_are_read_also_where_they_are_empty(tmp_path):
    write_columns(tmp_path / "0.csv", rank=[1, 2], map=[3, 0], ais=[0.2, 0.1])
    write_columns(tmp_path / "1.csv", rank=[], map=[], ais=[])
    read = read_retained([tmp_path / "0.csv", tmp_path / "1.csv"], 5)
    assert read.tolist() == [[True, False, False, True, False], [False] * 5]


# Activity


def test_active_units_are_those_that_are_not_zero():
    maps = np.zeros((2, 3, 2, 2))
    maps[0, 1] = [[0, 3], [-1, 0]]
    maps[1, 2] = 1e-9
    assert active_units(maps).tolist() == [[0, 2, 0], [0, 0, 4]]


def test_activity_by_hand():
    ais = np.array([0.5, 0, -0.3, 0.1, 0, np.nan])
    units = np.array([3, 0, 4, 1, 0, 9])
    result = compare_activity(ais, units)
    assert list(result) == ACTIVITY_COLUMNS[2:]
    assert (result["n_maps"], result["n_active"]) == (5, 3)
    # Ranks of scores 5 2.5 1 4 2.5, of units 4 1.5 5 3 1.5.
    expected = naive_pearson([5, 2.5, 1, 4, 2.5], [4, 1.5, 5, 3, 1.5])
    assert result["correlation"] == pytest.approx(expected)
    assert result["correlation_active"] == pytest.approx(-0.5)
    assert (result["most_active_units"], result["n_most_active"]) == (4, 1)
    assert result["most_active_rank"] == 5


def test_the_most_active_maps_share_their_ranks():
    result = compare_activity(np.array([4.0, 3, 2, 1]), np.array([7, 1, 2, 7]))
    assert (result["n_most_active"], result["most_active_rank"]) == (2, 2.5)


def test_planted_activity():
    units = RNG.permutation(40)
    assert compare_activity(units * 1e-4, units)["correlation"] == pytest.approx(1)
    assert compare_activity(units * 1e-4, units)["most_active_rank"] == 1
    assert compare_activity(-units * 1e-4, units)["correlation"] == pytest.approx(-1)


def test_silent_and_all_active_images_have_no_correlation():
    silent = compare_activity(np.zeros(4), np.zeros(4, dtype=int))
    assert (silent["n_active"], silent["most_active_units"], silent["n_most_active"]) == (0, 0, 0)
    assert np.isnan([silent["correlation"], silent["most_active_rank"]]).all()
    # A network without a ReLU has no unit that is zero.
    full = compare_activity(np.arange(4.0), np.full(4, 49))
    assert np.isnan([full["correlation"], full["correlation_active"]]).all()
    assert full["most_active_rank"] == 2.5


def test_activity_is_summarized_over_images():
    table = {
        "image": np.array(["1", "2", "3", "4"]),
        "model": np.array(["m", "m", "m", "n"]),
        "n_maps": np.full(4, 20),
        "n_active": np.array([5, 6, 0, 7]),
        "correlation": np.array([0.2, -0.1, np.nan, 0.4]),
        "correlation_active": np.array([0.1, 0.3, np.nan, np.nan]),
        "most_active_units": np.array([3, 3, 0, 4]),
        "n_most_active": np.array([1, 1, 0, 1]),
        "most_active_rank": np.array([2, 20, np.nan, 3.0]),
    }
    first, second = summarize_activity({"cohort": table})
    assert set(first) == set(ACTIVITY_SUMMARY_COLUMNS)
    assert (first["n_images"], first["n"], first["n_positive"]) == (3, 2, 1)
    assert first["correlation"] == pytest.approx(0.05)
    assert first["correlation_sd"] == pytest.approx(0.3 / 2**0.5)
    assert first["correlation_active"] == pytest.approx(0.2)
    assert (first["n_ranked"], first["most_active_rank_median"]) == (2, 11)
    assert (first["n_top_tenth"], first["n_bottom_tenth"]) == (1, 1)
    assert (second["n_top_tenth"], second["n_bottom_tenth"]) == (0, 0)
    assert np.isnan([second["correlation_sd"], second["correlation_low"]]).all()
    assert np.isnan(second["correlation_active"])
