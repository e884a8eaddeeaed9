"""Paired comparisons over images against their definitions."""

import numpy as np
import pytest
from scipy.stats import ttest_rel

from alignment.faithfulness.summary import MEAN_COLUMNS, TEST_COLUMNS, advantage, means
from alignment.faithfulness.summary import tests as paired_tests

SHARES = [10, 20]


def table(n=12, seed=0):
    rng = np.random.default_rng(seed)
    rows = []
    for image in rng.permutation(n):
        for test in ("keep", "delete"):
            for share in SHARES:
                for k, name in enumerate(("ais", "mean", "random")):
                    after = rng.random() + k * (-0.2 if test == "keep" else 0.4)
                    rows.append((f"{image:02}", "mean", test, share, name, 0.1 * image, after))
    names = ("image", "fill", "test", "share", "map", "r_before", "r_after")
    return dict(zip(names, map(np.array, zip(*rows, strict=True)), strict=True))


def value(rows, image, test, share, name):
    here = [rows["image"] == image, rows["test"] == test, rows["share"] == share]
    here.append(rows["map"] == name)
    (found,) = rows["r_after"][np.all(here, axis=0)]
    return found


def test_every_share_has_its_means_and_differences():
    rows = table()
    rows["r_after"][5] = np.nan
    for row in means(rows):
        assert tuple(row) == MEAN_COLUMNS
        images = [f"{k:02}" for k in range(12)]
        pairs = [
            [value(rows, i, row["test"], row["share"], name) for name in ("ais", row["map"])]
            for i in images
        ]
        ais, other = np.array([pair for pair in pairs if np.isfinite(pair).all()]).T
        assert row["n"] == len(ais)
        assert row["r_after"] == pytest.approx(other.mean())
        if row["map"] == "ais":
            assert np.isnan(row["difference"])
            continue
        sign = 1 if row["test"] == "keep" else -1
        assert row["difference"] == pytest.approx(sign * (ais - other).mean())
        expected = ttest_rel(ais, other).confidence_interval(0.95)
        found = sorted(sign * end for end in (row["low"], row["high"]))
        assert found == pytest.approx([expected.low, expected.high])


def test_rivals_are_tested_over_the_mean_of_all_shares():
    rows = table()
    found = paired_tests(rows)
    assert [(row["test"], row["map"]) for row in found] == [
        (test, name) for test in ("keep", "delete") for name in ("mean", "random")
    ]
    for row in found:
        assert tuple(row) == TEST_COLUMNS
        by_map = {
            name: np.array(
                [
                    np.mean([value(rows, f"{k:02}", row["test"], s, name) for s in SHARES])
                    for k in range(12)
                ]
            )
            for name in ("ais", row["map"])
        }
        expected = ttest_rel(by_map["ais"], by_map[row["map"]])
        sign = 1 if row["test"] == "keep" else -1
        assert row["t"] == pytest.approx(sign * expected.statistic)
        assert row["p"] == pytest.approx(expected.pvalue)
        assert row["r_ais"] == pytest.approx(by_map["ais"].mean())
        assert row["r_map"] == pytest.approx(by_map[row["map"]].mean())
        assert row["r_before"] == pytest.approx(0.55)
        assert row["n"] == 12


def test_an_image_without_a_map_takes_no_part_in_that_comparison_alone():
    rows = table()
    rows["r_after"][(rows["image"] == "03") & (rows["map"] == "mean")] = np.nan
    assert {row["map"]: row["n"] for row in paired_tests(rows)} == {"mean": 11, "random": 12}


def test_more_is_better_when_kept_and_less_when_deleted():
    ais, rival = np.array([0.5]), np.array([0.2])
    assert advantage(ais, rival, "keep") == pytest.approx(0.3)
    assert advantage(ais, rival, "delete") == pytest.approx(-0.3)
