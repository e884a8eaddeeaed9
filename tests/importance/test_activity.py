"""Scores against how active the maps are."""

import numpy as np
import pytest
from oracle import naive_pearson

from alignment.importance.activity import COLUMNS as ACTIVITY_COLUMNS
from alignment.importance.activity import SUMMARY_COLUMNS as ACTIVITY_SUMMARY_COLUMNS
from alignment.importance.activity import active_units, compare_activity, summarize_activity

RNG = np.random.default_rng(0)


def test_active_units_are_those_that_are_not_zero():
    maps = np.zeros((2, 3, 2, 2))
    maps[0, 1] = [[0, 3], [-1, 0]]
    maps[1, 2] = 1e-9
    assert active_units(maps).tolist() == [[0, 2, 0], [0, 0, 4]]


def test_activity_by_hand():
    ais = np.array([0.5, 0, -0.3, 0.1, 0, np.nan])
    units = np.array([3, 0, 4, 1, 0, 9])
    result = compare_activity(ais, units)
    assert ["cohort", "image", "model", *result] == ACTIVITY_COLUMNS
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
    assert full["n_most_active"] == 4
    assert np.isnan(full["most_active_rank"])


def test_activity_is_summarized_over_images():
    table = {
        "cohort": np.full(4, "c"),
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
    first, second = summarize_activity(table)
    assert set(first) == set(ACTIVITY_SUMMARY_COLUMNS)
    assert [(row["cohort"], row["model"]) for row in (first, second)] == [("c", "m"), ("c", "n")]
    assert (first["n_images"], first["n"], first["n_positive"]) == (3, 2, 1)
    assert first["correlation"] == pytest.approx(0.05)
    assert first["correlation_sd"] == pytest.approx(0.3 / 2**0.5)
    assert first["correlation_active"] == pytest.approx(0.2)
    assert (first["n_ranked"], first["most_active_rank_median"]) == (2, 11)
    assert (first["n_top_tenth"], first["n_bottom_tenth"]) == (1, 1)
    assert (second["n_top_tenth"], second["n_bottom_tenth"]) == (0, 0)
    assert np.isnan([second["correlation_sd"], second["correlation_low"]]).all()
    assert np.isnan(second["correlation_active"])
