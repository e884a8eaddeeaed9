"""Arrays of judgments of every shape, in files of every kind."""

import numpy as np
import pytest
import scipy.io
from matlab_files import write_v73
from scipy.spatial.distance import squareform

from alignment.artifacts.errors import InputError
from alignment.datasets.matrix_arrays import choose_matrices
from alignment.datasets.matrix_files import read_matrices

N = 5
NAMES = ("eel", "ant", "dog", "bee", "cat")
FILES = [f"{name}.jpg" for name in NAMES]
MATRIX = squareform(np.random.default_rng(0).random(N * (N - 1) // 2))
STACK = np.stack([MATRIX, MATRIX**2, MATRIX**3])
VECTORS = np.stack([squareform(matrix) for matrix in STACK])
NO_DIAGONAL = np.where(np.eye(N, dtype=bool), np.nan, STACK)


def write_v4(path, variables):
    scipy.io.savemat(path, variables, format="4")


ARRAYS = [
    pytest.param(MATRIX, {}, MATRIX, id="matrix"),
    pytest.param(STACK, {}, STACK, id="observers first"),
    pytest.param(STACK.transpose(1, 2, 0), {}, STACK, id="observers last"),
    pytest.param(STACK.transpose(1, 0, 2), {}, STACK, id="observers between"),
    pytest.param(np.stack([MATRIX] * N), {"observer_axis": 0}, np.stack([MATRIX] * N), id="cube"),
    pytest.param(VECTORS[0], {}, NO_DIAGONAL[0], id="pairs"),
    pytest.param(VECTORS, {}, NO_DIAGONAL, id="observers by pairs"),
    pytest.param(VECTORS.T, {}, NO_DIAGONAL, id="pairs by observers"),
]


@pytest.mark.parametrize("suffix", ["npy", "npz", "v5.mat", "v73.mat"])
@pytest.mark.parametrize(("array", "options", "expected"), ARRAYS)
def test_arrays_of_every_shape_round_trip(tmp_path, suffix, array, options, expected):
    path = tmp_path / f"judgments.{suffix}"
    variables = {"rdm": array, "age": np.arange(7.0)}
    if suffix == "npy":
        np.save(path, array)
    elif suffix == "npz":
        np.savez(path, **variables)
    elif suffix == "v5.mat":
        scipy.io.savemat(path, variables)
    else:
        write_v73(path, variables)
    raw = read_matrices(path, N, **options)
    np.testing.assert_array_equal(raw.values, expected)
    assert raw.values.dtype == np.float64
    assert raw.names is None


@pytest.mark.parametrize("write", [scipy.io.savemat, write_v73], ids=["v5", "v73"])
def test_dotted_variable_reaches_into_a_struct_and_finds_the_names_there(tmp_path, write):
    path = tmp_path / "judgments.mat"
    cell = list(FILES) if write is write_v73 else np.array(FILES, dtype=object)
    write(
        path, {"data": {"rdm": MATRIX, "other": MATRIX.T + 1, "names": cell}, "names": np.eye(2)[0]}
    )
    raw = read_matrices(path, N, variable="data.rdm")
    np.testing.assert_array_equal(raw.values, MATRIX)
    assert raw.names == tuple(FILES)
    listing = r"no `rdm`: set variable to one of `data.other` \(5 × 5 float64\), `data.rdm` "
    with pytest.raises(InputError, match=listing):
        read_matrices(path, N, variable="rdm")


def test_version_4_mat_and_padded_char_names(tmp_path):
    path = tmp_path / "judgments.mat"
    names = ["a", "bb", "ccc", "d", "e"]
    write_v4(path, {"rdm": MATRIX, "names": np.array(names)})
    raw = read_matrices(path, N)
    np.testing.assert_array_equal(raw.values, MATRIX)
    assert raw.names == tuple(names)


def test_npz_variable_and_names(tmp_path):
    path = tmp_path / "judgments.npz"
    np.savez(path, a=MATRIX, b=2 * MATRIX, names=FILES, notes=np.array([{}], dtype=object))
    raw = read_matrices(path, N, variable="b")
    np.testing.assert_array_equal(raw.values, 2 * MATRIX)
    assert raw.names == tuple(FILES)


def test_names_that_cannot_be_read_are_not_passed_over(tmp_path):
    """Rows would be taken in the order of the files, without a word."""
    path = tmp_path / "judgments.npz"
    np.savez(path, rdm=MATRIX, names=np.array(FILES, dtype=object))
    with pytest.raises(InputError, match=r"`names` cannot be read .* np.array\(names, dtype=str\)"):
        read_matrices(path, N, variable="rdm")
    # What MATLAB's string arrays are once they have been read, of version 7.3 and of version 7
    for unread, called in ({"names": None}, "`names`"), ({"None": None}, "a variable"):
        with pytest.raises(InputError, match=f"{called} cannot be read .* cellstr"):
            choose_matrices(path, {"rdm": MATRIX, **unread}, N, None, None)
        texts = {"files": np.array(FILES), **unread}
        assert choose_matrices(path, {"rdm": MATRIX, **texts}, N, None, None).names == tuple(FILES)


BAD_ARRAYS = [
    (MATRIX * 1j, {}, r"holds complex numbers: it must be an array of real numbers"),
    (np.array(FILES), {}, r"holds text: it must be"),
    (np.zeros((0, 0)), {}, r"is empty: it must be"),
    (np.zeros((4, 7)), {}, r"is 4 × 7, but 5 pictures need 5 × 5 values or 10 pairs"),
    (np.zeros(9), {}, r"is 9, but 5 pictures need"),
    (np.array(3.0), {}, r"is a single number, but 5 pictures need"),
    (np.array(3.0), {"observer_axis": 0}, r"is a single number, but 5 pictures need"),
    (np.zeros((2, 2, 5, 5)), {}, r"is 2 × 2 × 5 × 5, but 5 pictures need"),
    (np.zeros((3, 4, 6)), {}, r"is 3 × 4 × 6, but 5 pictures need"),
    (np.zeros((5, 5, 5)), {}, r"the observers, set observer_axis to one of 0, 1, 2"),
    (np.zeros((10, 10)), {}, r"the observers, set observer_axis to one of 0, 1"),
    (STACK, {"observer_axis": 1}, r"is 3 × 5 × 5, but 5 pictures need"),
    (STACK, {"observer_axis": 3}, r"has no axis 3: set observer_axis to a number from 0 to 2"),
]


@pytest.mark.parametrize(("array", "options", "sentence"), BAD_ARRAYS)
@pytest.mark.parametrize("suffix", ["npy", "npz"])
def test_unusable_arrays(tmp_path, array, options, sentence, suffix):
    path = tmp_path / f"judgments.{suffix}"
    if suffix == "npy":
        np.save(path, array)
    else:
        np.savez(path, rdm=array)
    with pytest.raises(InputError, match=sentence) as caught:
        read_matrices(path, N, **options)
    assert str(caught.value).startswith(str(path) if suffix == "npy" else f"{path}: `rdm`")


@pytest.mark.parametrize("suffix", [".npz", ".mat"])
def test_several_arrays_are_listed_with_their_shapes(tmp_path, suffix):
    path = tmp_path / f"judgments{suffix}"
    write = scipy.io.savemat if suffix == ".mat" else lambda path, all_: np.savez(path, **all_)
    write(path, {"a": MATRIX, "b": STACK, "n": np.arange(3.0)})
    with pytest.raises(InputError) as caught:
        read_matrices(path, N)
    assert str(caught.value) == (
        f"{path} holds 2 arrays that could be the judgments: set variable to one of "
        "`a` (5 × 5 float64), `b` (3 × 5 × 5 float64)."
    )
    with pytest.raises(InputError, match=r"holds no `c`: set variable to one of `a`"):
        read_matrices(path, N, variable="c")


def test_containers_without_a_numeric_array(tmp_path):
    np.savez(tmp_path / "a.npz")
    with pytest.raises(InputError, match=r"a\.npz is empty: it must hold an array of real numbers"):
        read_matrices(tmp_path / "a.npz", N)
    cell = np.empty(2, dtype=object)
    cell[:] = [MATRIX, MATRIX]
    scipy.io.savemat(tmp_path / "a.mat", {"c": cell})
    with pytest.raises(InputError, match="`c` holds a cell or struct array: it must be an array"):
        read_matrices(tmp_path / "a.mat", N)


def test_names_that_are_no_text_are_refused(tmp_path):
    path = tmp_path / "judgments.npz"
    np.savez(path, rdm=MATRIX, names=["of", "three", "observers"])
    assert read_matrices(path, N).names is None
    np.savez(path, rdm=MATRIX, names=np.arange(N))
    with pytest.raises(InputError, match=r"`names` holds 5 int64: it must be an array of text"):
        read_matrices(path, N)


@pytest.mark.parametrize("suffix", ["npz", "v5.mat"])
def test_names_are_found_under_any_key_and_chosen_where_several_would_do(tmp_path, suffix):
    def save(**variables):
        path = tmp_path / f"judgments.{suffix}"
        write = (
            scipy.io.savemat if suffix == "v5.mat" else lambda path, held: np.savez(path, **held)
        )
        write(path, variables)
        return path

    texts = np.array(FILES, dtype=object) if suffix == "v5.mat" else np.array(FILES)
    classes = np.array(["x", "x", "y", "y", "z"], dtype=texts.dtype)
    path = save(rdm=MATRIX, image_names=texts, classes=classes)
    assert read_matrices(path, N).names == tuple(FILES)
    assert read_matrices(path, N, variable="rdm").names == tuple(FILES)
    path = save(rdm=MATRIX, image_names=texts, other=texts[::-1])
    with pytest.raises(InputError, match=r"set names to the one .* of `image_names`, `other`"):
        read_matrices(path, N)
    assert read_matrices(path, N, names="other").names == tuple(FILES[::-1])
    with pytest.raises(InputError, match=r"`nothing` holds nothing"):
        read_matrices(path, N, names="nothing")
    with pytest.raises(InputError, match=r"`rdm` holds 5 × 5 float64"):
        read_matrices(path, N, names="rdm")


def test_names_outside_the_struct_of_the_matrix_are_found(tmp_path):
    path = tmp_path / "judgments.mat"
    scipy.io.savemat(path, {"data": {"rdm": MATRIX}, "names": np.array(FILES, dtype=object)})
    assert read_matrices(path, N).names == tuple(FILES)


@pytest.mark.parametrize("options", [{}, {"names": "names"}])
def test_names_as_bytes_are_read_as_utf_8_and_others_refused(tmp_path, options):
    path = tmp_path / "judgments.npz"
    names = ("zo\xeb", *FILES[1:])
    np.savez(path, rdm=MATRIX, names=[name.encode() for name in names])
    assert read_matrices(path, N, **options).names == names
    np.savez(path, rdm=MATRIX, names=[name.encode("latin-1") for name in names])
    with pytest.raises(InputError, match=r"`names` holds the bytes b'zo.xeb', which are no text"):
        read_matrices(path, N, **options)
