"""Agreement of the maps' scores between cohorts."""

import numpy as np
import pytest
from oracle import naive_pearson

from alignment.comparison.cohorts import compare_cohorts

RNG = np.random.default_rng(0)


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
