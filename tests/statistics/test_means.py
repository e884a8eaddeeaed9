"""Means of what is defined."""

import numpy as np
import pytest

from alignment.statistics.means import mean_of_defined


def test_what_is_undefined_is_left_out():
    assert mean_of_defined(np.array([1.0, np.nan, 4.0, np.inf])) == pytest.approx(2.5)


@pytest.mark.parametrize("values", [[], [np.nan, np.nan]])
def test_nothing_has_no_mean(values):
    assert np.isnan(mean_of_defined(np.array(values, dtype=float)))


def test_numbers_of_any_kind_have_a_mean():
    assert mean_of_defined(np.array([True, False, True, True])) == 0.75
    assert mean_of_defined([1, 2]) == 1.5
    ones = np.full(3, 0.1, dtype=np.float32)
    assert mean_of_defined(ones) == pytest.approx(float(ones[0]), abs=1e-16)
