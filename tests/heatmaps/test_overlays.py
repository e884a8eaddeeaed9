"""Pictures coloured by their heatmaps."""

import subprocess
import sys
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pytest
from PIL import Image

from alignment.artifacts.errors import InputError
from alignment.heatmaps.overlays import (
    above,
    blend,
    draw_overlay,
    overlay_and_area,
    percentile_of,
)
from alignment.heatmaps.placement import place
from alignment.heatmaps.spotlight import spotlight


def ramp(level):
    """A colour map that can be computed by hand: red rises, green falls."""
    return np.stack([level, 1 - level, 0 * level, 0 * level + 1], axis=-1)


def test_overlay_by_hand():
    """Half the maximum, squared, is 0.25: colour (63.75, 191.25, 0)."""
    picture = np.tile(np.array([101, 51, 201], dtype=np.uint8), (1, 3, 1))
    result = blend(picture, np.array([[1.5, 3.0, 0.0]], dtype=np.float32), ramp)
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
    result = blend(picture, np.array([[-1.5, 3.0, 0.0]]), ramp)
    assert result[0, :, 0].tolist() == [38, 102, 51]  # 0.4 * 255 * (0.375, 1, 0.5)


@pytest.mark.parametrize("percentile", [60, 70, 80, 90])
def test_a_threshold_shows_the_pixels_above_its_percentile(percentile):
    rng = np.random.default_rng(0)
    picture = rng.integers(0, 256, (12, 17, 3), dtype=np.uint8)
    placed = rng.random((12, 17), dtype=np.float32)
    area = above(placed, percentile)
    result = blend(picture, placed, ramp, area)
    assert area.sum() == pytest.approx((1 - percentile / 100) * placed.size, abs=1)
    assert placed[area].min() > placed[~area].max()
    np.testing.assert_array_equal(result[area], blend(picture, placed, ramp)[area])
    np.testing.assert_array_equal(result[~area], picture[~area])
    assert (result[area] != picture[area]).any(axis=-1).all()


def test_a_pixel_at_the_percentile_is_not_above_it():
    """The 60th percentile of 0..10 is 6."""
    assert above(np.arange(11.0)[None], 60)[0].tolist() == [False] * 7 + [True] * 4


def test_the_unseen_part_of_a_picture_stays_plain_and_out_of_the_percentile():
    picture = np.full((4, 10, 3), 200, dtype=np.uint8)
    placed = np.full((4, 10), np.nan, dtype=np.float32)
    placed[:, 3:7] = np.arange(1, 17).reshape(4, 4)
    changed = (blend(picture, placed, ramp) != picture).any(axis=-1)
    np.testing.assert_array_equal(changed, np.isfinite(placed))
    changed = (blend(picture, placed, ramp, above(placed, 75)) != picture).any(axis=-1)
    np.testing.assert_array_equal(changed, placed > 12)


@pytest.mark.parametrize("percentile", [None, 60])
def test_an_empty_heatmap_leaves_the_plain_picture(percentile):
    picture = np.random.default_rng(0).integers(0, 256, (5, 6, 3), dtype=np.uint8)
    placed = np.zeros((5, 6))
    area = None if percentile is None else above(placed, percentile)
    np.testing.assert_array_equal(blend(picture, placed, ramp, area), picture)


# By the names of the config

SIZES = {"a": (30, 20), "b.1": (16, 16), "c": (11, 40)}  # width, height
HEATMAPS = np.ones((3, 4, 4), dtype=np.float32)
HEATMAPS[1, :2] = 0
HEATMAPS[2] = 0


def drawn(name, threshold="full", colours="jet", framing="stretch"):
    width, height = SIZES[name]
    picture = np.full((height, width, 3), 100, dtype=np.uint8)
    heatmap = HEATMAPS[list(SIZES).index(name)]
    return draw_overlay(picture, heatmap, framing, threshold, colours)


def test_an_overlay_has_the_pictures_own_size():
    for name, (width, height) in SIZES.items():
        result = drawn(name)
        assert (result.shape, result.dtype) == ((height, width, 3), np.uint8)


def test_a_heatmap_is_shown_in_colour():
    # jet ends in (0.5, 0, 0) and begins with (0, 0, 0.5); 0.4 of 127.5 is 51.
    assert (drawn("a") == [111, 60, 60]).all()
    half = drawn("b.1")
    assert (half[0] == [60, 60, 111]).all()
    assert (half[-1] == [111, 60, 60]).all()
    assert (drawn("c") == 100).all()


def test_a_threshold_leaves_the_rest_plain():
    result = drawn("b.1", "p45")
    assert (result[:5] == 100).all()
    assert (result[-5:] == [111, 60, 60]).all()
    assert (drawn("b.1", "p90") == 100).all()  # nothing exceeds the maximum


def test_the_heatmap_lies_where_the_framing_put_the_picture():
    result = drawn("a", framing="crop")
    assert (result[:, :5] == 100).all()
    assert (result[:, 5:25] == [111, 60, 60]).all()
    assert (result[:, 25:] == 100).all()


def test_the_picture_itself_is_left_as_it_is():
    picture = np.full((20, 30, 3), 100, dtype=np.uint8)
    draw_overlay(picture, HEATMAPS[0], "stretch", "p45", "jet")
    assert (picture == 100).all()


def test_an_unknown_colour_map_is_named():
    with pytest.raises(
        InputError, match=r"heatmaps: colours: .* no colour map 'jett'; spotlight .* jet, viridis"
    ):
        drawn("a", colours="jett")


@pytest.mark.parametrize("percentile", [None, 60, 90])
def test_jet_gives_the_look_of_the_paper_pixel_by_pixel(tmp_path, percentile):
    """Scaled bilinearly, divided by the maximum, squared, coloured, 0.6 picture + 0.4 colour."""
    rng = np.random.default_rng(1)
    picture = rng.integers(0, 256, (35, 52, 3), dtype=np.uint8)
    heatmap = rng.random((7, 7), dtype=np.float32)
    threshold = "full" if percentile is None else f"p{percentile}"
    drawn = draw_overlay(picture, heatmap, "stretch", threshold, "jet")
    Image.fromarray(drawn).save(tmp_path / "overlay.png")

    large = np.asarray(Image.fromarray(heatmap).resize((52, 35), Image.Resampling.BILINEAR))
    colour = plt.get_cmap("jet")((large / large.max()) ** 2)[..., :3]
    expected = np.rint(0.6 * picture + 0.4 * (255 * colour))
    if percentile is not None:
        below = large <= np.percentile(large, percentile)
        expected[below] = picture[below]
    with Image.open(tmp_path / "overlay.png") as found:
        np.testing.assert_array_equal(np.asarray(found), expected)


@pytest.mark.parametrize("framing", ["stretch", "crop", "pad"])
@pytest.mark.parametrize("threshold", ["full", "p60"])
def test_spotlight_is_a_look_beside_the_colour_maps(framing, threshold):
    rng = np.random.default_rng(2)
    picture = rng.integers(0, 256, (20, 30, 3), dtype=np.uint8)
    heatmap = rng.random((4, 4), dtype=np.float32)
    placed = place(heatmap, (30, 20), framing)
    expected = spotlight(picture, placed, None if threshold == "full" else above(placed, 60))
    drawn = draw_overlay(picture, heatmap, framing, threshold, "spotlight")
    np.testing.assert_array_equal(drawn, expected)


def test_spotlight_spares_a_job_the_import_of_matplotlib():
    code = (
        "import sys, numpy as np; from alignment.heatmaps.overlays import draw_overlay\n"
        "draw_overlay(np.zeros((4, 4, 3), np.uint8), np.ones((2, 2)), 'stretch', 'full', "
        "'spotlight')\nprint('matplotlib' in sys.modules)"
    )
    scripts = Path(__file__).parents[2] / "workflow_scripts"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=scripts, capture_output=True, text=True, check=True
    )
    assert done.stdout == "False\n"


@pytest.mark.parametrize("colours", ["spotlight", "viridis"])
@pytest.mark.parametrize("framing", ["stretch", "crop"])
def test_the_area_of_an_overlay_is_where_it_shows_the_heatmap(colours, framing):
    rng = np.random.default_rng(0)
    picture, heatmap = rng.integers(100, 256, (40, 60, 3), dtype=np.uint8), rng.random((5, 5))
    shown, area = overlay_and_area(picture, heatmap, framing, "p70", colours)
    assert overlay_and_area(picture, heatmap, framing, "full", colours)[1] is None
    plain = (shown == picture).all(axis=-1)
    np.testing.assert_array_equal(area, plain if colours == "spotlight" else ~plain)
    seen = np.isfinite(place(heatmap, (60, 40), framing)).mean()
    assert area.mean() == pytest.approx(0.3 * seen, abs=0.01)
    assert percentile_of("p92.5") == 92.5
