"""Observers who judged nothing, or all pairs alike, or who are one person under two names."""

import numpy as np
import pandas as pd
import pytest

from alignment.datasets.judgments import read_judgments

NAMES = ("a", "b", "c", "d")
DISTANCES = np.array([[0, 1, 2, 3], [1, 0, 4, 2], [2, 4, 0, 1], [3, 2, 1, 0.0]])
PAIRS = [(k, m) for k in range(4) for m in range(k)]


def long_table(path, *observers):
    rows = [(NAMES[k], NAMES[m], DISTANCES[k, m], who) for who in observers for k, m in PAIRS]
    columns = ["image_1", "image_2", "value", "observer"]
    pd.DataFrame(rows, columns=columns).to_csv(path, index=False)
    return path


def warnings_of(found):
    return [note for note in found.notes if note.startswith("Warning: ")]


def test_who_judged_nothing_is_left_out_and_who_told_nothing_apart_is_named(tmp_path):
    constant = np.where(np.eye(4, dtype=bool), 0, 0.5)
    nothing = np.full((4, 4), np.nan)
    path = tmp_path / "judgments.npy"
    np.save(path, np.stack([DISTANCES, nothing, constant, DISTANCES / 2, nothing]))
    found = read_judgments(path, "dissimilarity", NAMES)
    assert len(found.observers) == 3
    assert found.observer_names == ("1", "3", "4")
    assert any("Of 5 observers in" in n and "left out: 2, 5." in n for n in found.notes)
    (warned,) = warnings_of(found)
    assert "of 3 observers, 1 gave every pair the same value (3)" in warned


def test_a_single_observer_who_is_left_is_none(tmp_path):
    path = tmp_path / "judgments.npy"
    np.save(path, np.stack([np.full((4, 4), np.nan), DISTANCES]))
    one = read_judgments(path, "dissimilarity", NAMES)
    assert one.observers is one.observer_names is None
    np.testing.assert_allclose(one.similarity, 1 - DISTANCES / 4)


def test_names_are_kept_in_the_order_of_their_first_rows(tmp_path):
    path = long_table(tmp_path / "judgments.csv", "cleo", "ada")
    found = read_judgments(path, "dissimilarity", NAMES)
    assert found.observer_names == ("cleo", "ada")
    assert not warnings_of(found)


@pytest.mark.parametrize("alike", [("Ada", "ada"), ("P 1", "p1")])
def test_names_that_differ_in_case_or_blanks_are_told_of(tmp_path, alike):
    found = read_judgments(
        long_table(tmp_path / "judgments.csv", *alike, "bo"), "dissimilarity", NAMES
    )
    assert found.observer_names == (*alike, "bo")
    (warned,) = warnings_of(found)
    assert f"has the observers '{alike[0]}' and '{alike[1]}', who count as different" in warned
