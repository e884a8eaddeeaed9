"""What the page needs at once."""

import numpy as np

from alignment.artifacts.tables import read_columns, write_columns
from alignment.explorer.overview import (
    FACTS,
    controls_of,
    facts_of,
    numbers_of,
    overview,
    rows_of,
    sources_of,
)
from alignment.heatmaps.spotlight import BELOW_ZERO

NO_DIFFERENCE = dict.fromkeys(("difference", "interval_low", "interval_high"))


def test_the_overview_names_what_has_a_name_and_keeps_the_rest(read):
    shown = overview(
        "d",
        {"image": np.array(["a", "b"]), "width": np.array([720, 30]), "height": np.array([90, 40])},
        {"index": np.arange(2), "image": np.array(["a", "b"]), "face": np.array([1, 0])},
        {"c": [1]},
        {"m": {"maps": 4, "facts": []}},
        {"cohorts": {"c": "A cohort", "d": "not of the dataset"}},
    )
    assert shown["dataset"] == {"id": "d", "label": "d"}
    assert shown["cohorts"][0]["label"] == "A cohort"
    assert shown["labels"] == {"face": ["1", "0"]}
    assert read(shown["sizes"]).tolist() == [[360, 45], [30, 40]]
    assert shown["below_zero"] == BELOW_ZERO  # the page knows no other blue


def test_labels_are_shown_as_people_wrote_them_also_beside_missing_ones(tmp_path):
    labels = {"age": [7, "", 8], "size": ["7", "0.25", "8e30"], "kind": ["cow", "", "nan"]}
    write_columns(tmp_path / "labels.csv", **labels)
    pictures = {"image": np.array(["a", "b", "c"]), "width": np.ones(3), "height": np.ones(3)}
    shown = overview("d", pictures, read_columns(tmp_path / "labels.csv"), {}, {}, {})
    assert shown["labels"] == {
        "age": ["7", "", "8"],
        "size": ["7", "0.25", "8e+30"],
        "kind": ["cow", "", "nan"],
    }


def test_numbers_are_those_of_the_cohorts_with_their_ceiling():
    summary = {
        "cohort": np.array(["a", "b"]),
        "model": np.array(["m", "m"]),
        "p_holm": np.array([0.1, np.nan]),
        "n_folds": np.array([4, 4]),
        "difference": np.array([0.2, np.nan]),
        "interval_low": np.array([0.1, np.nan]),
        "interval_high": np.array([0.3, np.nan]),
    }
    ceiling = {"cohort": np.array(["b"]), "ceiling": np.array([0.9])}
    folds = {"unit": "images", "n_folds": 2}
    row = {
        "cohort": "b",
        "model": "m",
        "p_holm": None,
        "n_folds": 4,
        "ceiling": 0.9,
    } | NO_DIFFERENCE
    assert numbers_of(summary, ceiling, {"b": range(16)}, folds) == [row | {"few": None}]
    assert numbers_of(summary, ceiling, {"b": range(15)}, folds) == [row | {"few": 7}]
    by_pairs = folds | {"unit": "pairs"}
    assert numbers_of(summary, ceiling, {"b": range(15)}, by_pairs) == [row | {"few": None}]
    (other,) = numbers_of(summary, ceiling, {"a": range(16)}, folds)
    assert other["ceiling"] is None
    assert (other["interval_low"], other["interval_high"]) == (0.1, 0.3)


def test_facts_are_told_where_they_are_known():
    attributes = {"weights": "imagenet", "architecture": "vgg16", "input_size": 224, "other": 1}
    assert facts_of(attributes) == [
        [FACTS["architecture"], "vgg16"],
        [FACTS["weights"], "imagenet"],
        [FACTS["input_size"], "224"],
    ]


def test_sources_say_what_they_are():
    kinds = {"fine_grained": "bottom-up saliency", "gaussian": "baseline"}
    assert sources_of(kinds, kinds) == [
        {"id": "fine_grained", "label": "fine grained", "kind": "bottom-up saliency"},
        {"id": "gaussian", "label": "centred Gaussian", "kind": "baseline"},
    ]


def test_controls_are_those_of_the_cohorts_by_what_they_are_called():
    tests = {
        "cohort": np.array(["a", "b"]),
        "model": np.array(["m", "m"]),
        "control": np.array(["random", "random"]),
        "p_holm": np.array([0.1, np.nan]),
        "n_folds": np.array([4, 4]),
        "difference": np.array([0.2, np.nan]),
        "interval_low": np.array([0.1, np.nan]),
        "interval_high": np.array([0.3, np.nan]),
    }
    assert controls_of(tests, {"random": "random sets"}, ["b"]) == [
        {
            **{"cohort": "b", "model": "m", "control": "random", "p_holm": None, "n_folds": 4},
            **{"label": "random sets"},
            **NO_DIFFERENCE,
        }
    ]
    (row,) = rows_of(tests, {"a": [0, 1]})
    assert (row["cohort"], row["p_holm"], row["difference"]) == ("a", 0.1, 0.2)
    nothing = {name: column[:0] for name, column in tests.items()}
    assert controls_of(nothing, {}, ["a", "b"]) == []
