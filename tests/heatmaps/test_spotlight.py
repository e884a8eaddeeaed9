"""Pictures that are dark where their heatmap is low."""

import numpy as np
import pytest

from alignment.heatmaps.overlays import above
from alignment.heatmaps.spotlight import DARK, light, spotlight

RNG = np.random.default_rng(0)
# Nowhere so dark that a dark place could be taken for a lit one.
PICTURE = RNG.integers(60, 256, (12, 17, 3), dtype=np.uint8)


def dark(pixel):
    """A pixel that does not matter, by the formula of the explorer's page."""
    r, g, b = (float(value) for value in pixel)
    grey = 0.3 * r + 0.59 * g + 0.11 * b
    return [DARK * (0.35 * value + 0.65 * grey) + 7 for value in (r, g, b)]


def mixed(pixel, share):
    return [a + share * (float(b) - a) for a, b in zip(dark(pixel), pixel, strict=True)]


def test_light_follows_the_square_of_the_heatmap():
    placed = RNG.random((12, 17), dtype=np.float32)
    result = spotlight(PICTURE, placed)
    assert result.dtype == np.uint8
    for y in range(12):
        for x in range(17):
            expected = mixed(PICTURE[y, x], (placed[y, x] / placed.max()) ** 2)
            np.testing.assert_allclose(result[y, x], expected, atol=0.51)


@pytest.mark.parametrize("percentile", [0, 60, 90, 99])
def test_above_a_percentile_the_picture_shows_and_nothing_else_does(percentile):
    placed = RNG.random((12, 17), dtype=np.float32)
    area = above(placed, percentile)
    result = spotlight(PICTURE, placed, area)
    np.testing.assert_array_equal((result == PICTURE).all(axis=-1), area)
    for y, x in np.argwhere(~area):
        np.testing.assert_allclose(result[y, x], dark(PICTURE[y, x]), atol=0.51)


def test_places_without_a_value_above_the_percentile_stay_dark_however_many_they_are():
    """Where most of a heatmap is zero its percentile is zero: nothing at it is lit."""
    placed = np.zeros((12, 17))
    placed[3:5, 4:8] = 1
    result = spotlight(PICTURE, placed, above(placed, 60))
    np.testing.assert_array_equal((result == PICTURE).all(axis=-1), placed > 0)


@pytest.mark.parametrize("percentile", [None, 10])
def test_negative_places_turn_blue_and_are_never_lit(percentile):
    placed = -(1 + RNG.random((12, 17)))
    placed[0, 0] = 4
    area = None if percentile is None else above(placed, percentile)
    result = spotlight(PICTURE, placed, area).astype(int)
    shown = np.ones_like(placed) if percentile is None else area
    assert result[0, 0].tolist() == PICTURE[0, 0].tolist()
    for y, x in np.argwhere(placed < 0):
        ground = np.array(dark(PICTURE[y, x]))
        blue = 0.75 * (placed[y, x] / 4) ** 2 * shown[y, x]
        expected = ground + blue * (np.array([60, 150, 255]) - ground)
        np.testing.assert_allclose(result[y, x], expected, atol=0.51)


def test_the_part_that_the_network_did_not_see_is_dark_and_out_of_the_percentile():
    placed = np.full((12, 17), np.nan, dtype=np.float32)
    placed[:, 3:11] = np.arange(1, 97).reshape(12, 8)
    lit = (spotlight(PICTURE, placed, above(placed, 75)) == PICTURE).all(axis=-1)
    np.testing.assert_array_equal(lit, placed > 72.25)
    result = spotlight(PICTURE, placed)
    np.testing.assert_allclose(result[5, 2], dark(PICTURE[5, 2]), atol=0.51)


@pytest.mark.parametrize("percentile", [None, 60])
def test_an_empty_heatmap_leaves_the_plain_picture(percentile):
    placed = np.zeros((12, 17))
    area = None if percentile is None else above(placed, percentile)
    result = spotlight(PICTURE, placed, area)
    np.testing.assert_array_equal(result, PICTURE)


def test_no_place_is_dark_white_or_bright_black():
    """Pixels stay bytes at both ends: they neither wrap around nor pass what is lit."""
    for value in (0, 255):
        picture = np.full((1, 3, 3), value, dtype=np.uint8)
        result = light(picture, np.array([[0.0, 0.5, 1.0]]))
        assert (np.diff(result[0, :, 0].astype(int)) * (1 if value else -1) >= 0).all()
        assert (result[0, 2] == value).all()


def test_light_shows_the_picture_where_its_share_is_full():
    picture = np.random.default_rng(3).integers(0, 256, (2, 3, 3)).astype(np.uint8)
    local = np.array([[1.0, 5.0, 0.5], [0.0, np.nan, -1.0]])
    lit = light(picture, local)
    assert (lit[0, :2] == picture[0, :2]).all()
    dark = light(picture, np.zeros((2, 3)))
    assert (lit[1, :2] == dark[1, :2]).all()
    assert dark.max() < 64
    half = (picture[0, 2].astype(float) + dark[0, 2]) / 2
    np.testing.assert_allclose(lit[0, 2], half, atol=1)
    assert lit[1, 2].argmax() == 2  # unlike: blue
