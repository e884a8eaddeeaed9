"""Saved saliency maps, of the images that are asked for and in their order."""

import h5py
import numpy as np
import pytest

from alignment.artifacts.arrays import put_array, write_arrays, writing
from alignment.artifacts.errors import InputError
from alignment.artifacts.saliency_files import open_maps, put_maps

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


def test_maps_that_are_the_same_take_the_space_of_one(tmp_path):
    values = np.random.default_rng(0).random((2, 50, 50)).astype(np.float32)
    sizes = []
    for name, rows in (("once", [0, 1]), ("often", [0, 1, 0, 0, 1, 0])):
        path = tmp_path / f"{name}.h5"
        with writing(path, {"source": "gaussian"}) as file:
            put_array(file, "images", [str(k) for k in range(len(rows))])
            put_maps(file, values[rows])
        sizes.append(path.stat().st_size)
        with open_maps(path, [str(k) for k in range(len(rows))]) as saved:
            np.testing.assert_array_equal(np.stack(list(saved)), values[rows])
    assert sizes[1] < sizes[0] + 2000  # bytes


def test_maps_of_other_shapes_are_not_taken_for_the_same(tmp_path):
    maps = [np.zeros((2, 3), kind) for kind in (np.float32, np.uint8)]
    maps.append(np.zeros((3, 2), np.float32))
    with writing(tmp_path / "maps.h5", {"source": "flat"}) as file:
        put_array(file, "images", IMAGES)
        put_maps(file, maps)
    with open_maps(tmp_path / "maps.h5", IMAGES) as saved:
        assert [(each.shape, each.dtype) for each in saved] == [(m.shape, m.dtype) for m in maps]


def test_doubles_are_kept_in_single_precision_and_whole_numbers_as_they_are(tmp_path):
    double = np.random.default_rng(0).random((20, 30))
    maps = [double, np.arange(6, dtype=np.uint16).reshape(2, 3), double.astype(np.float32)]
    with writing(tmp_path / "maps.h5", {"source": "gaze"}) as file:
        put_array(file, "images", IMAGES)
        put_maps(file, maps)
        assert file["maps/000002"] == file["maps/000000"]
    with open_maps(tmp_path / "maps.h5", IMAGES) as saved:
        assert [each.dtype for each in saved] == [np.float32, np.uint16, np.float32]
        np.testing.assert_array_equal(saved[0], double.astype(np.float32))
        np.testing.assert_array_equal(saved[1], maps[1])
