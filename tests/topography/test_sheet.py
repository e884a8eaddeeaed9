"""The grid of units: neighbours, distances and Moran's I, by plain loops."""

import itertools

import numpy as np
import pytest

from alignment.topography.sheet import (
    grid_distances,
    morans_i,
    morans_i_p,
    neighbour_pairs,
    patches,
    positions,
)

GRIDS = [(11, 11), (4, 6), (1, 5)]


def naive_offset(i, j, grid, wrap):
    rows, columns = grid
    down = abs(i // columns - j // columns)
    across = abs(i % columns - j % columns)
    if wrap:
        down, across = min(down, rows - down), min(across, columns - across)
    return down, across


def naive_morans_i(values, pairs):
    n, mean = len(values), sum(values) / len(values)
    products = weights = 0.0
    for i, j in [*pairs, *(pair[::-1] for pair in pairs)]:
        products += (values[i] - mean) * (values[j] - mean)
        weights += 1
    return n / weights * products / sum((value - mean) ** 2 for value in values)


@pytest.mark.parametrize("grid", GRIDS)
@pytest.mark.parametrize("wrap", [False, True])
@pytest.mark.parametrize("neighbourhood", ["moore", "rook"])
def test_neighbours_are_those_that_a_loop_finds(grid, wrap, neighbourhood):
    found = []
    for i, j in itertools.combinations(range(grid[0] * grid[1]), 2):
        down, across = naive_offset(i, j, grid, wrap)
        if (max(down, across) if neighbourhood == "moore" else down + across) == 1:
            found.append((i, j))
    np.testing.assert_array_equal(neighbour_pairs(grid, neighbourhood, wrap), found)


def test_the_default_grid_has_420_pairs_of_neighbours():
    assert len(neighbour_pairs((11, 11))) == 420
    assert positions((11, 11))[25].tolist() == [2, 3]


@pytest.mark.parametrize("wrap", [False, True])
def test_distances_are_those_of_places(wrap):
    distances = grid_distances((4, 6), wrap)
    for i, j in itertools.product(range(24), repeat=2):
        assert distances[i, j] == pytest.approx(np.hypot(*naive_offset(i, j, (4, 6), wrap)))


def test_patches_are_units_with_their_neighbours():
    inside = np.eye(24, dtype=bool)
    for i, j in neighbour_pairs((4, 6)):
        inside[i, j] = inside[j, i] = True
    np.testing.assert_array_equal(patches((4, 6)), inside)


def test_morans_i_is_that_of_a_loop():
    pairs = neighbour_pairs((4, 6))
    maps = np.random.default_rng(0).normal(size=(3, 24))
    expected = [naive_morans_i(values, pairs.tolist()) for values in maps]
    np.testing.assert_allclose(morans_i(maps, pairs), expected, rtol=1e-12)
    assert np.isnan(morans_i(np.full(24, 0.1), pairs))


def test_a_smooth_map_is_high_and_shuffled_ones_are_at_their_expectation():
    pairs, rng = neighbour_pairs((11, 11)), np.random.default_rng(1)
    row, column = positions((11, 11)).T
    smooth = np.sin(row / 4) + np.cos(column / 5)
    assert morans_i(smooth, pairs) > 0.8
    shuffled = rng.permuted(np.tile(smooth, (4000, 1)), axis=1)
    found = morans_i(shuffled, pairs)
    standard_error = found.std() / np.sqrt(len(found))
    assert abs(found.mean() + 1 / 120) < 4 * standard_error < 0.01
    checkerboard = (-1.0) ** (row + column)
    assert morans_i(checkerboard, neighbour_pairs((11, 11), "rook")) == pytest.approx(-1, abs=0.02)


def test_p_is_small_for_smooth_maps_and_uniform_for_shuffled_ones():
    pairs = neighbour_pairs((11, 11))
    row, column = positions((11, 11)).T
    smooth = (row * column).astype(float)
    assert morans_i_p(smooth, pairs, 199, 0) == 1 / 200
    rng = np.random.default_rng(2)
    p = [morans_i_p(rng.permutation(smooth), pairs, 99, seed) for seed in range(200)]
    assert 0.4 < np.mean(p) < 0.6
    assert np.mean(np.array(p) <= 0.1) == pytest.approx(0.1, abs=0.07)
    assert np.isnan(morans_i_p(np.zeros(121), pairs, 9, 0))


def test_shuffles_that_are_as_smooth_count_however_their_sums_are_rounded():
    pairs = neighbour_pairs((11, 11))
    one = np.zeros(121)
    one[60] = 0.7  # an interior unit: no shuffle is less smooth, and most are just as smooth
    assert morans_i_p(one, pairs, 999, 0) == 1
