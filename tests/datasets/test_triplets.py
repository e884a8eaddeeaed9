"""Triplets: similarities against a loop over the trials, and what cannot be told."""

import numpy as np
import pytest

from alignment.artifacts.errors import InputError
from alignment.datasets.judgments import read_judgments
from alignment.datasets.triplets import read_triplets

NAMES = ["ada", "bo", "cleo", "dan", "eve", "fay", "gus"]
N = len(NAMES)
RNG = np.random.default_rng(0)
TRIALS = np.array([RNG.choice(N, 3, replace=False) for _ in range(200)])


def by_loop(trials):
    """The share of the trials with both pictures in which neither was the odd one."""
    values = np.full((N, N), np.nan)
    for i in range(N):
        for j in range(N):
            with_both = [trial for trial in trials if i != j and {i, j} <= set(trial)]
            if with_both:
                values[i, j] = np.mean([trial[2] not in (i, j) for trial in with_both])
    return values


def write(folder, rows, name="t.csv", separator=","):
    path = folder / name
    path.write_text("".join(separator.join(map(str, row)) + "\n" for row in rows))
    return path


@pytest.mark.parametrize("name", ["t.csv", "t.txt", "t.tsv", "t.npy"])
@pytest.mark.parametrize("first", [0, 1])
def test_numbers_count_the_pictures(tmp_path, name, first):
    path = tmp_path / name
    if name == "t.npy":
        np.save(path, TRIALS + first)
    else:
        separator = {"t.csv": ",", "t.txt": " ", "t.tsv": "\t"}[name]
        write(tmp_path, TRIALS + first, name, separator)
    raw = read_triplets(path, NAMES, notes := [])
    np.testing.assert_array_equal(raw.values, by_loop(TRIALS))
    assert raw.names is None
    assert notes[0].startswith("200 trials of triplets were read: ")


@pytest.mark.parametrize("header", [[], [["one", "two", "odd"]]], ids=["plain", "header"])
def test_names_are_matched_to_the_pictures(tmp_path, header):
    shuffled = [NAMES[k] for k in RNG.permutation(N)]
    rows = header + [[f"{shuffled[k]}.png" for k in trial] for trial in TRIALS]
    found = read_judgments(write(tmp_path, rows), "odd_one_out", NAMES)
    order = [shuffled.index(name) for name in NAMES]
    off = ~np.eye(N, dtype=bool)
    expected = by_loop(TRIALS)[np.ix_(order, order)]
    np.testing.assert_array_equal(found.similarity[off], expected[off])


@pytest.mark.parametrize("named", [True, False])
@pytest.mark.parametrize("place", [0, 1, 2])
def test_a_header_tells_which_column_is_the_odd_one(tmp_path, named, place):
    order = [0, 1]
    order.insert(place, 2)
    header = [["image 1", "image 2", "Odd one out"][k] for k in order]
    cells = np.array(NAMES)[TRIALS] if named else TRIALS + 1
    path = write(tmp_path, [header, *cells[:, order]])
    np.testing.assert_array_equal(read_triplets(path, NAMES, []).values, by_loop(TRIALS))


@pytest.mark.parametrize("shown", [2, 3])
def test_a_table_with_other_columns_is_read_by_its_header(tmp_path, shown):
    header = ["participant", "trial", *(f"Image_{k + 1}" for k in range(shown)), "odd"]
    rows = [header]
    for number, trial in enumerate(TRIALS):
        pictures = trial[:2] if shown == 2 else RNG.permutation(trial)
        rows.append(["p7", number, *(NAMES[k] for k in pictures), NAMES[trial[2]]])
    found = read_judgments(write(tmp_path, rows, separator=";"), "odd_one_out", NAMES)
    off = ~np.eye(N, dtype=bool)
    np.testing.assert_array_equal(found.similarity[off], by_loop(TRIALS)[off])
    if shown == 3:
        rows[5][-1] = "nobody"
        with pytest.raises(InputError, match="in trial 5 the odd one, 'nobody', is not one of the"):
            read_triplets(write(tmp_path, rows), NAMES, [])
    rows = [["participant", *row] for row in rows[1:]]
    with pytest.raises(InputError, match="a header that names image_1, image_2, image_3 and odd"):
        read_triplets(write(tmp_path, rows), NAMES, [])


def test_names_that_are_no_pictures_are_no_header(tmp_path):
    rows = [["oda", "odb", "odc"], *np.array(NAMES)[TRIALS]]
    with pytest.raises(InputError, match="rows but no pictures for oda, odb, odc"):
        read_judgments(write(tmp_path, rows), "odd_one_out", NAMES)
    # Nor is a trial of pictures whose names begin like one
    images = ["odd", "oddly", "strange"]
    values = read_triplets(write(tmp_path, [images]), images, []).values
    assert (values[0, 1], values[0, 2]) == (1, 0)


def test_an_example_by_hand(tmp_path):
    """In the first trial the third is odd: the others go together there."""
    path = write(tmp_path, [[0, 1, 2], [0, 1, 2], [0, 2, 1]])
    values = read_triplets(path, ["a", "b", "c"], []).values
    assert values[0, 1] == pytest.approx(2 / 3)
    assert values[0, 2] == pytest.approx(1 / 3)
    assert values[1, 2] == 0


def test_pairs_never_shown_together_are_missing(tmp_path):
    path = write(tmp_path, [[0, 1, 2], [0, 1, 3]])
    raw = read_triplets(path, list("abcd"), notes := [])
    assert np.isnan(raw.values[2, 3])
    assert "1 of 6 pairs were never shown together" in notes[0]
    with pytest.raises(InputError, match="no value for 1 of 6 pairs"):
        read_judgments(path, "odd_one_out", list("abcd"))
    found = read_judgments(path, "odd_one_out", list("abcd"), missing="drop")
    assert np.isnan(found.similarity[2, 3])


@pytest.mark.parametrize(
    ("rows", "images", "said"),
    [
        ([[1, 2, 3]], list("abcde"), "whether the first picture is 0 or 1 cannot be told"),
        ([[0, 1, 9]], list("abc"), "from 0 to 9, but there are 3"),
        ([[0, 1, 1]], list("abc"), "trial 1 shows a picture twice"),
        ([[1, 2, 3]], ["1", "2", "3", "4"], "could count the pictures or be their names"),
        ([[1, 2, 4]], ["001", "002", "004", "005"], "could count the pictures or be their"),
        ([[0, 1]], list("abc"), "needs three columns"),
        ([["a", "b", "c"], ["a", "", "c"]], list("abc"), "trial 2 lacks a picture"),
        ([[0, 1, 2], [0, "", 1]], list("abc"), "trial 2 lacks a picture"),
        ([["9" * 20, 1, 2]], list("abc"), "holds 9{20}, which is too large to count"),
        ([["one", "two", "odd"], ["9" * 20, 1, 2]], list("abc"), "holds 9{20}, which is too large"),
        ([[0.5, 1, 2]], list("abc"), "rows but no pictures for 0.5"),
    ],
)
def test_what_is_no_triplet_or_could_be_two_things_is_refused(tmp_path, rows, images, said):
    with pytest.raises(InputError, match=said):
        read_judgments(write(tmp_path, rows), "odd_one_out", images)


@pytest.mark.parametrize("name", ["t.csv", "t.npy", "header.csv"])
@pytest.mark.parametrize(
    ("images", "trial"),
    [
        (["101", "102", "103"], [101, 103, 102]),
        (["1", "2", "3"], [1, 3, 2]),
        (["07", "08", "21"], [7, 21, 8]),
    ],
)
def test_numbers_that_can_only_be_names_are_names(tmp_path, name, images, trial):
    path = tmp_path / name
    if name == "t.npy":
        np.save(path, np.array([trial], dtype=float))
    else:
        write(tmp_path, [["a", "b", "odd"]] * (name == "header.csv") + [trial], name)
    found = read_judgments(path, "odd_one_out", images)
    assert (found.similarity[0, 2], found.similarity[0, 1]) == (1, 0)


def test_zeros_before_numbers_tell_names(tmp_path):
    images = ["001", "002", "004", "005"]
    path = write(tmp_path, [["001", "002", "004"], ["001", "002", "005"], ["004", "005", "001"]])
    found = read_judgments(path, "odd_one_out", images, missing="drop")
    assert (found.similarity[0, 1], found.similarity[2, 3], found.similarity[0, 2]) == (1, 1, 0)


def test_arrays_of_bytes_are_names(tmp_path):
    np.save(tmp_path / "t.npy", np.array([["ada", "bo", "cleo"]], dtype="S"))
    assert read_triplets(tmp_path / "t.npy", NAMES, []).names == ("ada", "bo", "cleo")


def test_a_column_that_no_header_calls_odd_is_told(tmp_path):
    path = write(tmp_path, [["outlier", "other_1", "other_2"], [2, 0, 1]])
    read_triplets(path, ["a", "b", "c"], notes := [])
    assert f"The last column of {path}, other_2, was taken for that of the odd one." in notes


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        (np.zeros((0, 3), int), "holds no trials"),
        (np.array([[0, 1, 2.5]]), "must hold whole numbers or names"),
        (np.array([[0, 1, 1e20]]), "holds 10{20}, which is too large to count a picture"),
        (np.array([[0, 1, 2**64 - 1]], np.uint64), "holds 18446744073709551615, which is too"),
        (np.array([[0, 1, np.nan]]), "must hold whole numbers or names"),
    ],
)
def test_arrays_that_hold_no_trials_are_refused(tmp_path, cells, said):
    np.save(tmp_path / "t.npy", cells)
    with pytest.raises(InputError, match=said):
        read_triplets(tmp_path / "t.npy", NAMES, [])


def test_other_files_are_refused(tmp_path):
    (tmp_path / "t.mat").touch()
    with pytest.raises(InputError, match="triplets are read from"):
        read_triplets(tmp_path / "t.mat", NAMES, [])
    (tmp_path / "t.npy").write_bytes(b"x")
    with pytest.raises(InputError, match=r"complete \.npy"):
        read_triplets(tmp_path / "t.npy", NAMES, [])


def test_keys_of_matrices_are_refused(tmp_path):
    path = write(tmp_path, [["ant", "bee", "cat"]])
    with pytest.raises(
        InputError, match=r"for which there is no repeats, symmetrize: leave it out"
    ):
        read_judgments(path, "odd_one_out", NAMES, symmetrize="mean", repeats="mean")


def test_bytes_that_are_no_utf_8_are_refused(tmp_path):
    np.save(tmp_path / "t.npy", np.array([["zo\xeb".encode("latin-1"), b"bo", b"cleo"]]))
    with pytest.raises(InputError, match=r"t\.npy holds the bytes b'zo.xeb', which are no text in"):
        read_triplets(tmp_path / "t.npy", NAMES, [])
