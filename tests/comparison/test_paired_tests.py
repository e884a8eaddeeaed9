"""Tests between models over images, against SciPy and where only pairing finds the difference."""

import numpy as np
import pytest
from scipy import stats

from alignment.comparison.distributions import compare
from alignment.comparison.paired_tests import COLUMNS, compare_images
from alignment.statistics.holm import holm


@pytest.fixture
def samples():
    rng = np.random.default_rng(0)
    image = rng.normal(size=60)
    shifted = {"a": image, "b": image + 0.1 + 0.05 * rng.normal(size=60)}
    three = {name: rng.normal(size=60) for name in "abc"}
    three["b"][[4, 9]] = np.nan
    return {
        ("z", "image_entropy"): shifted,
        ("z", "log_mean"): {name: rng.normal(size=200) for name in "ab"},
        ("z", "image_deviation"): three,
    }


def test_models_are_compared_as_scipy_does(samples):
    rows = compare_images(samples)
    assert [(row["statistic"], row["model_a"], row["model_b"]) for row in rows] == [
        ("image_entropy", "a", "b"),
        ("image_deviation", "a", "b"),
        ("image_deviation", "a", "c"),
        ("image_deviation", "b", "c"),
    ]
    for row in rows:
        assert list(row) == COLUMNS
        values = samples["z", row["statistic"]]
        a, b = values[row["model_a"]], values[row["model_b"]]
        both = ~np.isnan(a - b)
        expected = stats.wilcoxon(a[both], b[both])
        assert (row["n"], row["w"]) == (both.sum(), expected.statistic)
        assert row["p"] == pytest.approx(expected.pvalue)
        assert row["median_difference"] == pytest.approx(np.median((a - b)[both]))
    assert rows[1]["n"] == 58
    assert [row["p_holm"] for row in rows] == pytest.approx(holm([row["p"] for row in rows]))


def test_pairing_finds_what_a_comparison_of_distributions_overlooks(samples):
    only = {("z", "image_entropy"): samples["z", "image_entropy"]}
    assert compare(only)[0]["p"] > 0.2
    assert compare_images(only)[0]["p"] < 1e-6


def test_models_that_say_the_same_have_no_test():
    same = np.arange(5.0)
    rows = compare_images(
        {
            ("z", "image_entropy"): {"a": same, "b": same},
            ("z", "image_deviation"): {"a": same, "b": same[::-1] + 9},
        }
    )
    assert np.isnan([rows[0]["w"], rows[0]["p"], rows[0]["p_holm"]]).all()
    assert rows[0]["n"] == 5
    assert rows[1]["p_holm"] == rows[1]["p"]  # one test is a family of one
