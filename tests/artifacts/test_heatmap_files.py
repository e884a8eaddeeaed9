"""Saved heatmaps, each beside its own picture."""

import numpy as np
import pytest

from alignment.artifacts.arrays import write_arrays
from alignment.artifacts.heatmap_files import open_heatmaps
from alignment.artifacts.picture_files import write_index, write_pictures

NAMES = ["a", "b.1", "c", "d"]
COHORT = ["d", "b.1"]  # some of the dataset's pictures, in an order of their own


@pytest.fixture
def pictures():
    return [np.full((5 + k, 9, 3), 10 * k, dtype=np.uint8) for k in range(4)]


@pytest.fixture
def saved(tmp_path, pictures):
    folder = tmp_path / "dataset"
    rows = write_pictures(folder / "images", NAMES, pictures)
    write_index(folder / "pictures.csv", rows)
    values = np.arange(2 * 2 * 3, dtype=np.float32).reshape(2, 2, 3)
    write_arrays(
        tmp_path / "heatmaps.h5",
        {"heatmap": values, "images": COHORT},
        {"cohort": "animals", "model": "vgg16", "framing": "crop", "similarity": "pearson"},
    )
    return open_heatmaps(tmp_path / "heatmaps.h5", folder / "pictures.csv"), values


def test_heatmaps_say_whose_they_are_and_how_pictures_were_framed(saved):
    heatmaps, values = saved
    assert (heatmaps.cohort, heatmaps.model, heatmaps.framing) == ("animals", "vgg16", "crop")
    assert heatmaps.images == COHORT
    np.testing.assert_array_equal(heatmaps.heatmap, values)


def test_every_image_has_its_own_heatmap_and_picture(saved, pictures):
    heatmaps, values = saved
    for row, name in enumerate(COHORT):
        np.testing.assert_array_equal(heatmaps.of(name), values[row])
        np.testing.assert_array_equal(heatmaps.pictures[name], pictures[NAMES.index(name)])


def test_an_image_of_another_cohort_has_none(saved):
    with pytest.raises(ValueError, match="not in list"):
        saved[0].of("a")
