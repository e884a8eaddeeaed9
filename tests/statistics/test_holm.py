"""The correction of a family of tests."""

import numpy as np
import pytest
from oracle import naive_holm

from alignment.statistics.holm import holm, times_taken, with_holm


@pytest.mark.parametrize(
    ("p_values", "expected"),
    [
        ([0.01, 0.04, 0.03, 0.005], [0.03, 0.06, 0.06, 0.02]),
        ([0.02, 0.021, 0.9], [0.06, 0.06, 0.9]),
        ([0.6, 0.7], [1, 1]),
        ([0.03], [0.03]),
        ([0.03, np.nan, 0.02], [0.04, np.nan, 0.04]),  # what was not tested is not counted
        ([], []),
    ],
)
def test_holm_by_hand(p_values, expected):
    np.testing.assert_allclose(holm(p_values), expected, rtol=1e-12)


def test_holm_is_the_step_down_loop():
    p_values = np.random.default_rng(0).random(60) ** 4
    p_values[7] = p_values[20]
    np.testing.assert_allclose(holm(p_values), naive_holm(p_values.tolist()), rtol=1e-12)


def test_a_p_is_taken_as_often_as_there_are_tests_left():
    assert times_taken([0.5, 0.01, 0.9]) == pytest.approx([2, 3, 10 / 9])  # 1 / .9: not below .5's
    assert times_taken([0.6, np.nan, 0.7]) == pytest.approx([2, np.nan, 12 / 7], nan_ok=True)
    assert times_taken([0, 0.02]) == pytest.approx([2, 1])
    assert times_taken([0, np.nan, 0]) == pytest.approx([2, np.nan, 2], nan_ok=True)
    small = np.random.default_rng(1).random(20) / 40
    assert times_taken(small) * small == pytest.approx(holm(small))


def test_tests_are_corrected_over_all_rows_that_have_one():
    rows = [{"name": "a", "q": 0.01}, {"name": "b", "q": np.nan}, {"name": "c", "q": 0.04}]
    corrected = with_holm(rows, "q", "q_holm")
    assert [row["name"] for row in corrected] == ["a", "b", "c"]
    expected = pytest.approx([0.02, np.nan, 0.04], nan_ok=True)
    assert [row["q_holm"] for row in corrected] == expected
    assert with_holm([]) == []
