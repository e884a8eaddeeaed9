"""Readers of digits and photographs: right bytes, and wrong ones with their sentences."""

import gzip
import struct

import numpy as np
import pytest

from alignment.artifacts.errors import InputError
from alignment.datasets import digits
from alignment.datasets.digits import (
    read_cifar_batch,
    read_cifar_folder,
    read_digits_csv,
    read_idx,
    split_by_class,
)

rng = np.random.default_rng(0)
IMAGES = rng.integers(0, 256, (3, 5, 4), dtype=np.uint8)


def idx(array):
    return struct.pack(f">HBB{array.ndim}I", 0, 8, array.ndim, *array.shape) + array.tobytes()


def cifar(labels):
    rows = rng.integers(0, 256, (len(labels), 3, 32, 32), dtype=np.uint8)
    content = b"".join(
        bytes([label]) + row.tobytes() for label, row in zip(labels, rows, strict=True)
    )
    return content, rows


def write_cifar(folder, n=2):
    for name in (*digits.CIFAR_TRAINING, digits.CIFAR_TEST):
        (folder / name).write_bytes(cifar(list(range(n)))[0])
    return folder


@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_idx_files_are_read_plain_and_compressed(pack):
    np.testing.assert_array_equal(read_idx(pack(idx(IMAGES)), "x"), IMAGES)
    np.testing.assert_array_equal(
        read_idx(pack(idx(np.arange(7, dtype=np.uint8))), "x"), np.arange(7)
    )


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", r"train\.gz is not an IDX file of bytes: it begins with \."),
        (
            b"\0\0\x0d\x03" + bytes(40),
            r"train\.gz is not an IDX file of bytes: it begins with 00000d03",
        ),
        (
            idx(IMAGES)[:-1],
            r"train\.gz holds 59 bytes of data where its header says 3 x 5 x 4; it is",
        ),
        (idx(IMAGES) + b"x", r"holds 61 bytes of data where its header says 3 x 5 x 4"),
        (idx(IMAGES)[:9], r"train\.gz is not an IDX file of bytes: it begins with 00000803"),
        (
            gzip.compress(idx(IMAGES))[:-9],
            r"train\.gz is not a whole gzip file \(.*\); fetch it again",
        ),
        (b"\x1f\x8b" + bytes(20), r"train\.gz is not a whole gzip file"),
    ],
    ids=["empty", "other type", "short", "long", "header cut", "gzip cut", "no gzip"],
)
def test_damaged_idx_files_are_refused(content, sentence):
    with pytest.raises(InputError, match=sentence):
        read_idx(content, "train.gz")


def test_what_unpacks_to_too_much_is_refused(monkeypatch):
    monkeypatch.setattr(digits, "LARGEST", 50)
    with pytest.raises(InputError, match="bomb unpacks to more than 50 bytes"):
        read_idx(gzip.compress(idx(IMAGES)), "bomb")


def test_the_csv_has_pixels_and_a_class_per_row():
    images = rng.integers(0, 256, (2, 28, 28))
    rows = [
        ",".join(map(str, [*image.ravel(), label]))
        for image, label in zip(images, [7, 3], strict=True)
    ]
    found, labels = read_digits_csv(gzip.compress("\n".join(rows).encode()), "x")
    assert found.dtype == np.uint8
    np.testing.assert_array_equal(found, images)
    np.testing.assert_array_equal(labels, [7, 3])


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"1,2,3\n", "digits.csv has 3 columns, where 784 pixels and a class are right"),
        (b"a,b\n", "digits.csv is not a table of numbers"),
        (",".join(["0"] * 784 + ["11"]).encode(), "digits.csv has classes other than"),
    ],
)
def test_other_tables_are_refused(content, sentence):
    with pytest.raises(InputError, match=sentence):
        read_digits_csv(content, "digits.csv")


def test_cifar_batches_are_rows_of_planes():
    content, planes = cifar([3, 9])
    images, labels = read_cifar_batch(content, "x")
    assert labels.tolist() == [3, 9]
    for channel in range(3):
        np.testing.assert_array_equal(images[1, :, :, channel], planes[1, channel])


@pytest.mark.parametrize(
    "content", [b"", b"\x80\x03}q\x01" + bytes(100), cifar([1])[0][:-1], bytes([99]) + bytes(3072)]
)
def test_wrong_bytes_in_a_batch_are_refused(content, tmp_path):
    write_cifar(tmp_path)
    (tmp_path / "data_batch_2.bin").write_bytes(content)
    with pytest.raises(
        InputError, match=r"data_batch_2\.bin is not a binary batch of CIFAR-10: .*'bin"
    ):
        read_cifar_folder(tmp_path)


def test_a_folder_has_five_batches_and_a_test_batch(tmp_path):
    write_cifar(tmp_path, n=3)
    arrays = read_cifar_folder(tmp_path)
    assert arrays["train_images"].shape == (15, 32, 32, 3)
    assert arrays["test_labels"].tolist() == [0, 1, 2]
    (tmp_path / "test_batch.bin").unlink()
    with pytest.raises(
        InputError, match=r"has no file test_batch\.bin; it must hold the published"
    ):
        read_cifar_folder(tmp_path)


def test_classes_are_split_evenly_and_the_same_in_every_run():
    labels = np.repeat([0, 1, 2], 10)
    training, test = split_by_class(labels, 4, seed=0)
    assert np.bincount(labels[test]).tolist() == [4, 4, 4]
    np.testing.assert_array_equal(np.sort(np.concatenate([training, test])), np.arange(30))
    np.testing.assert_array_equal(test, split_by_class(labels, 4, seed=0)[1])
    assert (test != split_by_class(labels, 4, seed=1)[1]).any()
