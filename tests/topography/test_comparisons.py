"""Intervals, paired tests and summaries against scipy, on tables with planted differences."""

import numpy as np
import pytest
from scipy import stats

from alignment.statistics.holm import holm
from alignment.topography.comparisons import (
    MATCHED,
    SAME_LAMBDA,
    SUMMARY_COLUMNS,
    TEST_COLUMNS,
    compare,
    matched_accuracy,
    of_matching,
    summarize,
)

rng = np.random.default_rng(0)
LAMBDAS = (0.3, 1.0)
CONTEXT = {"spatial_loss_weights": 0.5, "spatial_loss_activations": 1.0, "weight_deviation": 0.1}


def table(n_seeds, effect=0.5):
    """Measures in which WS is above control by an effect, and as accurate at its larger lambda."""
    rows = []
    for condition, strength in [("control", 0.0), *((c, s) for c in ("WS", "AS") for s in LAMBDAS)]:
        for seed in range(1, n_seeds + 1):
            common = np.sin(seed)
            accuracy = {"control": 0.9, "WS": 0.9 - 0.1 * (strength == 0.3), "AS": 0.8}[condition]
            one = CONTEXT | {"accuracy_test": accuracy + 0.01 * common}
            one["thing"] = common + effect * (condition == "WS") + rng.normal(0, 0.05)
            rows += [
                (condition, strength, seed, name, np.nan, value) for name, value in one.items()
            ]
            rows += [
                (condition, strength, seed, "curve", level, common + level) for level in (1.0, 2.0)
            ]
    names = ("condition", "lambda", "seed", "measure", "level", "value")
    return {
        name: np.array(column) for name, column in zip(names, zip(*rows, strict=True), strict=True)
    }


def chosen(rows, **keys):
    return [row for row in rows if all(row[key] == value for key, value in keys.items())]


def test_summaries_carry_what_the_networks_reached():
    rows = summarize("digits", table(6))
    assert all(set(SUMMARY_COLUMNS) <= set(row) for row in rows)
    (row,) = chosen(rows, condition="WS", measure="thing", **{"lambda": 0.3})
    assert row["n"] == 6
    assert row["weight_deviation"] == pytest.approx(0.1)
    assert row["accuracy_test"] == pytest.approx(0.8, abs=0.02)
    assert len(chosen(rows, measure="curve")) == 5 * 2


def test_differences_are_paired_by_seed():
    data = table(6)
    rows = chosen(compare("digits", data), measure="thing", matching=SAME_LAMBDA)
    assert all(set(TEST_COLUMNS) <= set(row) for row in rows)
    (row,) = chosen(rows, condition_a="WS", lambda_a=1.0, condition_b="control")

    def values(condition, strength):
        inside = (data["condition"] == condition) & (data["lambda"] == strength)
        return data["value"][inside & (data["measure"] == "thing")]

    test = stats.ttest_rel(values("WS", 1.0), values("control", 0.0))
    low, high = test.confidence_interval(0.95)
    assert (row["low"], row["high"], row["p"]) == pytest.approx((low, high, test.pvalue))
    pairs = {(r["condition_a"], r["lambda_a"], r["condition_b"], r["lambda_b"]) for r in rows}
    assert len(pairs) == len(rows) == 6
    assert ("WS", 0.3, "AS", 0.3) in pairs


def test_p_values_are_corrected_within_a_measure():
    rows = compare("digits", table(6))
    for measure in ("thing", "curve"):
        for matching in (SAME_LAMBDA, MATCHED):
            family = chosen(rows, measure=measure, matching=matching)
            expected = holm([row["p"] for row in family])
            np.testing.assert_array_equal([row["p_holm"] for row in family], expected)


def test_conditions_are_matched_where_they_are_as_accurate():
    data = table(3)
    (row,) = chosen(
        compare("digits", data),
        measure="thing",
        matching=MATCHED,
        condition_a="WS",
        condition_b="control",
    )
    assert row["lambda_a"] == 1.0
    accuracies = {("WS", 0.3): {1: 0.8}, ("WS", 1.0): {1: 0.6}, ("AS", 0.3): {1: 0.61}}
    assert matched_accuracy("WS", "AS", accuracies) == (("WS", 1.0), ("AS", 0.3))


def test_a_tie_of_accuracies_is_not_broken_by_rounding():
    """As far as floats can tell, .3 is nearer than .1 is."""
    accuracies = {("WS", 1.0): {1: 0.2}, ("AS", 0.3): {1: 0.1}, ("AS", 1.0): {1: 0.3}}
    assert abs(0.3 - 0.2) < abs(0.1 - 0.2)
    assert matched_accuracy("WS", "AS", accuracies) == (("WS", 1.0), ("AS", 0.3))


def test_a_person_is_told_of_matched_accuracies_that_differ():
    accuracies = {
        ("control", 0.0): 0.8,
        ("WS", 0.3): 0.79,
        ("WS", 1.0): 0.5,
        ("AS", 0.3): 0.7,
        ("AS", 1.0): 0.88,
    }
    cells = list(accuracies)
    data = {
        "condition": np.array([condition for condition, _ in cells]),
        "lambda": np.array([strength for _, strength in cells]),
        "seed": np.ones(5, dtype=int),
        "measure": np.array(["accuracy_test"] * 5),
        "level": np.full(5, np.nan),
        "value": np.array(list(accuracies.values())),
    }
    assert of_matching("digits", data) == (
        "topography: digits: of the accuracies that are called matched, WS 0.3 and AS 0.3 differ "
        "by 0.090, as would WS 0.3 and AS 1; AS 1 and control differ by 0.080. More lambdas would "
        "match them more closely."
    )
    data["value"][:] = 0.8
    assert of_matching("digits", data) == ""
