"""Where pairs stand, and matrices of some of them."""

import numpy as np
import pytest

from alignment.similarity.pairs import matrix_among, members_of, pair_images, upper_triangle


def test_members_are_numbered_in_order():
    members, first, second = members_of(np.array([7, 2, 4]), np.array([9, 7, 9]))
    assert members.tolist() == [2, 4, 7, 9]
    assert first.tolist() == [2, 0, 1]
    assert second.tolist() == [3, 2, 3]
    nothing = np.zeros(0, dtype=int)
    assert [len(part) for part in members_of(nothing, nothing)] == [0, 0, 0]


@pytest.mark.parametrize("n_pairs", [1, 12, 36])
def test_a_matrix_holds_the_values_of_its_pairs_and_no_others(n_pairs):
    rng = np.random.default_rng(0)
    values = rng.random(36)
    pairs = rng.choice(36, n_pairs, replace=False)
    members, matrix = matrix_among(values, pairs, 9)
    first, second = pair_images(9)
    expected = np.full((9, 9), np.nan)
    for pair in pairs:
        expected[first[pair], second[pair]] = expected[second[pair], first[pair]] = values[pair]
    assert members.tolist() == sorted({*first[pairs].tolist(), *second[pairs].tolist()})
    np.testing.assert_array_equal(matrix, expected[np.ix_(members, members)])
    if n_pairs == 36:
        np.testing.assert_array_equal(upper_triangle(matrix), values)
