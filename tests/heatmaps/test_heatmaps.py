"""Heatmaps: their weights, their place on the picture, and the picture coloured by them."""

import numpy as np
import pytest
import torch

from alignment.heatmaps.heatmaps import enlarge, heatmap, overlay, place
from alignment.datasets.pictures import network_input

MAPS = np.arange(24, dtype=np.float32).reshape(4, 2, 3) ** 2


@pytest.mark.parametrize(
    ("ais", "negative", "weights"),
    [
        ([1, 3, 0, 0], False, [0.25, 0.75, 0, 0]),
        ([1e-5, 3e-5, -8e-5, 0], False, [0.25, 0.75, 0, 0]),
        ([1, 3, np.nan, -1], False, [0.25, 0.75, 0, 0]),
        ([1, 3, -4, 0], True, [0.125, 0.375, -0.5, 0]),
        # The plain sum is negative: dividing by it would turn the signs round.
        ([1, -3, 0, -4], True, [0.125, -0.375, 0, -0.5]),
        ([1, np.nan, 0, -1], True, [0.5, 0, 0, -0.5]),
        ([-2, 0, 0, 0], True, [-1, 0, 0, 0]),
    ],
)
def test_weights(ais, negative, weights):
    expected = sum(w * values.astype(np.float64) for w, values in zip(weights, MAPS, strict=True))
    result = heatmap(MAPS, np.array(ais), negative)
    assert result.dtype == np.float32
    np.testing.assert_allclose(result, expected, rtol=1e-6)


@pytest.mark.parametrize(
    ("ais", "negative"),
    [([-1, -2, 0, np.nan], False), ([0, 0, 0, 0], True), ([np.nan] * 4, True)],
)
def test_no_usable_score_gives_an_empty_heatmap(ais, negative):
    result = heatmap(MAPS, np.array(ais, dtype=float), negative)
    assert result.shape == (2, 3)
    assert (result == 0).all()


def test_enlarging_by_hand():
    """2 x 2 to 4 x 4: pixel centres at -1/4, 1/4, 3/4, 5/4 of the way between cell centres."""
    along = np.array([0, 0.25, 0.75, 1])
    np.testing.assert_allclose(
        enlarge([[0, 4], [8, 12]], (4, 4)), 4 * along + 8 * along[:, None], atol=1e-5
    )


@pytest.mark.parametrize("size", [(35, 20), (14, 14), (91, 7), (224, 175)])
def test_enlarging_is_bilinear(size):
    values = np.random.default_rng(0).random((7, 7), dtype=np.float32)
    expected = torch.nn.functional.interpolate(
        torch.from_numpy(values)[None, None], size=size[::-1], mode="bilinear", align_corners=False
    )[0, 0]
    np.testing.assert_allclose(enlarge(values, size), expected, atol=2e-6)


FRAMINGS = pytest.mark.parametrize("framing", ["stretch", "crop", "pad"])
# width, height, and the centre of a bright square in the part that every framing sees
SCENES = pytest.mark.parametrize(
    ("width", "height", "x", "y"),
    [
        (140, 140, 40, 90),
        (201, 120, 65, 35),
        (201, 120, 130, 80),
        (110, 183, 30, 75),
        (110, 183, 75, 115),
    ],
)


@FRAMINGS
@SCENES
def test_a_heatmap_lands_where_the_network_saw_it(framing, width, height, x, y):
    half = 12
    picture = np.zeros((height, width, 3), dtype=np.uint8)
    picture[y - half : y + half, x - half : x + half] = 255
    seen = network_input(picture, 98, [0, 0, 0], [1, 1, 1], framing)[0]
    cells = seen.reshape(14, 7, 14, 7).mean(axis=(1, 3))
    placed = place(cells, (width, height), framing)
    assert placed.shape == (height, width)
    outside = np.isnan(placed)
    if framing == "crop":
        assert outside.sum() == width * height - min(width, height) ** 2
    else:
        assert not outside.any()
    hot = np.nan_to_num(placed)
    row, column = np.unravel_index(hot.argmax(), hot.shape)
    assert abs(row + 0.5 - y) < half
    assert abs(column + 0.5 - x) < half
    mass = hot.sum()
    assert (hot.sum(axis=0) @ (np.arange(width) + 0.5)) / mass == pytest.approx(x, abs=0.8)
    assert (hot.sum(axis=1) @ (np.arange(height) + 0.5)) / mass == pytest.approx(y, abs=0.8)


@pytest.mark.parametrize("size", [(9, 4), (4, 9), (8, 5)])
def test_a_crop_has_no_heatmap_outside_the_central_square(size):
    width, height = size
    side = min(size)
    left, top = (width - side) // 2, (height - side) // 2
    inside = np.zeros((height, width), dtype=bool)
    inside[top : top + side, left : left + side] = True
    np.testing.assert_array_equal(np.isfinite(place(np.ones((2, 2)), size, "crop")), inside)


def test_an_unknown_framing_is_refused():
    with pytest.raises(ValueError, match="framing 'fit' is not one of stretch, crop, pad"):
        place(np.ones((2, 2)), (4, 4), "fit")


def ramp(level):
    """A colour map that can be computed by hand: red rises, green falls."""
    return np.stack([level, 1 - level, 0 * level, 0 * level + 1], axis=-1)


def test_overlay_by_hand():
    """Half the maximum, squared, is 0.25: colour (63.75, 191.25, 0)."""
    picture = np.tile(np.array([101, 51, 201], dtype=np.uint8), (1, 3, 1))
    result = overlay(picture, np.array([[1.5, 3.0, 0.0]], dtype=np.float32), ramp)
    assert result.dtype == np.uint8
    expected = [
        [86, 107, 121],  # 60.6 + 25.5, 30.6 + 76.5, 120.6
        [163, 31, 121],  # 60.6 + 102, 30.6, 120.6
        [61, 133, 121],  # 60.6, 30.6 + 102, 120.6
    ]
    assert result[0].tolist() == expected


def test_signed_overlay_by_hand():
    """-1.5 of 3: -0.25 after the square, 0.375 on a colour map centred on zero."""
    picture = np.zeros((1, 3, 3), dtype=np.uint8)
    result = overlay(picture, np.array([[-1.5, 3.0, 0.0]]), ramp)
    assert result[0, :, 0].tolist() == [38, 102, 51]  # 0.4 * 255 * (0.375, 1, 0.5)


@pytest.mark.parametrize("percentile", [60, 70, 80, 90])
def test_a_threshold_shows_the_pixels_above_its_percentile(percentile):
    rng = np.random.default_rng(0)
    picture = rng.integers(0, 256, (12, 17, 3), dtype=np.uint8)
    placed = rng.random((12, 17), dtype=np.float32)
    result = overlay(picture, placed, ramp, percentile)
    above = placed > np.percentile(placed, percentile)
    assert above.sum() == pytest.approx((1 - percentile / 100) * placed.size, abs=1)
    np.testing.assert_array_equal(result[above], overlay(picture, placed, ramp)[above])
    np.testing.assert_array_equal(result[~above], picture[~above])
    assert (result[above] != picture[above]).any(axis=-1).all()


def test_a_pixel_at_the_percentile_is_not_above_it():
    """The 60th percentile of 0..10 is 6."""
    picture = np.full((1, 11, 3), 200, dtype=np.uint8)
    result = overlay(picture, np.arange(11.0)[None], ramp, 60)
    assert (result[0] != 200).any(axis=-1).tolist() == [False] * 7 + [True] * 4


def test_the_unseen_part_of_a_picture_stays_plain_and_out_of_the_percentile():
    picture = np.full((4, 10, 3), 200, dtype=np.uint8)
    placed = np.full((4, 10), np.nan, dtype=np.float32)
    placed[:, 3:7] = np.arange(1, 17).reshape(4, 4)
    changed = (overlay(picture, placed, ramp) != picture).any(axis=-1)
    np.testing.assert_array_equal(changed, np.isfinite(placed))
    changed = (overlay(picture, placed, ramp, 75) != picture).any(axis=-1)
    np.testing.assert_array_equal(changed, placed > 12)


@pytest.mark.parametrize("percentile", [None, 60])
def test_an_empty_heatmap_leaves_the_plain_picture(percentile):
    picture = np.random.default_rng(0).integers(0, 256, (5, 6, 3), dtype=np.uint8)
    np.testing.assert_array_equal(overlay(picture, np.zeros((5, 6)), ramp, percentile), picture)
