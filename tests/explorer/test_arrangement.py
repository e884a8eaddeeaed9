"""Arrangements of points whose distances are known."""

import numpy as np
import pytest

from alignment.explorer.arrangement import align, arrange, on_unit_scale


def distances(places):
    return np.sqrt(((places[:, None] - places[None]) ** 2).sum(axis=2))


@pytest.fixture(scope="module")
def places():
    return np.random.default_rng(0).normal(size=(15, 2))


def test_points_in_a_plane_are_found_again(places):
    found = arrange(1 - distances(places))
    np.testing.assert_allclose(distances(found), distances(places), atol=1e-3)


def test_missing_pairs_take_no_part(places):
    similarities = 1 - distances(places)
    missing = np.triu(np.random.default_rng(1).random((15, 15)) < 0.2, 1)
    similarities[missing | missing.T] = np.nan
    start = places + np.random.default_rng(2).normal(size=places.shape) / 20
    found = arrange(similarities, start)
    np.testing.assert_allclose(distances(found), distances(places), atol=0.02)


def plain_arrange(similarities, start):
    """The same search, each step as it is written down, with the pseudoinverse."""
    n = len(similarities)
    weights = np.isfinite(similarities) & ~np.eye(n, dtype=bool)
    wanted = np.where(weights, 1 - similarities, 0)
    inverse = np.linalg.pinv(np.diag(weights.sum(axis=1)) - weights.astype(float))
    points, before = start, np.inf
    while True:
        between = distances(points)
        stress = (weights * (between - wanted) ** 2).sum()
        if before - stress <= 1e-6 * stress:
            return points - points.mean(axis=0)
        before, moved = stress, np.zeros_like(points)
        for i in range(n):
            for j in range(n):
                if weights[i, j]:
                    moved[i] += wanted[i, j] / between[i, j] * (points[i] - points[j])
        points = inverse @ moved


@pytest.mark.parametrize("missing", ["none", "some", "between two parts"])
def test_steps_are_those_of_plain_loops(places, missing):
    similarities = 1 - 1.3 * distances(places)
    if missing == "some":
        similarities[2, 5] = similarities[5, 2] = np.nan
    if missing == "between two parts":
        similarities[:6, 6:] = similarities[6:, :6] = np.nan
    expected = plain_arrange(similarities, places)
    np.testing.assert_allclose(arrange(similarities, places), expected, atol=1e-9)


def test_no_step_makes_the_stress_worse():
    rng = np.random.default_rng(3)
    similarities = rng.random((12, 12))
    similarities = (similarities + similarities.T) / 2
    start = rng.normal(size=(12, 2))

    def stress(points):
        off = distances(points) - (1 - similarities)
        np.fill_diagonal(off, 0)
        return (off**2).sum()

    assert stress(arrange(similarities, start)) < stress(start - start.mean(axis=0))
    assert stress(arrange(similarities)) < stress(np.zeros((12, 2)))


def test_nothing_known_leaves_all_in_one_place():
    assert (arrange(np.full((4, 4), np.nan)) == 0).all()


def test_turned_mirrored_and_shrunk_points_are_laid_back(places):
    places = places - places.mean(axis=0)
    angle = 0.7
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    moved = (places * [1, -1]) @ turn * 0.1
    np.testing.assert_allclose(align(moved, places), places, atol=1e-9)
    assert (align(np.zeros_like(places), places) == 0).all()


@pytest.mark.parametrize(("low", "high"), [(0, 10), (1, 7), (-1, 1), (0, 0.01)])
def test_judgments_on_any_scale_are_arranged_alike(places, low, high):
    likeness = 1 - distances(places) / distances(places).max()
    expected = arrange(on_unit_scale(likeness))
    found = arrange(on_unit_scale(low + (high - low) * likeness))
    np.testing.assert_allclose(distances(found), distances(expected), atol=1e-9)
    # As far apart as people find them unlike
    upper = np.triu_indices(len(places), 1)
    assert np.corrcoef(distances(found)[upper], distances(places)[upper])[0, 1] > 0.95


def test_the_scale_of_judgments_is_that_of_pairs_that_were_judged():
    judgments = np.array([[9, 2, np.nan], [2, 9, 4], [np.nan, 4, 9]])
    found = on_unit_scale(judgments)
    assert (found[0, 1], found[1, 2]) == (0, 1)
    assert np.isnan(found[0, 2])
    same = on_unit_scale(np.full((3, 3), 5.0))
    assert (same == 0).all()
    assert np.isnan(on_unit_scale(np.diag([1.0, 1.0]) * np.nan)).all()
