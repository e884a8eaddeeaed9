"""What a page holds against what it was made from, read back as a browser reads it."""

import base64
import io

import numpy as np
import pytest
from PIL import Image

from alignment.explorer.arrays import packed, rounded, small, webp


@pytest.mark.parametrize("kind", ["i1", "u1", "i2", "u2", "u4", "f4"])
def test_whole_arrays_come_back_as_they_were(read, kind):
    values = np.arange(24).reshape(2, 3, 4)
    assert (read(packed(values, kind)) == values).all()


def test_single_precision_is_kept_to_the_last_bit(read):
    values = np.random.default_rng(0).normal(size=50).astype(np.float32)
    values[7] = np.nan
    np.testing.assert_array_equal(read(packed(values, "f4")), values)


@pytest.mark.parametrize(("kind", "value"), [("u1", 256), ("u1", -1), ("i1", 128), ("u2", 70000)])
def test_values_that_do_not_fit_are_refused(kind, value):
    with pytest.raises(ValueError, match="do not fit"):
        packed(np.array([0, value]), kind)


def test_an_unknown_type_is_refused():
    with pytest.raises(ValueError, match="'f8' is not one of"):
        packed(np.zeros(3), "f8")


@pytest.mark.parametrize("kind", ["i1", "i2", "u1"])
@pytest.mark.parametrize("by_row", [False, True])
def test_rounding_is_at_most_half_a_step(read, kind, by_row):
    values = (
        np.random.default_rng(1).normal(size=(4, 3, 5)) * np.array([1e-4, 1, 50, 0])[:, None, None]
    )
    if kind == "u1":
        values = np.abs(values)
    peak = np.abs(values).max(axis=(1, 2), keepdims=True) if by_row else np.abs(values).max()
    step = peak / np.iinfo(kind).max
    assert (np.abs(read(rounded(values, kind, by_row)) - values) <= 0.5001 * step + 1e-12).all()


@pytest.mark.parametrize("by_row", [False, True])
def test_what_is_undefined_stays_undefined(read, by_row):
    values = np.array([[1.0, np.nan, -2.0], [np.nan, np.nan, np.nan]])
    for kind in ("i1", "i2"):
        np.testing.assert_array_equal(
            np.isnan(read(rounded(values, kind, by_row))), np.isnan(values)
        )


def test_empty_arrays_are_held(read):
    assert read(rounded(np.zeros((0, 7, 7)), "i1", by_row=True)).shape == (0, 7, 7)


def test_pictures_are_webp_of_the_size_asked_for():
    y, x = np.mgrid[:200, :300]
    picture = np.stack([x * 255 // 300, y * 255 // 200, x * 0 + 90], axis=2).astype(np.uint8)

    def read_webp(text):
        image = Image.open(io.BytesIO(base64.b64decode(text)))
        assert image.format == "WEBP"
        return np.asarray(image.convert("RGB")).astype(int)

    whole = read_webp(webp(picture))
    assert whole.shape == (200, 300, 3)
    assert np.abs(whole - picture).mean() < 3
    assert read_webp(webp(picture, 150)).shape == (100, 150, 3)
    assert read_webp(webp(picture, 1000)).shape == (200, 300, 3)


def test_a_smaller_map_has_the_means_of_the_larger():
    values = np.random.default_rng(2).random((40, 60))
    values[0, 0] = np.nan
    blocks = np.nan_to_num(values).reshape(4, 10, 4, 15).mean(axis=(1, 3))
    np.testing.assert_allclose(small(values, 4), blocks, atol=1e-6)
