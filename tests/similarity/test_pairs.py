"""Where pairs stand, and how they are named."""

from itertools import combinations

import numpy as np
import pytest

from alignment.similarity.pairs import named_pair, positions_of


def test_positions_count_the_upper_triangle_row_by_row_in_either_order():
    n = 9
    for position, (i, j) in enumerate(combinations(range(n), 2)):
        found = positions_of(np.array([i, j]), np.array([j, i]), n)
        assert found.tolist() == [position, position]


@pytest.mark.parametrize(
    ("name", "pair"),
    [
        ("a--b", (0, 1)),
        ("b--a", (1, 0)),
        ("a--b--c", (0, 2)),  # "b--c" is one image
        ("b--c--a", (2, 0)),
        ("-----a", (3, 0)),  # "---" is one image
        ("a--a", None),
        ("a--x", None),
        ("a-b", None),
    ],
)
def test_a_pair_is_named_after_its_images(name, pair):
    assert named_pair(name, ["a", "b", "b--c", "---"]) == pair


def test_a_name_that_can_be_cut_in_two_ways_is_no_pair():
    assert named_pair("a--b--c", ["a", "c", "b--c", "a--b"]) is None
