"""Saliency maps that users bring, in folders or by functions, and files of fixations."""

import contextlib

import numpy as np
import pytest
from PIL import Image

from alignment.artifacts.errors import InputError
from alignment.datasets.saliency_maps import (
    checked_map,
    find_maps,
    of_fixations_outside,
    read_fixations,
    read_map,
)

RNG = np.random.default_rng(0)
GREY = RNG.integers(0, 256, (5, 7), dtype=np.uint8)


# What a map must be


@pytest.mark.parametrize("kind", [np.uint8, np.uint16, np.float32, np.float64, np.int32, bool])
def test_numbers_of_any_kind_are_taken(kind):
    values = checked_map(np.array([[0, 1], [1, 0]], dtype=kind), "the map")
    assert values.dtype == (kind if kind in (np.uint8, np.uint16) else np.float32)
    assert values.tolist() == [[0, 1], [1, 0]]


def test_axes_of_length_1_are_passed_over():
    assert checked_map(np.ones((1, 1, 4, 6)), "the map").shape == (4, 6)
    assert checked_map(np.ones((4, 6, 1)), "the map").shape == (4, 6)


@pytest.mark.parametrize(
    ("values", "problem"),
    [
        (np.array(3.0), "is a single number: a saliency map has one value a pixel"),
        (np.ones(4), "is 4: a saliency map has one value a pixel"),
        (np.ones((4, 5, 3)), "is 4 × 5 × 3: a saliency map has one value a pixel"),
        (np.ones((0, 3)), "is 0 × 3"),
        (None, "holds object"),
        (np.array([["a"]]), "holds <U1"),
        (np.array([[0, np.nan]]), "holds values that are not finite"),
        (
            np.array([[-1.5, -3]]),
            "holds negative values .the least is -3.*exponential of log densities",
        ),
    ],
)
def test_what_is_no_saliency_map_is_refused(values, problem):
    with pytest.raises(InputError, match=rf"^the map {problem}.*\.$"):
        checked_map(values, "the map")


@pytest.mark.parametrize("scale", [1e300, 1e-60, 1e-300, 1e31])
def test_a_scale_that_float32_does_not_hold_is_taken_out(scale):
    values = checked_map(np.array([[0, 0.5], [0.25, 1]]) * scale, "the map")
    assert values.dtype == np.float32
    np.testing.assert_allclose(values, [[0, 0.5], [0.25, 1]], rtol=1e-6)


@pytest.mark.parametrize("scale", [0, 1e-30, 7, 1e30])
def test_values_that_float32_holds_stay_as_they_are(scale):
    values = GREY / GREY.max() * scale
    np.testing.assert_array_equal(checked_map(values, "the map"), values.astype(np.float32))


# Folders


def write(path, values):
    if path.suffix == ".npy":
        np.save(path, values)
    elif path.suffix == ".npz":
        np.savez_compressed(path, saliency=values)
    else:
        Image.fromarray(values).save(path)
    return path


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("a.png", GREY),
        ("a.tif", GREY),
        ("a.png", GREY.astype(np.uint16) * 250),
        ("a.tiff", GREY.astype(np.uint16) * 250),
        ("a.tif", GREY.astype(np.float32) / 7),
        ("a.npy", GREY / 7),
        ("a.npy", GREY.astype(np.float16)),
        ("a.npz", GREY.astype(np.float32)),
        ("a.PNG", np.repeat(GREY[..., None], 3, axis=2)),
        ("a.png", np.dstack([GREY, GREY, GREY, np.full_like(GREY, 255)])),
        ("a.png", np.dstack([GREY, np.full_like(GREY, 255)])),
    ],
    ids=lambda value: value if isinstance(value, str) else f"{value.ndim}d-{value.dtype}",
)
def test_maps_are_read_from_any_kind_of_file(tmp_path, name, values):
    read = read_map(write(tmp_path / name, values))
    expected = values[..., 0] if values.ndim == 3 else values
    np.testing.assert_allclose(read, expected, rtol=1e-6)


def test_a_palette_of_greys_is_read_as_grey(tmp_path):
    Image.fromarray(GREY).convert("P").save(tmp_path / "a.png")
    np.testing.assert_array_equal(read_map(tmp_path / "a.png"), GREY)


def test_a_picture_of_several_pages_is_refused(tmp_path):
    pages = [Image.fromarray(GREY), Image.fromarray(255 - GREY)]
    pages[0].save(tmp_path / "a.tif", save_all=True, append_images=pages[1:])
    with pytest.raises(InputError, match=r"a\.tif holds 2 pages or layers: it is to hold one"):
        read_map(tmp_path / "a.tif")


def test_a_picture_that_is_far_too_large_is_refused(tmp_path, monkeypatch):
    path = write(tmp_path / "a.png", GREY)
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", GREY.size // 3)
    with pytest.raises(InputError, match=r"a\.png cannot be read \(Image size"):
        read_map(path)


def test_a_map_in_colour_is_refused(tmp_path):
    path = write(tmp_path / "a.png", RNG.integers(0, 256, (5, 7, 3), dtype=np.uint8))
    with pytest.raises(InputError, match=r"a\.png is in colour: a saliency map is grey"):
        read_map(path)


def test_damaged_files_and_archives_of_several_arrays_are_refused(tmp_path):
    for name in ("a.png", "a.npy", "a.npz"):
        (tmp_path / name).write_bytes(b"nonsense")
        with pytest.raises(InputError, match=rf"the saliency map .*{name} cannot be read \("):
            read_map(tmp_path / name)
    np.savez(tmp_path / "b.npz", one=GREY, two=GREY)
    with pytest.raises(InputError, match=r"b\.npz holds 2 arrays \(one, two\): it is to hold one"):
        read_map(tmp_path / "b.npz")


def test_pickles_are_not_loaded(tmp_path):
    np.save(tmp_path / "a.npy", np.array([{}], dtype=object), allow_pickle=True)
    with pytest.raises(InputError, match="cannot be read"):
        read_map(tmp_path / "a.npy")


def test_maps_are_matched_by_name_in_the_order_of_the_pictures():
    files = ["m/b.npy", "m/a.png", "m/chair.v1.tif", "m/other.png"]
    found = find_maps("m", files, ["a", "chair.v1", "b"])
    assert [path.name for path in found] == ["a.png", "chair.v1.tif", "b.npy"]


def test_maps_are_found_however_the_letters_of_their_names_are_encoded():
    found = find_maps("m", ["m/fu\u0308r.png", "m/B.npy"], ["b", "f\u00fcr"])
    assert [path.name for path in found] == ["B.npy", "fu\u0308r.png"]
    # Exact names come first, and what is spelt otherwise is then of another picture.
    found = find_maps("m", ["m/a.png", "m/A.npy"], ["a"])
    assert [path.name for path in found] == ["a.png"]


def test_missing_maps_are_named_in_one_sentence():
    with pytest.raises(InputError) as raised:
        find_maps("maps", ["maps/a.png"], ["a", "b", "c", "d", "e", "f", "g"])
    assert str(raised.value) == (
        "the folder maps has no saliency map for 6 of 7 pictures (b, c, d, e, f and 1 more): a map "
        "has the name of its picture and ends in .npy, .npz, .png, .tif, .tiff."
    )


def test_two_maps_of_a_picture_are_refused():
    with pytest.raises(InputError, match=r"more than one saliency map for 'a' \(a\.png, a\.npy\)"):
        find_maps("maps", ["maps/a.png", "maps/a.npy"], ["a"])


# Fixations


def test_fixations_are_gathered_by_picture(tmp_path):
    path = tmp_path / "fixations.csv"
    path.write_text("image,x,y,observer\n01,3.5,2,a\n02.jpg,1,1,a\n01,4,7,b\n")
    read = read_fixations(path, ["01", "02", "03"])
    assert {image: points.tolist() for image, points in read.items()} == {
        "01": [[3.5, 2], [4, 7]],
        "02": [[1, 1]],
    }


@pytest.mark.parametrize(
    "text",
    [
        "image,x,y\nfür,3.5,2\nb,1,1\n\n",
        "image;x;y\nfür;3,5;2\nb;1;1\n",
        "x\ty\timage\n3.5\t2\tfür.png\n1\t1\tB.jpg\n",
        "image, x, y\nfu\u0308r, 3.5, 2\nb, 1, 1\n,,\n",
    ],
)
def test_fixations_are_read_however_labels_may_be_written(tmp_path, text):
    path = tmp_path / "fixations.csv"
    for encoding in ("utf-8", "utf-8-sig", "utf-16"):
        path.write_bytes(text.encode(encoding))
        read = read_fixations(path, ["b", "für"])
        assert {image: points.tolist() for image, points in read.items()} == {
            "für": [[3.5, 2]],
            "b": [[1, 1]],
        }


def test_fixations_of_a_picture_that_is_named_in_two_ways_are_taken_together(tmp_path):
    path = tmp_path / "fixations.csv"
    path.write_text("image,x,y\na,1,2\nb,3,4\na.png,5,6\n")
    assert read_fixations(path, ["a", "b"])["a"].tolist() == [[1, 2], [5, 6]]


def test_fixations_outside_their_pictures_are_told_of():
    sizes = {"a": (10, 20), "b": (10, 20)}
    inside = {"a": np.array([[0.0, 0.0], [9.9, 19.9]])}
    assert of_fixations_outside("f.csv", inside, sizes) == ""
    some = inside | {"b": np.array([[10.0, 0], [-0.1, 3], [3, 3]])}
    assert of_fixations_outside("f.csv", some, sizes).startswith(
        "the fixations f.csv have 2 of 5 points outside their pictures, in b; they count nowhere."
    )


def test_a_table_of_no_fixations_has_none(tmp_path):
    (tmp_path / "fixations.csv").write_text("image,x,y\n")
    assert read_fixations(tmp_path / "fixations.csv", ["a"]) == {}


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("picture,x,y\na,1,2\n", "have no column 'image' but picture, x, y; it is to hold"),
        ("image,x\na,1\n", "have the columns image, x: they are to have"),
        ("image,x,y,x\na,1,2,3\n", "have the columns image, x, y, x: they are to have"),
        ("image,x,y\na,left,2\n", "have an x or y that is no number of pixels"),
        ("image,x,y\na,1,2\nq,1,2\n", "name q, which is no picture of the dataset"),
        ("image,x,y\nq,1,2\nr,1,2\n", "name q, r, which are no pictures of the dataset"),
        ("image,x,y\na,1_0,2\n", "have an x or y that is no number of pixels"),
        ("image,x,y\na,1,\n", "have rows without image, x or y"),
        ("image,x,y\na,1\nb,1,2\n", "have rows without image, x or y"),
        ("image,x,y\na,1,2\n,1,2\n", "have rows without image, x or y"),
        ("", "cannot be read as CSV"),
        ("image,x,y\na,1,2,3\n", "cannot be read as CSV"),
    ],
)
def test_what_is_no_table_of_fixations_is_refused(tmp_path, text, problem):
    (tmp_path / "f.csv").write_text(text)
    with pytest.raises(InputError, match=rf"^the fixations .*f\.csv {problem}"):
        read_fixations(tmp_path / "f.csv", ["a", "b"])


@pytest.mark.parametrize("name", ["a.npz", "a.npy", "a.png", "a.tif"])
@pytest.mark.filterwarnings("ignore")
def test_a_damaged_file_is_read_or_refused_and_ends_in_nothing_else(tmp_path, name):
    whole = write(tmp_path / name, GREY).read_bytes()
    rng = np.random.default_rng(0)
    for _ in range(200):
        damaged = bytearray(whole)
        for place in rng.integers(0, len(whole), 3):
            damaged[place] = rng.integers(0, 256)
        (tmp_path / name).write_bytes(damaged)
        with contextlib.suppress(InputError):
            read_map(tmp_path / name)


def test_the_beginning_of_an_archive_is_refused(tmp_path):
    (tmp_path / "b.npz").write_bytes(b"PK\x03\x04abc")
    with pytest.raises(InputError, match=r"b\.npz cannot be read \(File is not a zip file\)"):
        read_map(tmp_path / "b.npz")
