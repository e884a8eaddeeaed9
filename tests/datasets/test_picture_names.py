"""Which files are pictures, and which row of a file belongs to which picture."""

import os

import pytest

from alignment.artifacts.errors import InputError
from alignment.datasets.picture_names import (
    MAP_SUFFIXES,
    PICTURE_SUFFIXES,
    file_key,
    files_below,
    files_in,
    folder_labels,
    match_rows,
    name_of,
    not_decoded,
    of_unread_folders,
    pictures_in,
    pictures_named,
    refuse_unread,
)


@pytest.mark.parametrize("suffix", sorted(PICTURE_SUFFIXES))
def test_a_row_may_name_a_file_of_any_format(suffix):
    assert match_rows([f"b{suffix}", f"a{suffix.upper()}"], ["a", "b"], "rows.csv") == [1, 0]


def test_what_only_looks_like_an_extension_is_part_of_the_name():
    assert match_rows(["chair.v2", "chair.v1"], ["chair.v1", "chair.v2"], "rows.csv") == [1, 0]
    with pytest.raises(InputError, match=r"rows\.csv has no row for chair\.v1 and rows but no"):
        match_rows(["chair"], ["chair.v1"], "rows.csv")


def test_the_files_of_a_folder_are_those_of_some_formats_in_order(tmp_path):
    for name in ("b.PNG", "a.png", ".hidden.png", "notes.txt", "c.npy", "d"):
        (tmp_path / name).touch()
    assert files_in(tmp_path, PICTURE_SUFFIXES) == [f"{tmp_path}/a.png", f"{tmp_path}/b.PNG"]
    assert files_in(tmp_path, MAP_SUFFIXES)[-1] == f"{tmp_path}/c.npy"
    assert files_in(tmp_path, {".mat"}) == []


def make_files(folder, *names):
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).touch()


def test_pictures_in_folders_count_where_there_are_none_beside_them(tmp_path):
    make_files(tmp_path, "dogs/1.png", "cats/2.jpg", "cats/1.png", ".old/3.png", "cats/x.txt")
    below = [f"{tmp_path}/cats/1.png", f"{tmp_path}/cats/2.jpg", f"{tmp_path}/dogs/1.png"]
    assert files_in(tmp_path, PICTURE_SUFFIXES) == below
    assert [name_of(path, tmp_path) for path in below] == ["cats/1", "cats/2", "dogs/1"]
    assert of_unread_folders(tmp_path, below) == ""
    make_files(tmp_path, "4.png")
    assert files_in(tmp_path, PICTURE_SUFFIXES) == [f"{tmp_path}/4.png"]
    assert files_below(tmp_path, PICTURE_SUFFIXES) == below
    assert of_unread_folders(tmp_path, [f"{tmp_path}/4.png"]) == (
        f"{tmp_path} holds pictures itself, so that 3 in folders in it, such as {below[0]}, are "
        "not read."
    )
    make_files(tmp_path, "cats/raw/1.heic")
    refuse_unread(tmp_path)
    (tmp_path / "4.png").unlink()
    with pytest.raises(InputError, match=r"^1\.heic in .* is not read"):
        refuse_unread(tmp_path)


def test_folders_of_pictures_are_a_label():
    assert folder_labels(["cats/1", "dogs/old/2", "3"]) == {"folder": ["cats", "dogs/old", ""]}
    assert folder_labels(["1", "2"]) == {}


def test_a_folder_stands_for_its_pictures(tmp_path):
    for name in ("b.png", "a.jpg", "list.csv"):
        (tmp_path / name).touch()
    found = pictures_in(["x.tif", tmp_path])
    assert found == ["x.tif", f"{tmp_path}/a.jpg", f"{tmp_path}/b.png"]


OTHER_CHARACTERS = "some letters or blanks are other characters that look alike"


@pytest.mark.parametrize(
    ("row", "picture", "said"),
    [
        (
            "caf\u00e9.png",
            "cafe\u0301",
            OTHER_CHARACTERS,
        ),
        (
            "two\u00a0words",
            "two words",
            OTHER_CHARACTERS,
        ),
        ("\uff21\uff11", "A1", OTHER_CHARACTERS),
        ("\ufeffcat", "cat", OTHER_CHARACTERS),
        ("Cat.JPG", "cat", "upper and lower case differ"),
        ("STRASSE", "straße", "upper and lower case differ"),
    ],
)
def test_names_that_are_spelt_otherwise_are_matched_with_a_note(row, picture, said):
    notes = []
    assert match_rows(["zebra", row], [picture, "zebra"], "rows.csv", notes) == [1, 0]
    assert notes == [
        "Names in rows.csv were matched to pictures whose names are spelled a little differently, "
        f"such as '{row}' to the picture '{picture}': {said}."
    ]


def test_names_that_differ_in_case_alone_are_told_apart():
    notes = []
    assert match_rows(["Cat", "cat"], ["cat", "Cat"], "rows.csv", notes) == [1, 0]
    assert notes == []
    with pytest.raises(InputError, match=r"no row for CAT and rows but no pictures for Cat"):
        match_rows(["Cat", "cat"], ["cat", "CAT"], "rows.csv")


@pytest.mark.parametrize("name", ["cleo.HEIC", "a.svg", "b.nef"])
def test_a_picture_that_is_not_read_is_named(tmp_path, name):
    for file in ("a.png", name, ".hidden.heic", "notes.txt"):
        (tmp_path / file).touch()
    with pytest.raises(InputError, match=rf"^{name} in .* is not read; convert it to PNG"):
        refuse_unread(tmp_path)
    (tmp_path / name).unlink()
    refuse_unread(tmp_path)


def test_names_that_the_locale_would_read_wrongly_are_refused(tmp_path, monkeypatch):
    make_files(tmp_path, "a.png", "é.png")
    assert not_decoded("é.png", "日本") is None
    refuse_unread(tmp_path)
    monkeypatch.setattr("sys.getfilesystemencoding", lambda: "iso8859-1")
    assert not_decoded("a.png", tmp_path / "b c.png") is None
    with pytest.raises(InputError, match=r"not UTF-8 but iso8859-1: set PYTHONUTF8=1"):
        refuse_unread(tmp_path)
    (tmp_path / "é.png").unlink()
    refuse_unread(tmp_path)


def test_a_folder_that_is_named_like_a_picture_is_named(tmp_path):
    make_files(tmp_path, "a.png")
    (tmp_path / "b.png").mkdir()
    with pytest.raises(
        InputError, match=r"b\.png is a folder that is named like a picture; rename"
    ):
        refuse_unread(tmp_path)


def test_a_link_to_nothing_is_named(tmp_path):
    make_files(tmp_path, "a.png")
    (tmp_path / "b.png").symlink_to(tmp_path / "gone.png")
    with pytest.raises(InputError, match=r"b\.png is a link to nothing; mend it"):
        refuse_unread(tmp_path)


@pytest.mark.parametrize("name", [b"caf\xe9.png", b"two\nlines.png"])
def test_a_name_that_is_no_text_is_shown_as_far_as_it_goes(tmp_path, name):
    (tmp_path / os.fsdecode(name)).touch()
    with pytest.raises(InputError, match=r"the name of '(caf.*|two.n.*)' in .* rename it\.$"):
        refuse_unread(tmp_path)


@pytest.mark.parametrize(
    ("names", "images", "found"),
    [
        (["b", "a", "b", "x"], ["a", "b"], {"a": "a", "b": "b"}),
        (["fu\u0308r"], ["f\u00fcr", "fur"], {"fu\u0308r": "f\u00fcr"}),
        (["A", "a"], ["a"], {"a": "a"}),
        (["A"], ["a"], {"A": "a"}),
        (["AB"], ["Ab", "aB"], {}),  # which of them is meant is not known
        (["a.png"], ["a"], {}),
    ],
)
def test_names_are_of_the_picture_that_is_spelt_most_like_them(names, images, found):
    assert pictures_named(names, images) == found


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("A", "a", True),
        ("f\u00dcr", "fu\u0308r", True),
        ("\u1fb4", "\u03b1\u0301\u03b9", True),  # what case folding takes apart
        ("fur", "f\u00fcr", False),
        ("a", "a ", False),
    ],
)
def test_files_are_known_without_case_and_the_encoding_of_accents(one, other, same):
    assert (file_key(one) == file_key(other)) is same
