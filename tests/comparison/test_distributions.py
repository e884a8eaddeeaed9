"""The distributions of scores, and the tests between models."""

import numpy as np
import pytest
from oracle import naive_holm
from scipy import stats

from alignment.comparison.distributions import KS_COLUMNS, compare, describe, entropies, samples


def naive_entropy(values):
    positive = [v for v in values if v > 0]
    if not positive:
        return np.nan
    return -sum(v / sum(positive) * np.log(v / sum(positive)) for v in positive)


@pytest.mark.parametrize(
    ("scores", "expected"),
    [
        ([3e-5] * 7, np.log(7)),
        ([0, 2, 0, 0], 0),
        ([1, 1, -5, 0], np.log(2)),  # negative scores count as zero
        ([1, 3], -(0.25 * np.log(0.25) + 0.75 * np.log(0.75))),
        ([-1, 0, -2], np.nan),
        ([0, 0], np.nan),
    ],
)
def test_entropies_by_hand(scores, expected):
    assert entropies(np.array([scores], dtype=float))[0] == pytest.approx(expected, nan_ok=True)


def test_the_five_statistics_are_the_naive_loops():
    rng = np.random.default_rng(0)
    ais = rng.normal(size=(8, 11)) * 1e-4
    ais[:, 3] = -np.abs(ais[:, 3])  # a map that never helps
    ais[5] = -np.abs(ais[5])  # an image that no map helps
    ais[2, 4] = np.nan  # undefined: counts as 0
    whole = ais.copy()
    whole[2, 4] = 0
    result = describe(ais)
    names = ["log_mean", "map_entropy", "image_entropy", "map_variance", "image_deviation"]
    assert list(result) == names
    assert np.isnan(ais[2, 4])
    for f in range(11):
        column = whole[:, f]
        mean = sum(column) / 8
        expected = np.log(mean) if mean > 0 else np.nan
        assert result["log_mean"][f] == pytest.approx(expected, nan_ok=True)
        assert result["map_entropy"][f] == pytest.approx(naive_entropy(column), nan_ok=True)
        variance = sum((v - mean) ** 2 for v in column) / 8
        assert result["map_variance"][f] == pytest.approx(variance)
    for i in range(8):
        row = whole[i]
        mean = sum(row) / 11
        assert result["image_entropy"][i] == pytest.approx(naive_entropy(row), nan_ok=True)
        deviation = sum(abs(v - mean) for v in row) / 11
        assert result["image_deviation"][i] == pytest.approx(deviation)
    assert np.isnan(result["log_mean"][3])
    assert np.isnan(result["map_entropy"][3])
    assert np.isnan(result["image_entropy"][5])


def test_an_image_without_any_score_takes_no_part():
    """As one that was compared with too few others: nothing is not the value 0."""
    ais = np.random.default_rng(1).normal(size=(6, 9))
    ais[[1, 4]] = np.nan
    scored = np.delete(ais, [1, 4], axis=0)
    found, expected = describe(ais), describe(scored)
    for name in ("log_mean", "map_entropy", "map_variance"):
        np.testing.assert_array_equal(found[name], expected[name])
    for name in ("image_entropy", "image_deviation"):
        assert np.isnan(found[name][[1, 4]]).all()
        np.testing.assert_array_equal(np.delete(found[name], [1, 4]), expected[name])
    for name, values in describe(np.full((6, 9), np.nan)).items():
        assert values.shape == found[name].shape
        assert np.isnan(values).all()


def naive_d(a, b):
    return max(abs((a <= x).mean() - (b <= x).mean()) for x in np.concatenate([a, b]))


@pytest.fixture
def planted():
    rng = np.random.default_rng(0)
    draws = {"vgg16": rng.normal(size=300), "resnet50": rng.normal(size=200)}
    shifted = {"vgg16": rng.normal(size=300), "resnet50": rng.normal(1, 1, size=200)}
    three = {name: rng.normal(size=50) for name in "abc"}
    draws["vgg16"][[3, 9]] = np.nan
    return {("z", "log_mean"): draws, ("a", "log_mean"): shifted, ("a", "map_entropy"): three}


def test_pairs_of_models_are_compared_as_scipy_does(planted):
    rows = compare(planted)
    assert [(r["cohort"], r["statistic"], r["model_a"], r["model_b"]) for r in rows] == [
        ("z", "log_mean", "vgg16", "resnet50"),
        ("a", "log_mean", "vgg16", "resnet50"),
        ("a", "map_entropy", "a", "b"),
        ("a", "map_entropy", "a", "c"),
        ("a", "map_entropy", "b", "c"),
    ]
    for row in rows:
        assert list(row) == KS_COLUMNS
        values = planted[row["cohort"], row["statistic"]]
        a, b = (v[~np.isnan(v)] for v in (values[row["model_a"]], values[row["model_b"]]))
        expected = stats.ks_2samp(a, b)
        assert (row["n_a"], row["n_b"]) == (len(a), len(b))
        assert row["d"] == pytest.approx(naive_d(a, b))
        assert row["p"] == pytest.approx(expected.pvalue, rel=1e-9)
    assert rows[0]["n_a"] == 298
    same, different = rows[0], rows[1]
    assert same["p"] > 0.05
    assert different["p_holm"] < 1e-10
    # Over the whole table, not for each cohort or statistic.
    expected = naive_holm([row["p"] for row in rows])
    assert [row["p_holm"] for row in rows] == pytest.approx(expected)


def test_a_long_table_is_arranged_in_its_own_order():
    rows = [
        ("zoo", "b", "log_mean", 1.0),
        ("zoo", "a", "log_mean", 2.0),
        ("zoo", "b", "map_entropy", 3.0),
        ("art", "b", "log_mean", np.nan),
        ("zoo", "b", "log_mean", 5.0),
        ("art", "a", "log_mean", 6.0),
        ("zoo", "b", "log_mean", 4.0),
    ]
    names = ("cohort", "model", "statistic", "value")
    table = {
        name: np.array(column) for name, column in zip(names, zip(*rows, strict=True), strict=True)
    }
    arranged = samples(table)
    assert list(arranged) == [("zoo", "log_mean"), ("zoo", "map_entropy"), ("art", "log_mean")]
    assert list(arranged["zoo", "log_mean"]) == ["b", "a"]
    assert list(arranged["art", "log_mean"]) == ["b", "a"]
    assert arranged["zoo", "log_mean"]["b"].tolist() == [1, 5, 4]
    assert arranged["zoo", "map_entropy"]["b"].tolist() == [3]
    assert np.isnan(arranged["art", "log_mean"]["b"]).tolist() == [True]
