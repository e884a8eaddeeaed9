"""Damaged pictures are read as far as they go, or refused in a sentence."""

import contextlib

import numpy as np
import pytest
from PIL import Image

from alignment.artifacts.errors import InputError
from alignment.datasets.pictures import read_picture


@pytest.mark.parametrize("suffix", ["tif", "png", "gif", "bmp"])
@pytest.mark.filterwarnings("ignore")
def test_a_damaged_picture_ends_in_nothing_else(tmp_path, suffix):
    path, rng = tmp_path / f"a.{suffix}", np.random.default_rng(0)
    Image.fromarray(rng.integers(0, 256, (5, 7, 3), dtype=np.uint8)).save(path)
    whole = path.read_bytes()
    for _ in range(300):
        damaged = bytearray(whole)
        for place in rng.integers(0, len(whole), 3):
            damaged[place] = rng.integers(0, 256)
        path.write_bytes(damaged)
        with contextlib.suppress(InputError):
            read_picture(path)


@pytest.mark.parametrize("error", [TypeError("Missing dimensions"), AssertionError()])
def test_what_a_parser_raises_is_said_of_the_picture(tmp_path, monkeypatch, error):
    def fail(path):
        raise error

    monkeypatch.setattr(Image, "open", fail)
    with pytest.raises(InputError, match=r"cannot be read \((Missing dim|it is dam).*\); replace"):
        read_picture(tmp_path / "a.tif")
