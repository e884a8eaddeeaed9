"""What cohorts come to in the table of saliency."""

import numpy as np
import pytest

from alignment.saliency.comparison import (
    COLUMNS,
)
from alignment.saliency.measures import OVERLAPS
from alignment.saliency.summary import COLUMNS as SUMMARY_COLUMNS
from alignment.saliency.summary import MEASURES, summarize


def table_of(values):
    n = len(values)
    table = {measure: np.asarray(values, dtype=float) for measure in OVERLAPS}
    table |= {name: np.full(n, np.nan) for name in COLUMNS if name.endswith(("nss", "judd"))}
    return table | {
        "source": np.full(n, "a"),
        "empty_heatmap": np.array([True] + [False] * (n - 1)),
        "flat_map": np.array([False, True] + [False] * (n - 2)),
    }


def test_the_summary_counts_what_has_no_value():
    tests = {name: np.array([]) for name in ("source", "measure")}
    rows = summarize(table_of([np.nan, np.nan, np.inf, 1, 2, 4]), tests, {"a": "folder"})
    assert [row["measure"] for row in rows] == list(OVERLAPS)
    risk = rows[0]
    assert (risk["n_images"], risk["n_empty_heatmaps"], risk["n_flat_maps"]) == (6, 1, 1)
    assert (risk["n"], risk["n_zero_denominators"]) == (4, 1)
    assert risk["mean"] == pytest.approx(7 / 3)
    assert risk["sd"] == pytest.approx(np.std([1, 2, 4], ddof=1))
    assert risk["value"] == pytest.approx(np.log([2, 4]).mean())
    assert np.isnan(risk["p"])
    # Cohort and model are written before them, the correction goes over the whole table.
    assert set(SUMMARY_COLUMNS) == {"cohort", "model", "p_holm", *risk}


def test_images_that_a_measure_loses_to_anything_else_are_counted_measure_by_measure():
    """The heatmap of the first is empty, the map of the second flat."""
    table = table_of([np.nan, np.nan, 3, 1, 2, 4])
    table["relative_risk_10"][2:4] = np.nan  # ties
    table["sim"][5] = np.nan  # no density
    table["nss"][2:4] = 0.5
    table["saliency_nss"][0] = table["saliency_nss"][2] = 0.5
    tests = {name: np.array([]) for name in ("source", "measure")}
    rows = summarize(table, tests, {"a": "folder"})
    counts = {row["measure"]: (row["n"], row["n_undefined"]) for row in rows}
    assert counts == {
        **dict.fromkeys(OVERLAPS, (4, 0)),
        "relative_risk_10": (2, 2),
        "sim": (3, 1),
        "nss": (2, 3),  # one is empty, and a flat saliency map is nothing to a heatmap's
        "saliency_nss": (2, 3),
    }


def test_every_source_has_its_own_rows_and_tests():
    first, second = table_of([1.0, 2, 4]), table_of([3.0, 3, 9])
    second["source"][:] = "b"
    table = {name: np.concatenate([first[name], second[name]]) for name in first}
    tests = {
        "source": np.array(["a", "a"]),
        "measure": np.array(["cc", "kl"]),
        **{name: np.array([0.1, 0.2]) for name in ("null", "null_low", "null_high", "p")},
    }
    rows = summarize(table, tests, {"a": "folder", "b": "baseline"})
    assert [row["source"] for row in rows] == ["a"] * len(OVERLAPS) + ["b"] * len(OVERLAPS)
    means = {(row["source"], row["measure"]): row["mean"] for row in rows}
    assert means["a", "cc"] == pytest.approx(7 / 3)
    assert means["b", "cc"] == pytest.approx(5)
    tested = {(row["source"], row["measure"]): row["p"] for row in rows if row["p"] == row["p"]}
    assert tested == {("a", "cc"): 0.1, ("a", "kl"): 0.2}


def test_measures_of_fixations_have_rows_where_there_are_any():
    table = table_of([1.0, 2, 4])
    table["saliency_nss"][1] = 0.5
    tests = {name: np.array([]) for name in ("source", "measure")}
    rows = summarize(table, tests, {"a": "folder"})
    assert [row["measure"] for row in rows] == [*OVERLAPS, "saliency_nss"]
    assert rows[-1]["measure"] in MEASURES
    assert (rows[-1]["n"], rows[-1]["n_images"], rows[-1]["mean"]) == (1, 3, 0.5)
