"""Saved saliency maps, of the images that are asked for and in their order."""

import h5py
import numpy as np
import pytest

from alignment.artifacts.arrays import write_arrays
from alignment.artifacts.errors import InputError
from alignment.artifacts.saliency_files import open_maps

IMAGES = ["01", "fée", "b.1"]


@pytest.fixture
def maps():
    rng = np.random.default_rng(0)
    return [rng.random((2 + k, 3)).astype(np.float32) for k in range(3)]


@pytest.fixture
def path(tmp_path, maps):
    arrays = {f"maps/{k:06}": values for k, values in enumerate(maps)} | {"images": IMAGES}
    write_arrays(tmp_path / "maps.h5", arrays, {"source": "gaze"})
    return tmp_path / "maps.h5"


@pytest.mark.parametrize("chosen", [[0, 1, 2], [2, 0], [1], []])
def test_maps_are_those_of_the_images_asked_for(path, maps, chosen):
    with open_maps(path, [IMAGES[k] for k in chosen]) as saved:
        assert saved.source == "gaze"
        assert len(saved) == len(chosen)
        for found, k in zip(saved, chosen, strict=True):
            assert found.dtype == np.float32
            np.testing.assert_array_equal(found, maps[k])


def test_a_map_is_read_when_it_is_asked_for(path):
    with open_maps(path, IMAGES) as saved:
        pass
    with pytest.raises((ValueError, RuntimeError, KeyError)):
        saved[0]


def test_a_damaged_file_is_named(path):
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(InputError, match=r"maps\.h5 was changed or cut short"), open_maps(path, []):
        pass


def test_the_file_is_closed_afterwards(path):
    with open_maps(path, IMAGES):
        pass
    with h5py.File(path, "r+") as file:
        assert len(file["maps"]) == 3
