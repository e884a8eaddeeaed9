"""Areas that are kept and deleted, by hand."""

import numpy as np
import pytest

from alignment.faithfulness.areas import changed, filled, highest_pixels


@pytest.fixture
def picture():
    return np.random.default_rng(0).random((3, 20, 30), dtype=np.float32)


@pytest.mark.parametrize("levels", [600, 4])
def test_the_top_has_exactly_its_share_of_the_pixels_also_with_ties(levels):
    rng = np.random.default_rng(1)
    values = rng.integers(0, levels, (20, 30)).astype(float)
    areas = highest_pixels(values, [10, 12.5, 90], rng.random((20, 30)))
    assert areas.sum(axis=(1, 2)).tolist() == [60, 75, 540]
    for area in areas:
        assert values[area].min() >= values[~area].max()
    assert (areas[0] <= areas[1]).all()


def test_areas_are_those_of_all_pixels_in_order():
    rng = np.random.default_rng(3)
    for levels in (2, 30, 10**6):
        values = rng.integers(0, levels, (12, 18)) / 7
        ties = rng.integers(0, 40, (12, 18)).astype(np.float32)  # some are equal: the first counts
        pixels = sorted(range(216), key=lambda p: (-values.flat[p], ties.flat[p], p))
        areas = highest_pixels(values, [0.1, 30, 10, 99.9], ties)
        for area, size in zip(areas, (0, 65, 22, 216), strict=True):
            assert sorted(np.flatnonzero(area)) == sorted(pixels[:size])


def test_ties_are_broken_by_chance_and_not_by_place():
    ties = np.random.default_rng(2).random((40, 40))
    (area,) = highest_pixels(np.zeros((40, 40)), [50], ties)
    np.testing.assert_array_equal(area, ties <= np.sort(ties.ravel())[799])
    assert 0.4 < area[:20].mean() < 0.6


def test_keep_and_delete_are_the_two_parts_of_a_picture(picture):
    fill = filled(picture, "mean")
    area = np.zeros((20, 30), dtype=bool)
    area[:4, 5:9] = True
    kept, deleted = (changed(picture, fill, area, test) for test in ("keep", "delete"))
    for y in range(20):
        for x in range(30):
            inside, outside = (kept, deleted) if area[y, x] else (deleted, kept)
            np.testing.assert_array_equal(inside[:, y, x], picture[:, y, x])
            np.testing.assert_array_equal(outside[:, y, x], fill[:, y, x])


def test_the_fill_is_the_mean_colour_or_blurred(picture):
    mean = filled(picture, "mean")
    assert mean.shape == picture.shape
    for channel, values in zip(mean, picture, strict=True):
        assert np.ptp(channel) == 0
        assert channel[0, 0] == pytest.approx(values.mean(), rel=1e-6)
    blurred = filled(picture, "blur")
    assert blurred.dtype == np.float32
    np.testing.assert_allclose(blurred.mean(axis=(1, 2)), mean[:, 0, 0], atol=0.02)
    assert (blurred.std(axis=(1, 2)) > 0).all()
    assert (blurred.std(axis=(1, 2)) < 0.4 * picture.std(axis=(1, 2))).all()
    # A point becomes a Gaussian of a tenth of the height and of the width.
    point = np.zeros((3, 200, 100), dtype=np.float32)
    point[:, 100, 50] = 1
    spot = filled(point, "blur")[0].astype(float)
    y, x = np.arange(200) - 100, np.arange(100) - 50
    assert np.sqrt((spot.sum(axis=1) @ y**2) / spot.sum()) == pytest.approx(20, rel=0.02)
    assert np.sqrt((spot.sum(axis=0) @ x**2) / spot.sum()) == pytest.approx(10, rel=0.02)
