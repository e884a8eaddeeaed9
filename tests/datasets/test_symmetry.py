"""Equal halves of matrices; the refusals, with their sentences, are in test_judgments."""

import numpy as np
import pytest

from alignment.artifacts.errors import InputError
from alignment.datasets.raw_matrices import RawMatrices
from alignment.datasets.symmetry import mean_given, refuse_infinite, symmetric

NAMES = ("ant", "bee", "cat")
HALVES = np.array([[0, 1, 2], [3, 0, 5], [4, np.nan, 0.0]])


def test_both_orders_are_averaged_and_a_single_one_is_taken():
    notes = []
    (found,) = symmetric(RawMatrices(HALVES), NAMES, "mean", "file", notes)
    np.testing.assert_array_equal(found, [[0, 2, 3], [2, 0, 5], [3, 5, 0]])
    assert notes == [
        "1 pairs are given in one order only; it was used for both.",
        "The two orders of each pair were averaged; they differ by up to 2 (ant, bee).",
    ]


def test_nothing_is_averaged_unasked():
    with pytest.raises(InputError, match="1 pairs in one order only, the first bee, cat"):
        symmetric(RawMatrices(HALVES), NAMES, None, "file", [])


def test_what_nobody_gave_has_no_mean():
    found = mean_given(np.array([[1, np.nan, np.nan], [3, 5, np.nan]]))
    np.testing.assert_array_equal(found, [2, 5, np.nan])


def test_an_infinite_value_is_named():
    values = np.where(HALVES == 5, np.inf, HALVES)
    with pytest.raises(InputError, match="1 infinite values, the first for bee, cat"):
        refuse_infinite(RawMatrices(values), NAMES, "file")
