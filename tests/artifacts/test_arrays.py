"""HDF5 artifacts: what is written is read, all or nothing."""

import hashlib
import json
from concurrent.futures import ThreadPoolExecutor

import h5py
import numpy as np
import pytest

from alignment.artifacts.arrays import (
    CHUNK,
    Arrays,
    compact_layout,
    open_arrays,
    put_rows,
    read_arrays,
    read_attributes,
    read_seal,
    room_for_rows,
    write_arrays,
    writing,
)
from alignment.artifacts.errors import InputError


@pytest.fixture
def path(tmp_path):
    return tmp_path / "activations" / "animals" / "vgg16.h5"


@pytest.mark.parametrize(
    "array",
    [
        np.random.default_rng(0).random((3, 4)),
        np.random.default_rng(0).random((2, 3, 1, 2)).astype(np.float32),
        np.array([np.nan, np.inf, 5e-324, -0.0]),
        np.arange(6),
        np.array([True, False]),
        np.zeros((0, 5)),
        np.random.default_rng(0).random((3, 70_000)),
        np.random.default_rng(0).random((500, 1_000)).T,  # the last chunk is not full
        np.full((300, 60, 8), np.nan, dtype=np.float32),
        np.repeat(np.arange(7_000), 3),
    ],
)
def test_numbers_come_back_bit_for_bit(path, array):
    write_arrays(path, {"values": array}, {})
    result = read_arrays(path, "values")
    assert (result.dtype, result.shape) == (array.dtype, array.shape)
    assert result.tobytes() == array.tobytes()


NAMES = ["01", "chaise longue", "fée", "猫", ""]


@pytest.mark.parametrize("shape", [(500, 40), (20_000,), (3, 70_000)])
def test_arrays_take_less_room_where_values_are_alike(path, shape):
    alike = np.zeros(shape)
    write_arrays(path, {"values": alike}, {})
    assert path.stat().st_size < alike.nbytes / 10


@pytest.mark.parametrize("shape", [(500, 40), (20_000,), (1_000, 1_000), (3, 70_000)])
def test_chunks_hold_as_many_whole_rows_as_are_compressed_together(shape):
    chunks = compact_layout(shape, np.dtype("f8"))["chunks"]
    assert chunks[1:] == shape[1:]
    assert chunks[0] == 1 or 8 * np.prod(chunks) <= CHUNK
    assert chunks[0] == shape[0] or 8 * np.prod((chunks[0] + 1, *shape[1:])) > CHUNK


@pytest.mark.parametrize("dtype", ["f4", "f8"])
@pytest.mark.parametrize("shape", [(5, 40, 20, 9), (5, 3)], ids=["compressed", "short rows"])
def test_rows_compressed_by_threads_come_back_and_take_no_more_room_than_by_hdf5(
    path, shape, dtype
):
    rows = np.random.default_rng(0).normal(size=shape).astype(dtype)
    rows[rows < 0] = 0
    with writing(path, {}) as file, ThreadPoolExecutor(3) as pool:
        for name in ("by threads", "by HDF5"):
            room_for_rows(file, name, shape, rows.dtype)
        put_rows(file["by threads"], 0, rows[:2], pool)
        put_rows(file["by threads"], 2, rows[2:], pool)
        file["by HDF5"][...] = rows
    np.testing.assert_array_equal(read_arrays(path, "by threads"), rows)
    with open_arrays(path) as file:
        size = {name: array.id.get_storage_size() for name, array in file.items()}
        if len(shape) == 4:
            assert size["by threads"] < size["by HDF5"] < rows.nbytes
        else:
            assert size["by threads"] == size["by HDF5"] == rows.nbytes


@pytest.mark.parametrize("form", [list, np.array, lambda names: np.array(names, dtype=object)])
def test_strings_come_back(path, form):
    write_arrays(path, {"images": form(NAMES)}, {})
    assert read_arrays(path, "images").tolist() == NAMES
    with h5py.File(path) as file:
        assert h5py.check_string_dtype(file["images"].dtype).encoding == "utf-8"


def test_several_arrays_come_back_in_the_order_asked_for(path):
    write_arrays(path, {"a": [1, 2], "b": [3.5], "images": ["x"]}, {})
    images, a = read_arrays(path, "images", "a")
    assert (images.tolist(), a.tolist()) == (["x"], [1, 2])


def test_an_array_that_is_none_is_left_out(path):
    write_arrays(path, {"similarity": np.eye(2), "observers": None}, {})
    with open_arrays(path) as file:
        assert list(file) == ["similarity"]


def test_attributes_are_plain_or_json(path):
    plain = {"model": "vgg16", "seed": 111, "share": 0.1, "size": np.int64(224)}
    other = {"mean": [0.485, 0.456], "options": {"kind": "dissimilarity"}, "layer": None}
    write_arrays(path, {"a": [1]}, {**plain, **other})
    attributes = read_attributes(path)
    assert {name: attributes[name] for name in plain} == plain
    assert {name: json.loads(attributes[name]) for name in other} == other
    assert attributes["h5py_version"] == h5py.__version__
    assert attributes["numpy_version"] == np.__version__


@pytest.mark.parametrize("value", [[0.5, 0.4], "vgg16", 7, 0.1, None, True])
def test_attributes_can_be_handed_on(path, value):
    write_arrays(path, {"a": [1]}, {"value": value})
    attributes = read_attributes(path)
    write_arrays(path, {"a": [2]}, attributes)
    assert read_attributes(path) == attributes


def files_below(folder):
    return sorted(p.name for p in folder.rglob("*") if p.is_file())


@pytest.mark.parametrize("there_before", [True, False])
def test_a_failed_write_leaves_what_was_there(path, there_before):
    if there_before:
        write_arrays(path, {"a": [1]}, {})
    before = path.read_bytes() if there_before else None
    with pytest.raises(TypeError):
        write_arrays(path, {"a": np.arange(1000), "b": np.array([object()])}, {})
    assert files_below(path.parent) == ([path.name] if there_before else [])
    assert not there_before or path.read_bytes() == before


def refusals(path):
    """What is said where an artifact is read in any way."""
    said = set()
    for read in (read_arrays, read_attributes, read_seal):
        with pytest.raises(InputError) as caught:
            read(path)
        said.add(str(caught.value))
    return said


CHANGED = "was changed or cut short after it was written; delete it and run snakemake again."


@pytest.mark.parametrize("kept", [0, 3, 511, 512, 900, -1])
def test_a_file_that_was_cut_short_is_named_with_its_remedy(path, kept):
    write_arrays(path, {"a": np.arange(1000)}, {})
    path.write_bytes(path.read_bytes()[:kept])
    assert refusals(path) == {f"{path} {CHANGED}"}


def test_no_byte_can_be_changed_unnoticed(path):
    write_arrays(path, {"a": np.arange(20), "images": ["x", "é"]}, {"model": "vgg16"})
    whole = path.read_bytes()
    for k in range(0, len(whole), 7):
        path.write_bytes(whole[:k] + bytes([whole[k] ^ 1]) + whole[k + 1 :])
        assert refusals(path) == {f"{path} {CHANGED}"}, k


@pytest.mark.parametrize("content", [b"a,b\n1,2\n", bytes(2000)])
def test_another_kind_of_file_is_named_with_its_remedy(path, content):
    path.parent.mkdir(parents=True)
    path.write_bytes(content)
    assert refusals(path) == {f"{path} {CHANGED}"}


def test_a_file_without_a_seal_is_named_with_its_remedy(path):
    path.parent.mkdir(parents=True)
    with h5py.File(path, "w") as file:
        file["a"] = [1]
    (said,) = refusals(path)
    assert said.startswith(f"{path} was written without a checksum, by an earlier version")
    assert said.endswith("; delete it and run snakemake again.")


def test_a_missing_file_is_named(path):
    assert refusals(path) == {f"{path} is missing; run snakemake again."}


def test_the_remedy_for_a_link_names_what_it_points_to(path, tmp_path):
    kept = tmp_path / "kept.h5"
    kept.write_bytes(b"damaged")
    path.parent.mkdir(parents=True)
    path.symlink_to(kept)
    (said,) = refusals(path)
    assert said.endswith(f"; delete it and {kept}, and run snakemake again.")


def test_a_file_that_is_replaced_while_it_is_in_use_is_checked_anew(path):
    write_arrays(path, {"a": [1]}, {})
    read_arrays(path, "a")
    path.write_bytes(b"something else")
    assert refusals(path) == {f"{path} {CHANGED}"}


def test_the_seal_is_the_checksum_of_what_follows_its_block(path):
    write_arrays(path, {"a": [1]}, {})
    first = read_seal(path)
    assert first == hashlib.sha256(path.read_bytes()[512:]).hexdigest()
    write_arrays(path, {"a": [1]}, {})
    assert read_seal(path) == first
    write_arrays(path, {"a": [2]}, {})
    assert read_seal(path) != first


def test_an_absent_array_is_named_beside_those_there_are(path):
    write_arrays(path, {"rsm": [1], "ais": [2]}, {})
    with pytest.raises(InputError, match=r"vgg16\.h5 holds no 'heatmap' but ais, rsm; delete it"):
        read_arrays(path, "rsm", "heatmap")


def test_arrays_are_read_one_by_one_and_only_when_they_are_asked_for(path, monkeypatch):
    write_arrays(path, {"a": [1, 2], "images": ["x", "é"], "c": 3}, {"model": "vgg16"})
    arrays = Arrays(path)
    assert arrays.attributes == read_attributes(path)
    assert sorted(arrays) == ["a", "c", "images"]
    assert len(arrays) == 3
    assert "b" not in arrays
    assert arrays["images"].tolist() == ["x", "é"]
    assert {**arrays}["c"] == 3
    asked = []
    monkeypatch.setattr(
        "alignment.artifacts.arrays.read_arrays", lambda path, *names: asked.append(names)
    )
    Arrays(path)
    assert asked == []
    assert arrays["a"] is None
    assert asked == [("a",)]


def test_an_absent_array_of_a_mapping_is_named(path):
    write_arrays(path, {"rsm": [1]}, {})
    with pytest.raises(InputError, match=r"vgg16\.h5 holds no 'heatmap' but rsm; delete it"):
        Arrays(path)["heatmap"]
