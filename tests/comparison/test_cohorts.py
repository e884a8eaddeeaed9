"""Agreement of the maps' scores between cohorts."""

import numpy as np
import pytest
from oracle import naive_pearson

from alignment.comparison.cohorts import compare_cohorts, without_one

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


def test_the_map_without_which_a_correlation_changes_most_is_found():
    a, b = RNG.normal(size=(2, 30))
    a[7], b[7] = 9, 8  # alone it makes a correlation
    a[3], b[5] = np.nan, np.nan
    defined = [f for f in range(30) if f not in (3, 5)]
    found = without_one(a, b)
    expected = {
        f: naive_pearson(*([values[g] for g in defined if g != f] for values in (a, b)))
        for f in defined
    }
    whole = naive_pearson(a[defined], b[defined])
    assert found["influential_map"] == 7 == max(expected, key=lambda f: abs(expected[f] - whole))
    assert found["correlation_without"] == pytest.approx(expected[7], abs=1e-12)
    (row,) = compare_cohorts({"a": a, "b": b}, {"a": np.arange(3), "b": np.arange(3)})
    assert {name: row[name] for name in found} == found


def test_a_map_without_which_nothing_varies_is_passed_over():
    a = np.array([0.1, 0.1, 0.1, 0.9, 0.1])
    b = np.array([0.3, 0.2, 0.7, 0.8, 0.1])
    found = without_one(a, b)
    assert found["influential_map"] != 3
    left = [f for f in range(5) if f != found["influential_map"]]
    assert found["correlation_without"] == pytest.approx(naive_pearson(a[left], b[left]))
    alone = np.eye(5)[0]
    assert np.isnan(list(without_one(alone, np.zeros(5)).values())).all()


@pytest.mark.parametrize("n", [0, 1, 2])
def test_without_enough_maps_no_correlation_is_left(n):
    a = np.array([1.0, 2.0, np.nan])[-1 - n :] if n else np.array([np.nan])
    found = without_one(a, a)
    assert np.isnan(list(found.values())).all()
