"""Verdicts on tables in which the truth is planted."""

import numpy as np
import pytest

from alignment.topography.claims import COLUMNS, claims, decide, of_chance, verdict
from alignment.topography.comparisons import MATCHED, SAME_LAMBDA

LEVELS = (0.25, 0.5, 2.0)
KINDS = ("weights_relative", "weights_absolute", "white", "pink", "salt_and_pepper")


def planted(effects, n_seeds=6, spread=0.01, near_chance=(2.0,)):
    """A table of every measure that claims are about, with effects by (measure, condition)."""
    rng = np.random.default_rng(0)
    measures = {claim.measure for claim in claims()} | {"accuracy_test"}
    measures |= {f"accuracy_{kind}" for kind in KINDS}
    rows = []
    for condition in ("control", "WS", "AS"):
        for seed in range(n_seeds):
            for measure in sorted(measures):
                noisy = measure.endswith(KINDS) and measure != "accuracy_test"
                for level in LEVELS if noisy else (np.nan,):
                    value = {True: 0.8, False: 0.95}[noisy]
                    if noisy and level in near_chance:
                        value = 0.2
                    value += effects.get((measure, condition), 0) + rng.normal(0, spread)
                    strength = 0.0 if condition == "control" else 1.0
                    rows.append((condition, strength, seed, measure, level, value))
    names = ("condition", "lambda", "seed", "measure", "level", "value")
    return {
        name: np.array(column) for name, column in zip(names, zip(*rows, strict=True), strict=True)
    }


def verdicts(table, measure, source="digits"):
    rows = decide("set", source, table, 10)
    assert all(set(COLUMNS) <= set(row) for row in rows)
    return {
        (row["claim"], row["matching"]): row["verdict"] for row in rows if row["measure"] == measure
    }


def test_a_planted_advantage_holds_and_its_opposite_fails():
    table = planted(
        {("accuracy_weights_relative", "WS"): 0.1, ("accuracy_weights_relative", "AS"): -0.1}
    )
    found = verdicts(table, "accuracy_weights_relative")
    for matching in (SAME_LAMBDA, MATCHED):
        assert found["WS > control", matching] == "holds"
        assert found["WS > AS", matching] == "holds"
        assert found["AS > control", matching] == "fails"
    other = verdicts(table, "accuracy_weights_absolute")
    assert other["WS > control", SAME_LAMBDA] == "undecided"


def test_smaller_distances_are_claimed_below():
    table = planted({("distance_to_most_correlated_before", "WS"): -0.5})
    found = verdicts(table, "distance_to_most_correlated_before")
    assert found["WS < control", SAME_LAMBDA] == found["WS < AS", SAME_LAMBDA] == "holds"


def test_differences_without_a_side_hold_on_either():
    for effect in (0.3, -0.3):
        found = verdicts(planted({("orientation", "AS"): effect}), "orientation")
        assert found["AS differs from control", SAME_LAMBDA] == "holds"
        assert found["WS differs from control", SAME_LAMBDA] == "undecided"


def test_levels_at_which_the_control_guesses_are_left_out():
    # A gain at the strongest noise alone, where the control is near chance.
    table = planted({})
    table["value"][(table["level"] == 2.0) & (table["condition"] == "WS")] += 0.5
    rows = [
        row
        for row in decide("set", "digits", table, 10)
        if row["measure"] in ("accuracy_white", "change_white") and row["claim"] == "WS > control"
    ]
    assert len(rows) == 4
    for row in rows:
        assert row["left_out"] == "2"
        assert row["compared"].endswith("levels 0.25 0.5")
        assert abs(row["difference"]) < 0.05


def test_half_of_the_accuracy_above_chance_is_the_floor():
    table = planted({}, spread=0.0)
    control = (table["condition"] == "control") & (table["measure"] == "accuracy_white")
    for value, left_out in ((0.1 + 0.85 / 2 + 1e-6, ""), (0.1 + 0.85 / 2 - 1e-6, "0.25 0.5 2")):
        table["value"][control] = value
        rows = [r for r in decide("set", "digits", table, 10) if r["measure"] == "accuracy_white"]
        assert {row["left_out"] for row in rows} == {left_out}
        if left_out:
            assert {row["verdict"] for row in rows} == {"undecided"}
            assert {row["n"] for row in rows} == {0}


def test_versions_claim_different_things_of_photographs():
    table = planted({})
    for source, expected in (
        ("digits", {("v1, journal", "WS > control"), ("v1", "WS > AS")}),
        ("cifar10", {("v1", "WS > control"), ("v1", "WS > AS"), ("journal", "AS > control")}),
    ):
        rows = [r for r in decide("set", source, table, 10) if r["measure"] == "accuracy_pink"]
        assert {(row["version"], row["claim"]) for row in rows} == expected


def test_conditions_that_were_not_trained_are_claimed_nothing_of():
    table = planted({})
    inside = table["condition"] != "AS"
    rows = decide("set", "digits", {k: column[inside] for k, column in table.items()}, 10)
    assert rows
    assert not any("AS" in row["claim"] for row in rows)


@pytest.mark.parametrize(
    ("relation", "low", "high", "n", "p_holm", "expected"),
    [
        (">", 0.1, 0.2, 3, np.nan, "holds"),
        (">", 0.1, 0.2, 6, 0.2, "undecided"),
        (">", 0.1, 0.2, 6, 0.01, "holds"),
        (">", -0.2, -0.1, 3, np.nan, "fails"),
        (">", -0.1, 0.1, 3, np.nan, "undecided"),
        (">", np.nan, np.nan, 1, np.nan, "undecided"),
        ("<", -0.2, -0.1, 3, np.nan, "holds"),
        ("<", 0.1, 0.2, 3, np.nan, "fails"),
        ("differs from", -0.2, -0.1, 3, np.nan, "holds"),
        ("differs from", -0.2, 0.1, 3, np.nan, "undecided"),
        ("differs from", -0.2, -0.1, 6, 0.06, "undecided"),
    ],
)
def test_verdicts(relation, low, high, n, p_holm, expected):
    row = {"relation": relation, "low": low, "high": high, "n": n, "p_holm": p_holm}
    assert verdict(row) == expected


def test_a_person_is_told_where_networks_hardly_learnt():
    table = planted({})
    assert of_chance("set", table, 10) == ""
    control = (table["condition"] == "control") & (table["measure"] == "accuracy_test")
    table["value"][control] = 0.117
    said = of_chance("set", table, 10)
    assert said.startswith("topography: set: the control tells 12 % of the test images right, ")
    assert "where guessing gives 10 %" in said
