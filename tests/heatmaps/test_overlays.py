"""Overlay pictures from saved heatmaps and a dataset's folder."""

import numpy as np
import pytest
from PIL import Image

from alignment.artifacts.errors import InputError
from alignment.heatmaps.overlays import draw_overlay, open_heatmaps
from alignment.artifacts.arrays import write_arrays

SIZES = {"a": (30, 20), "b.1": (16, 16), "c": (11, 40)}  # width, height


@pytest.fixture
def heatmaps(tmp_path):
    return saved(tmp_path, "stretch")


def saved(folder, framing):
    pictures = folder / "dataset" / "images"
    pictures.mkdir(parents=True)
    for name, size in SIZES.items():
        Image.new("RGB", size, (100, 100, 100)).save(pictures / f"{name}.png")
    values = np.ones((3, 4, 4), dtype=np.float32)
    values[1, :2] = 0
    values[2] = 0
    write_arrays(
        folder / "heatmaps.h5", {"heatmap": values, "images": list(SIZES)}, {"framing": framing}
    )
    return open_heatmaps(folder / "heatmaps.h5", folder / "dataset" / "images.csv")


def test_an_overlay_has_the_pictures_own_size(heatmaps):
    assert heatmaps.images == tuple(SIZES)
    for name, (width, height) in SIZES.items():
        result = heatmaps.overlay(name, "full", "jet")
        assert (result.shape, result.dtype) == ((height, width, 3), np.uint8)


def test_each_image_gets_its_own_heatmap_in_colour(heatmaps):
    # jet ends in (0.5, 0, 0) and begins with (0, 0, 0.5); 0.4 of 127.5 is 51.
    assert (heatmaps.overlay("a", "full", "jet") == [111, 60, 60]).all()
    half = heatmaps.overlay("b.1", "full", "jet")
    assert (half[0] == [60, 60, 111]).all()
    assert (half[-1] == [111, 60, 60]).all()
    assert (heatmaps.overlay("c", "full", "jet") == 100).all()


def test_a_threshold_leaves_the_rest_plain(heatmaps):
    result = heatmaps.overlay("b.1", "p45", "jet")
    assert (result[:5] == 100).all()
    assert (result[-5:] == [111, 60, 60]).all()
    assert (heatmaps.overlay("b.1", "p90", "jet") == 100).all()  # nothing exceeds the maximum


def test_the_framing_is_that_of_the_file(tmp_path):
    result = saved(tmp_path, "crop").overlay("a", "full", "jet")
    assert (result[:, :5] == 100).all()
    assert (result[:, 5:25] == [111, 60, 60]).all()
    assert (result[:, 25:] == 100).all()


def test_the_overlay_is_written_as_png(heatmaps, tmp_path):
    path = tmp_path / "full" / "b.1.png"
    draw_overlay(heatmaps, "b.1", "p45", "viridis", path)
    with Image.open(path) as image:
        assert (image.format, image.size) == ("PNG", (16, 16))
        np.testing.assert_array_equal(np.asarray(image), heatmaps.overlay("b.1", "p45", "viridis"))


def test_unknown_images_and_colour_maps_are_named(heatmaps, tmp_path):
    with pytest.raises(InputError, match=r"no image 'd' among the 3 of the cohort; nearest are "):
        draw_overlay(heatmaps, "d", "full", "jet", tmp_path / "d.png")
    with pytest.raises(
        InputError, match=r"heatmaps: colours: .* no colour map 'jett'; jet, viridis"
    ):
        draw_overlay(heatmaps, "a", "full", "jett", tmp_path / "a.png")
    assert not list(tmp_path.glob("*.png"))


def test_a_missing_picture_is_named(heatmaps):
    (heatmaps.folder / "a.png").unlink()
    with pytest.raises(InputError, match=r"images/a\.png cannot be read"):
        heatmaps.overlay("a", "full", "jet")
