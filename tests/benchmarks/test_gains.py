"""The search for a better map: chosen by one table, judged by the others."""

import numpy as np
import pytest
from gains import COLUMNS, confirmed, gains, points_better, ranked
from oracle import naive_holm
from scipy.stats import ttest_rel

BETTER = {"good": (0.3, 0.3), "lopsided": (0.9, -0.2), "bad": (-0.3, -0.1)}  # keep, delete


def table_of(seed, n=15, fills=("mean", "blur")):
    """Candidates that do better than AIS by so much, in noise."""
    rng = np.random.default_rng(seed)
    rows = []
    for image in range(n):
        for fill in fills:
            for k, test in enumerate(("keep", "delete")):
                for share in (10, 20):
                    rows.append((image, fill, test, share, "ais", 0.5, 0.1 * rng.normal()))
                    for name, gain in BETTER.items():
                        after = (1, -1)[k] * gain[k] + 0.1 * rng.normal()
                        rows.append((image, fill, test, share, name, 0.5, after))
    names = ("image", "fill", "test", "share", "map", "r_before", "r_after")
    return dict(zip(names, map(np.array, zip(*rows, strict=True)), strict=True))


def values(table, name, fill, test):
    here = (table["map"] == name) & (table["fill"] == fill) & (table["test"] == test)
    return table["r_after"][here].reshape(-1, 2).mean(axis=1)  # over shares


def test_gains_are_those_of_the_candidate_over_ais():
    table = table_of(0)
    rows = gains(table, ["ais", "good", "bad"])
    assert len(rows) == 2 * 2 * 2
    for row in rows:
        assert tuple(row) == COLUMNS
        own, ais = (values(table, name, row["fill"], row["test"]) for name in (row["map"], "ais"))
        found = ttest_rel(own, ais) if row["test"] == "keep" else ttest_rel(ais, own)
        ends = found.confidence_interval(0.95)
        sign = 1 if row["test"] == "keep" else -1
        assert row["gain"] == pytest.approx(sign * (own - ais).mean())
        assert (row["low"], row["high"]) == pytest.approx((ends.low, ends.high))
        assert row["p"] == pytest.approx(found.pvalue)
        assert row["r_map"] == pytest.approx(own.mean())
        assert row["n"] == 15


def test_candidates_are_ranked_by_the_worse_of_both_tests_and_by_one_fill():
    rows = gains(table_of(1), BETTER)
    assert ranked(rows, "mean") == ["good", "lopsided", "bad"]
    for row in rows:
        if row["fill"] == "blur" and row["map"] == "bad":
            row["gain"] = 1.0
    assert ranked(rows, "blur")[0] == "bad"
    assert ranked(rows, "mean")[0] == "good"


def test_what_was_chosen_is_judged_by_the_other_tables_with_holm():
    tables = {("a", "m"): table_of(2), ("b", "m"): table_of(3)}
    rows = confirmed(tables, "good", "mean")
    cells = [(row["cohort"], row["test"]) for row in rows]
    assert cells == [("a", "keep"), ("a", "delete"), ("b", "keep"), ("b", "delete")]
    assert {(row["map"], row["fill"]) for row in rows} == {("good", "mean")}
    expected = naive_holm([row["p"] for row in rows])
    assert [row["p_holm"] for row in rows] == pytest.approx(expected)
    assert points_better(rows)
    assert not points_better(confirmed(tables, "lopsided", "mean"))
    assert not points_better(confirmed(tables, "bad", "mean"))


@pytest.mark.parametrize(
    ("p_values", "gain", "better"),
    [
        ((0.01, 0.01, 0.5, 0.5), 0.1, True),
        ((0.01, 0.5, 0.5, 0.01), 0.1, False),  # one test here, the other elsewhere
        ((0.01, 0.01, 0.5, 0.01), -0.1, False),  # significantly worse in the last
        ((0.01, 0.01, 0.5, 0.5), -0.1, True),
        ((np.nan,) * 4, 0.1, False),
    ],
)
def test_a_better_map_wins_both_tests_somewhere_and_loses_none(p_values, gain, better):
    rows = [
        {"cohort": cohort, "model": "m", "test": test, "gain": 0.1, "p_holm": p}
        for (cohort, test), p in zip(
            [(c, t) for c in "ab" for t in ("keep", "delete")], p_values, strict=True
        )
    ]
    rows[-1]["gain"] = gain
    assert points_better(rows) is better
