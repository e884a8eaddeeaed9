"""The pictures that the workflow keeps: the same pixels, in order, and checked."""

import numpy as np
import pytest
from PIL import Image

from alignment.artifacts.errors import InputError
from alignment.artifacts.picture_files import (
    PictureFiles,
    digest,
    few_shades,
    of_repeated,
    write_index,
    write_overlay,
    write_pictures,
)
from alignment.artifacts.tables import read_columns

NAMES = ["01", "chair.v2", "fée"]
SHAPES = [(4, 6, 3), (5, 5, 3), (7, 2, 3)]  # height, width


@pytest.fixture
def pictures():
    rng = np.random.default_rng(0)
    return [rng.integers(0, 256, shape, dtype=np.uint8) for shape in SHAPES]


@pytest.fixture
def index(tmp_path, pictures):
    rows = write_pictures(tmp_path / "images", NAMES, pictures)
    write_index(tmp_path / "pictures.csv", rows)
    return tmp_path / "pictures.csv"


def test_the_digest_knows_pixels_and_shape(pictures):
    picture = pictures[0]
    changed = picture.copy()
    changed[0, 0, 0] ^= 1
    assert digest(picture) == digest(np.asfortranarray(picture))
    assert len({digest(p) for p in (picture, changed, picture.reshape(6, 4, 3))}) == 3


def test_pictures_come_back_pixel_by_pixel_in_their_order(index, pictures):
    files = PictureFiles(index)
    assert files.names == NAMES
    assert files.sizes == [(width, height) for height, width, _ in SHAPES]
    for found in (list(files), list(files.checked()), [files[name] for name in NAMES]):
        assert len(found) == len(pictures)
        for picture, expected in zip(found, pictures, strict=True):
            assert picture.dtype == np.uint8
            np.testing.assert_array_equal(picture, expected)


def test_the_index_tells_sizes_and_checksums(index, pictures):
    table = read_columns(index)
    assert list(table) == ["index", "image", "width", "height", "sha256"]
    assert table["index"].tolist() == [0, 1, 2]
    assert table["sha256"].tolist() == [digest(picture) for picture in pictures]


def test_pictures_are_read_when_they_are_asked_for(index, pictures):
    files = PictureFiles(index)
    (index.parent / "images/01.png").unlink()
    np.testing.assert_array_equal(files["chair.v2"], pictures[1])


def invert(path):
    Image.fromarray(255 - np.asarray(Image.open(path))).save(path)


def cut_short(path):
    path.write_bytes(path.read_bytes()[:-40])


def replace_by_text(path):
    path.write_text("no picture")


@pytest.mark.parametrize("spoil", [invert, cut_short, replace_by_text, lambda path: path.unlink()])
def test_a_picture_that_is_not_the_one_imported_is_named_with_the_remedy(index, spoil):
    files = PictureFiles(index)
    path = index.parent / "images/chair.v2.png"
    spoil(path)
    checked = files.checked()
    next(checked)  # the first is as it was
    with pytest.raises(InputError) as caught:
        next(checked)
    assert str(caught.value) == (
        f"{path} is not the picture that was imported; delete {path.parent} "
        "and run snakemake again."
    )


def test_pictures_that_are_the_same_to_the_pixel_are_found(tmp_path, pictures):
    first, *others = pictures
    rows = write_pictures(tmp_path, ["a", *"bcdefgh"[: len(others)], "z"], [first, *others, first])
    digests = {row["image"]: row["sha256"] for row in rows}
    (said,) = of_repeated(digests)
    assert said.startswith("a and z are the same picture: a fold may be tested on one and ")
    del digests["z"]
    assert of_repeated(digests) == []


def test_many_groups_of_equal_pictures_are_told_in_a_few_sentences():
    said = of_repeated({f"{k:02}": str(k % 9) for k in range(18)})
    assert len(said) == 6
    assert said[4].startswith("04 and 13 are the same picture: ")
    assert said[5] == "4 more groups of pictures are the same in each, such as 05 and 14."


def test_a_name_too_many_or_too_few_is_refused(tmp_path, pictures):
    for names in (NAMES[:2], [*NAMES, "more"]):
        with pytest.raises(ValueError, match=r"shorter|longer"):
            write_pictures(tmp_path / "images", names, pictures)


def test_few_shades_are_half_as_many_and_near_and_leave_white_as_it_is():
    values = np.arange(256, dtype=np.uint8).reshape(16, 16, 1).repeat(3, axis=2)
    reduced = few_shades(values)
    assert len(np.unique(reduced)) == 128
    assert reduced.max() == 255
    assert set(np.unique(reduced.astype(int) - values)) == {0, 1}


def test_an_overlay_keeps_its_pixels_but_for_one_step_and_appears_whole(tmp_path, pictures):
    path = tmp_path / "p80/chair.v2.png"
    write_overlay(path, pictures[0])
    with Image.open(path) as image:
        assert (image.format, image.mode) == ("PNG", "RGB")
        np.testing.assert_array_equal(np.asarray(image), few_shades(pictures[0]))
    with pytest.raises(TypeError):
        write_overlay(path, pictures[0].astype(np.float64))
    assert [file.name for file in path.parent.iterdir()] == [path.name]
    assert path.stat().st_size  # what was there before
