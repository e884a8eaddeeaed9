"""Sources of images to train on become arrays."""

import hashlib
import io
import struct
import tarfile

import numpy as np
import pytest

from alignment.artifacts.errors import InputError
from alignment.datasets import digit_sources
from alignment.datasets.archives import Archive
from alignment.datasets.digit_sources import read_source, take


def idx_bytes(array):
    header = struct.pack(f">HBB{array.ndim}I", 0, 8, array.ndim, *array.shape)
    return header + array.tobytes()


def tar_bytes(members):
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as tar:
        for name, content in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            tar.addfile(info, io.BytesIO(content))
    return buffer.getvalue()


@pytest.fixture
def idx_package(tmp_path, monkeypatch):
    """A package of npm with four tiny IDX files that passes for the real one."""
    arrays = {
        "train_images": np.arange(12 * 784, dtype=np.uint8).reshape(12, 28, 28),
        "train_labels": np.arange(12, dtype=np.uint8) % 3,
        "test_images": np.ones((6, 28, 28), np.uint8),
        "test_labels": np.arange(6, dtype=np.uint8) % 3,
    }
    members = digit_sources.IDX_FILES
    content = tar_bytes(
        {f"package/data/{members[name]}": idx_bytes(array) for name, array in arrays.items()}
    )
    path = tmp_path / "mnist.tgz"
    path.write_bytes(content)

    def download(folder):
        (folder / "mnist.tgz").write_bytes(content)

    digest = hashlib.sha256(content).hexdigest()
    archive = Archive("mnist.tgz", digest, download, "fetch mnist")
    monkeypatch.setitem(digit_sources.ARCHIVES, "mnist", archive)
    return path, arrays


def test_sources_become_arrays_with_a_channel(idx_package, tmp_path):
    path, arrays = idx_package
    for archive in (None, path):
        found, origin = read_source("mnist", tmp_path / "cache", key="mnist", archive=archive)
        assert found["train_images"].shape == (12, 28, 28, 1)
        np.testing.assert_array_equal(found["train_images"][..., 0], arrays["train_images"])
        assert found["test_labels"].tolist() == [0, 1, 2, 0, 1, 2]
        assert "SHA-256" in origin


def test_fewer_images_are_as_many_of_each_class(idx_package, tmp_path):
    path, _ = idx_package
    arrays, _ = read_source("mnist", tmp_path, key="mnist", archive=path)
    few = take(arrays, {"train": 6, "test": None}, "topography: datasets: mnist")
    assert np.bincount(few["train_labels"]).tolist() == [2, 2, 2]
    assert len(few["test_labels"]) == 6
    with pytest.raises(InputError, match="mnist: n_test: 9 images, as many of each class, are"):
        take(arrays, {"test": 9}, "topography: datasets: mnist")
    of_one = arrays | {"test_labels": np.zeros_like(arrays["test_labels"])}
    with pytest.raises(InputError, match="mnist: all of its test images are of one class, and"):
        take(of_one, {"test": None}, "topography: datasets: mnist")
    with pytest.raises(InputError, match=r"n_train: 7 images cannot be .* 3 classes; take 9 or 6."):
        take(arrays, {"train": 7}, "topography: datasets: mnist")
    with pytest.raises(InputError, match=r"n_train: 2 images cannot be .* 3 classes; take 3."):
        take(arrays, {"train": 2}, "topography: datasets: mnist")
