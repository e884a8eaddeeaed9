"""The maps of a source: made or read one by one, and what is said of them."""

import sys

import numpy as np
import pytest

from alignment.artifacts.errors import InputError
from alignment.saliency.models import bottom_up_map, centred_gaussian
from alignment.saliency.sources import maps_of, warnings_of

RNG = np.random.default_rng(0)
PICTURES = [RNG.integers(0, 256, (20, 30, 3), dtype=np.uint8) for _ in range(3)]
IMAGES = ["a", "b", "c"]


def found(source, definition, images=IMAGES, pictures=PICTURES):
    return list(maps_of(source, definition, images, pictures))


def test_built_in_sources_make_a_map_of_every_picture():
    for made, picture in zip(found("fine_grained", {"kind": "x"}), PICTURES, strict=True):
        np.testing.assert_array_equal(made, bottom_up_map(picture, "fine_grained"))
    for made, picture in zip(found("gaussian", {"kind": "x"}), PICTURES, strict=True):
        np.testing.assert_array_equal(made, centred_gaussian(picture))


def test_maps_of_a_folder_come_in_the_order_of_the_pictures(tmp_path):
    for k, image in enumerate("cab"):
        np.save(tmp_path / f"{image}.npy", np.full((2, 3), k))
    maps = found("gaze", {"folder": str(tmp_path)}, pictures=())
    assert [values[0, 0] for values in maps] == [1, 2, 0]
    (tmp_path / "b.npy").unlink()
    with pytest.raises(InputError, match="has no saliency map for 1 of 3 pictures \\(b\\)"):
        found("gaze", {"folder": str(tmp_path)}, pictures=())


@pytest.fixture
def gaze(tmp_path, monkeypatch):
    """A module of functions of a picture, whose name no other test knows."""
    (tmp_path / "gaze_of_sources.py").write_text(
        "def red(picture):\n    return picture[..., 0]\n\n"
        "def signed(picture):\n    return picture[..., 0] - 300.0\n\n"
        "def broken(picture):\n    return picture['red']\n"
    )
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", sys.path.copy())


@pytest.mark.usefixtures("gaze")
def test_a_function_is_called_with_every_picture():
    maps = found("mine", {"function": "gaze_of_sources:red"})
    for made, picture in zip(maps, PICTURES, strict=True):
        np.testing.assert_array_equal(made, picture[..., 0])


@pytest.mark.usefixtures("gaze")
@pytest.mark.parametrize(
    ("function", "sentence"),
    [
        ("signed", "what gaze_of_sources:signed returns for the picture 'a' holds negative"),
        ("broken", r"gaze_of_sources:broken, for the picture 'a', raised IndexError: .* is called"),
    ],
)
def test_a_function_that_returns_no_map_or_raises_is_named_with_the_picture(function, sentence):
    with pytest.raises(InputError, match=sentence):
        found("mine", {"function": f"gaze_of_sources:{function}"})


def test_people_are_told_of_maps_that_are_stretched_or_flat():
    sizes = [(30, 20)] * 3
    maps = [np.arange(6).reshape(2, 3), np.arange(64).reshape(8, 8), np.ones((4, 6))]
    stretched, flat = warnings_of("mine", maps, IMAGES, sizes)
    assert stretched.startswith(
        "1 of 3 saliency maps do not have the proportions of their pictures"
    )
    assert stretched.endswith("the first for 'b' (8 x 8 for 30 x 20).")
    assert (
        flat == "1 of 3 saliency maps are one value throughout (c), and are compared with nothing."
    )
    assert warnings_of("mine", maps[:1], IMAGES[:1], sizes[:1]) == []


def test_sides_that_were_rounded_are_no_other_proportions():
    assert warnings_of("mine", [np.arange(28 * 19).reshape(19, 28)], ["a"], [(30, 20)]) == []


def test_a_bottom_up_map_that_is_found_at_a_size_of_its_own_is_no_stretched_one():
    maps, sizes = [np.arange(64.0 * 64).reshape(64, 64)], [(30, 20)]
    assert warnings_of("spectral_residual", maps, ["a"], sizes) == []
    assert warnings_of("mine", maps, ["a"], sizes) != []
