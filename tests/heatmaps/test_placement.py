"""Heatmaps at the place and the resolution at which the network saw the picture."""

import numpy as np
import pytest
import torch

from alignment.datasets.pictures import network_input
from alignment.heatmaps.placement import enlarge, frame, picture_area, place


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


@FRAMINGS
@SCENES
def test_a_map_of_a_picture_lands_where_the_network_sees_it(framing, width, height, x, y):
    half = 12
    picture = np.zeros((height, width, 3), dtype=np.uint8)
    picture[y - half : y + half, x - half : x + half] = 255
    seen = network_input(picture, 98, [0, 0, 0], [1, 1, 1], framing)[0]
    rows, columns = picture_area((width, height), 98, framing)
    framed = frame(picture[..., 0] / 255, (width, height), 98, framing)
    assert framed.shape == seen[rows, columns].shape
    assert np.abs(framed - seen[rows, columns]).mean() < 0.01
    outside = seen.copy()
    outside[rows, columns] = 0
    assert not outside.any()
    # A map of another resolution, as those of saliency are.
    coarse = frame(enlarge(picture[..., 0] / 255, (50, 40)), (width, height), 98, framing)
    assert coarse.shape == framed.shape
    assert np.corrcoef(coarse.ravel(), framed.ravel())[0, 1] > 0.9


@pytest.mark.parametrize("size", [(300, 200), (200, 300), (500, 3), (70, 70)])
def test_the_part_that_shows_the_picture_is_what_padding_leaves(size):
    picture = np.full((size[1], size[0], 3), 255, dtype=np.uint8)
    seen = network_input(picture, 50, [0, 0, 0], [1, 1, 1], "pad")[0]
    rows, columns = picture_area(size, 50, "pad")
    inside = np.zeros((50, 50), dtype=bool)
    inside[rows, columns] = True
    assert seen[inside].min() > 0.4 or min(size) < 10
    assert seen[~inside].max(initial=0) < 0.6
    assert inside.any()
    for framing in ("stretch", "crop"):
        assert picture_area(size, 50, framing) == (slice(0, 50), slice(0, 50))
