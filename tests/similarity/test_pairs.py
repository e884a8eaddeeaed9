"""Where pairs stand, against plain loops and SciPy, and how they are named."""

from itertools import combinations, permutations

import numpy as np
import pytest
from scipy.spatial.distance import squareform

from alignment.similarity.pairs import (
    matrix_among,
    members_of,
    nearest_pairs,
    pair_images,
    pair_positions,
    pairs_in_short,
    positions_of,
    square,
    upper_triangle,
)


@pytest.mark.parametrize("n", [2, 3, 9])
def test_pairs_are_in_the_order_of_plain_loops_and_of_scipy(n):
    first, second = pair_images(n)
    assert list(zip(first, second, strict=True)) == list(combinations(range(n), 2))
    values = np.random.default_rng(0).random(len(first))
    matrix = square(values, n, 0.0)
    np.testing.assert_array_equal(matrix, squareform(values))
    np.testing.assert_array_equal(upper_triangle(matrix), values)


def test_the_diagonal_of_a_square_is_undefined_unless_it_is_given():
    assert np.isnan(np.diag(square(np.ones(3), 3))).all()
    assert np.diag(square(np.ones(3), 3, 1.0)).tolist() == [1, 1, 1]


@pytest.mark.parametrize("images", [[0, 1, 2, 3, 4], [1, 4], [3, 0, 2], [4], []])
def test_the_pairs_of_some_images_are_found_among_all(images):
    everything = list(combinations(range(5), 2))
    expected = [k for k, pair in enumerate(everything) if set(pair) <= set(images)]
    assert pair_positions(np.array(images, dtype=int), 5).tolist() == expected


def test_the_images_of_some_pairs_are_numbered_among_themselves():
    members, first, second = members_of(np.array([2, 2, 9]), np.array([5, 9, 7]))
    assert members.tolist() == [2, 5, 7, 9]
    assert members[first].tolist() == [2, 2, 9]
    assert members[second].tolist() == [5, 9, 7]


def test_positions_count_the_upper_triangle_row_by_row_in_either_order():
    n = 9
    for position, (i, j) in enumerate(combinations(range(n), 2)):
        found = positions_of(np.array([i, j]), np.array([j, i]), n)
        assert found.tolist() == [position, position]


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


@pytest.mark.parametrize("n_nearest", [1, 3])
def test_what_is_missing_is_nobodys_nearest(n_nearest):
    rng = np.random.default_rng(3)
    judgments, similarities = (square(rng.random(21), 7, 1.0) for _ in range(2))
    judgments[0, 2:] = judgments[2:, 0] = np.nan  # image 0 was judged with image 1 alone
    judgments[6] = judgments[:, 6] = np.nan
    similarities[6] = similarities[:, 6] = np.nan
    first, second = nearest_pairs(judgments, similarities, n_nearest)
    listed = {*zip(first.tolist(), second.tolist(), strict=True)}
    expected = set()
    for matrix in (judgments, similarities):
        for i in range(7):
            others = [j for j in range(7) if j != i and np.isfinite(matrix[i, j])]
            others.sort(key=lambda j: -matrix[i, j])
            expected |= {(i, j) for j in others[:n_nearest]}
    assert listed == expected
    assert (0, 1) in listed
    assert not any(6 in pair for pair in listed)


@pytest.mark.parametrize("n_nearest", [3, 4])
def test_all_pairs_are_listed_also_those_of_which_nothing_is_known(n_nearest):
    nothing = np.full((4, 4), np.nan)
    first, second = nearest_pairs(nothing, nothing, n_nearest)
    assert [*zip(first.tolist(), second.tolist(), strict=True)] == [*permutations(range(4), 2)]


def test_pairs_in_short_are_counted_without_those_that_nobody_judged():
    judgments = square(np.array([-1e-17, 0.25, np.nan]), 3, 1)
    assert pairs_in_short(judgments) == "2 of 3 pairs, similarities 0 to 0.25"
