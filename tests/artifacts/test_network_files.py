"""Network files: what is written is read, and no byte of it can be changed unnoticed."""

import json
import os

import numpy as np
import pytest
import safetensors
import safetensors.numpy

from alignment.artifacts import network_files
from alignment.artifacts.errors import InputError
from alignment.artifacts.network_files import (
    FIELDS,
    SEAL,
    SavedNetwork,
    describe_network,
    read_header,
    read_network,
    seal_of,
    sha256_of_tensors,
    write_network,
)

VERSIONS = {"torch": "2.1", "torchvision": "0.16"}
KNOWN = {"architecture": "vgg16", "mean": [0.5, 0.25, 0], "n_classes": None, "options": {}}
ATTRIBUTES = {"layers": {"feature_maps": "features.29"}, "model": "fée"}


def tensors():
    rng = np.random.default_rng(0)
    return {
        "conv.weight": rng.normal(size=(4, 3, 2, 2)).astype(np.float32),
        "norm.num_batches_tracked": np.array(7),
        "fc.weight": rng.random((5, 4)).astype(np.float32).T,  # not in the order of rows
        "mask": np.array([True, False]),
    }


@pytest.fixture
def path(tmp_path):
    return tmp_path / "networks" / "vgg16.safetensors"


@pytest.fixture
def written(path):
    write_network(path, SavedNetwork(KNOWN, ATTRIBUTES, tensors()), VERSIONS)
    return path


def names_in(folder):
    return [path.name for path in folder.iterdir()]


def test_a_network_comes_back_bit_for_bit(written):
    saved = read_network(written)
    assert (saved.known, saved.attributes) == (KNOWN, ATTRIBUTES)
    assert describe_network(written) == (KNOWN, ATTRIBUTES)
    assert saved.tensors.keys() == tensors().keys()
    for name, array in tensors().items():
        found = saved.tensors[name]
        assert (found.dtype, found.shape) == (array.dtype, array.shape)
        np.testing.assert_array_equal(found, array)
    assert names_in(written.parent) == [written.name]


def test_the_header_says_all_that_is_known(written):
    with safetensors.safe_open(written, framework="np") as file:
        metadata = file.metadata()
    assert set(metadata) == {SEAL, *FIELDS}
    assert json.loads(metadata["network"]) == KNOWN
    assert {name: metadata[name] for name in VERSIONS} == VERSIONS
    assert metadata["tensors_sha256"] == sha256_of_tensors(tensors())
    assert metadata[SEAL] == seal_of(metadata)
    assert read_header(written) == metadata


def test_the_checksum_of_tensors_knows_names_types_shapes_and_values():
    def changed(**other):
        return sha256_of_tensors(tensors() | other)

    whole, weight = sha256_of_tensors(tensors()), tensors()["conv.weight"]
    assert sha256_of_tensors(dict(reversed(tensors().items()))) == whole
    assert changed(**{"fc.weight": np.ascontiguousarray(tensors()["fc.weight"])}) == whole
    others = [
        changed(**{"conv.weight": weight.astype(np.float64)}),
        changed(**{"conv.weight": weight.reshape(4, 12)}),
        changed(**{"conv.weight": weight + 1}),
        changed(more=weight),
    ]
    assert len({whole, *others}) == 5


def test_a_failed_write_leaves_the_old_file(path, monkeypatch):
    path.parent.mkdir()
    path.write_bytes(b"old")

    def fail(partial, content):
        partial.write_bytes(b"half")
        raise OSError("disk full")

    monkeypatch.setattr(network_files, "write_sorted", fail)
    with pytest.raises(OSError, match="disk full"):
        write_network(path, SavedNetwork(KNOWN, ATTRIBUTES, tensors()), VERSIONS)
    assert path.read_bytes() == b"old"
    assert names_in(path.parent) == [path.name]


def test_a_foreign_or_missing_file_is_no_saved_network(path):
    path.parent.mkdir()
    safetensors.numpy.save_file({"x": np.zeros(1)}, path)
    for read in (read_network, read_header, describe_network):
        with pytest.raises(InputError, match=r"vgg16\.safetensors is not a network saved by this"):
            read(path)
        with pytest.raises(InputError, match=r"b\.safetensors is missing; run snakemake again"):
            read(path.with_name("b.safetensors"))


def test_a_network_without_checksums_is_refused(written):
    metadata = {name: value for name, value in read_header(written).items() if name != SEAL}
    safetensors.numpy.save_file(tensors(), written, metadata)
    with pytest.raises(InputError, match=r"vgg16\.safetensors was written without a checksum"):
        read_header(written)


def flip(path, position):
    with open(path, "r+b") as file:
        file.seek(position)
        byte = file.read(1)[0]
        file.seek(position)
        file.write(bytes([byte ^ 1]))


def assert_refused_as_altered(read, path):
    with pytest.raises(InputError) as caught:
        read(path)
    assert str(caught.value) == (
        f"{path} was changed or cut short after it was written; delete it and run snakemake again."
    )


def test_an_altered_network_is_named_with_its_remedy(written):
    whole = written.read_bytes()
    end = 8 + int.from_bytes(whole[:8], "little")  # of the header
    # Every byte of the strings that vouch for the rest: their order differs from file to file.
    for position in range(whole.index(b"__metadata__"), whole.index(b'"},"')):
        flip(written, position)
        assert_refused_as_altered(read_header, written)
        flip(written, position)
    for position in (*range(0, end, 97), *np.linspace(end, len(whole) - 1, 25).astype(int)):
        flip(written, position)
        assert_refused_as_altered(read_network, written)
        flip(written, position)
    assert written.read_bytes() == whole
    for kept in (0, 5, end // 2, end, len(whole) - 1):
        written.write_bytes(whole[:kept])
        assert_refused_as_altered(read_network, written)


def test_equal_networks_are_equal_bytes_that_the_umask_opens_to_others(tmp_path):
    before = os.umask(0o027)
    try:
        for name in "ab":
            write_network(tmp_path / name, SavedNetwork(KNOWN, ATTRIBUTES, tensors()), VERSIONS)
    finally:
        os.umask(before)
    content = (tmp_path / "a").read_bytes()
    assert content == (tmp_path / "b").read_bytes()
    start = 8 + int.from_bytes(content[:8], "little")
    assert start % 8 == 0
    header = json.loads(content[8:start])
    assert list(header) == sorted(header)
    assert list(header["__metadata__"]) == sorted(header["__metadata__"])
    assert (tmp_path / "a").stat().st_mode & 0o777 == 0o640
