import json
import pickle
from pathlib import Path

import h5py
import numpy as np
import pandas as pd
import pytest
import scipy.io
from scipy.spatial.distance import squareform

from alignment.artifacts.errors import InputError
from alignment.datasets.matrix_files import read_matrices

N = 5
NAMES = ("eel", "ant", "dog", "bee", "cat")
FILES = [f"{name}.jpg" for name in NAMES]
MATRIX = squareform(np.random.default_rng(0).random(N * (N - 1) // 2))
STACK = np.stack([MATRIX, MATRIX**2, MATRIX**3])
VECTORS = np.stack([squareform(matrix) for matrix in STACK])
NO_DIAGONAL = np.where(np.eye(N, dtype=bool), np.nan, STACK)


def write_v73(path, variables):
    """The layout of MATLAB's -v7.3: a user block, transposed arrays, classes as attributes."""

    def put(group, key, value):
        if isinstance(value, dict):
            child = group.create_group(key)
            child.attrs["MATLAB_class"] = np.bytes_("struct")
            for name, member in value.items():
                put(child, name, member)
        elif isinstance(value, list):
            cells = []
            for index, text in enumerate(value):
                cell = group.file.require_group("#refs#").create_dataset(
                    f"{key}{index}", data=np.array([[ord(c)] for c in text], dtype=np.uint16)
                )
                cell.attrs["MATLAB_class"] = np.bytes_("char")
                cells.append([cell.ref])
            data = group.create_dataset(key, data=np.array(cells, dtype=h5py.ref_dtype))
            data.attrs["MATLAB_class"] = np.bytes_("cell")
        else:
            data = group.create_dataset(key, data=np.asarray(value).T)
            data.attrs["MATLAB_class"] = np.bytes_("double")

    with h5py.File(path, "w", userblock_size=512) as file:
        for key, value in variables.items():
            put(file, key, value)
    with path.open("r+b") as file:
        file.write(b"MATLAB 7.3 MAT-file".ljust(124) + b"\x00\x02IM")


def write_v4(path, variables):
    scipy.io.savemat(path, variables, format="4")


def cells(path, rows):
    separator = "\t" if path.suffix == ".tsv" else ","
    path.write_text("\n".join(separator.join(map(str, row)) for row in rows) + "\n")


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


@pytest.mark.parametrize("suffix", [".csv", ".tsv"])
@pytest.mark.parametrize("header", [True, False])
@pytest.mark.parametrize("index", [True, False])
@pytest.mark.parametrize("names", [FILES, [f"{i:03d}" for i in range(N)]], ids=["text", "digits"])
def test_square_tables_with_and_without_names(tmp_path, suffix, header, index, names):
    path = tmp_path / f"judgments{suffix}"
    frame = pd.DataFrame(NO_DIAGONAL[0], index=names, columns=names)
    separator = "\t" if suffix == ".tsv" else ","
    frame.to_csv(path, sep=separator, header=header, index=index, encoding="utf-8-sig")
    raw = read_matrices(path, N)
    np.testing.assert_allclose(raw.values, NO_DIAGONAL[0], rtol=1e-15)
    assert raw.names == (tuple(names) if header or index else None)


def test_square_table_whose_header_is_in_another_order(tmp_path):
    frame = pd.DataFrame(MATRIX + np.arange(N), index=FILES, columns=FILES)
    frame[FILES[::-1]].to_csv(tmp_path / "judgments.csv")
    raw = read_matrices(tmp_path / "judgments.csv", N)
    np.testing.assert_allclose(raw.values, frame.to_numpy(), rtol=1e-15)
    assert raw.names == tuple(FILES)


@pytest.mark.parametrize("index", [True, False])
def test_column_names_that_r_makes_up_are_none(tmp_path, index):
    numbers = [str(row + 1) for row in range(N)]
    frame = pd.DataFrame(MATRIX, index=numbers, columns=[f"V{number}" for number in numbers])
    frame.to_csv(tmp_path / "judgments.csv", index=index)
    raw = read_matrices(tmp_path / "judgments.csv", N)
    np.testing.assert_allclose(raw.values, MATRIX, rtol=1e-15)
    assert raw.names == (tuple(numbers) if index else None)


def long_rows(stack, rng, observers):
    """Each pair once for each observer, in random order and a random one of its two orders."""
    rows = []
    for observer, matrix in zip(observers, stack, strict=True):
        for i, j in zip(*np.triu_indices(N, 1), strict=True):
            a, b = rng.permutation([i, j])
            rows.append([matrix[i, j], FILES[b], FILES[a], observer])
    return [rows[i] for i in rng.permutation(len(rows))]


@pytest.mark.parametrize("n_observers", [1, 3])
def test_long_table(tmp_path, n_observers):
    labels = ["p1", "p2", "p3"][:n_observers]
    rows = long_rows(STACK[:n_observers], np.random.default_rng(1), labels)
    gone = rows.pop()
    path = tmp_path / "judgments.csv"
    cells(path, [["value", "Image_2", "image_1", "observer"], *rows])
    raw = read_matrices(path, N)
    expected = pd.DataFrame(rows, columns=["value", "a", "b", "observer"])
    assert set(raw.names) == set(FILES)
    values = raw.values if n_observers > 1 else raw.values[None]
    observers = raw.observers or labels
    for value, a, b, observer in expected.itertuples(index=False):
        matrix = values[observers.index(observer)]
        i, j = raw.names.index(a), raw.names.index(b)
        assert matrix[i, j] == matrix[j, i] == pytest.approx(value, rel=1e-15)
    missing = values[observers.index(gone[3]), raw.names.index(gone[1]), raw.names.index(gone[2])]
    assert np.isnan(missing)
    assert np.isfinite(values).sum() == 2 * len(rows)


def test_long_table_keeps_both_orders_only_when_asked(tmp_path):
    path = tmp_path / "judgments.csv"
    head = ["image_1", "image_2", "value"]
    cells(path, [head, ["ant", "bee", 1], ["bee", "ant", 3], ["cat", "ant", 2]])
    raw = read_matrices(path, 3, both_orders=True)
    assert raw.names == ("ant", "bee", "cat")
    np.testing.assert_array_equal(raw.values[[0, 1, 0, 2], [1, 0, 2, 0]], [1, 3, 2, 2])
    with pytest.raises(InputError, match=r"pair bee, ant is given twice \(again in row 3\)"):
        read_matrices(path, 3)
    cells(path, [head, ["ant", "bee", 1], ["ant", "bee", 3]])
    with pytest.raises(InputError, match=r"pair ant, bee is given twice \(again in row 3\)"):
        read_matrices(path, 3, both_orders=True)
    cells(path, [[*head, "observer"], ["ant", "bee", 1, "x"], ["bee", "ant", 3, "x"]])
    with pytest.raises(InputError, match=r"bee, ant is given twice by observer x"):
        read_matrices(path, 3)


def write_meadows(folder, kind, lists=(FILES, FILES)):
    stem = "Meadows_myExp_v_v1_"
    if kind == "participant":
        path = folder / f"{stem}sunny-ox_2_1D.mat"
        scipy.io.savemat(path, {"stimuli": np.array(lists[0]), "rdmutv": VECTORS[:1]})
    elif kind == "participants":
        path = folder / f"{stem}arrange_1D.mat"
        variables = {}
        for row, name in enumerate(("sunny_ox", "rainy_cat")):
            variables[f"stimuli_{name}"] = np.array(lists[row])
            variables[f"rdmutv_{name}"] = VECTORS[row : row + 1]
        scipy.io.savemat(path, variables)
    else:
        path = folder / f"{stem}sunny-ox_tree.json"
        tasks = [
            {
                "task": {"task_type": "multiarrange", "name": f"task{row}"},
                "stimuli": [{"name": name} for name in lists[row]],
                "rdm": VECTORS[row].tolist(),
            }
            for row in range(2)
        ]
        path.write_text(json.dumps({"tasks": [{"task": {"task_type": "consent"}}, *tasks]}))
    return path


@pytest.mark.parametrize(
    ("kind", "expected", "observers"),
    [
        ("participant", STACK[0], None),
        ("participants", STACK[:2], ("sunny-ox arrange", "rainy-cat arrange")),
        ("tree", STACK[:2], ("sunny-ox task0", "sunny-ox task1")),
    ],
)
def test_meadows_exports(tmp_path, kind, expected, observers):
    raw = read_matrices(write_meadows(tmp_path, kind), N)
    np.testing.assert_allclose(raw.values, expected, rtol=1e-15)
    assert raw.names == NAMES
    assert raw.observers == observers


@pytest.mark.parametrize("kind", ["participants", "tree"])
def test_meadows_lists_that_differ_are_refused(tmp_path, kind):
    path = write_meadows(tmp_path, kind, (FILES, FILES[::-1]))
    with pytest.raises(
        InputError, match="list different pictures, or the same in different orders"
    ):
        read_matrices(path, N)


def test_renamed_or_odd_meadows_files_are_refused(tmp_path):
    path = write_meadows(tmp_path, "participant")
    renamed = path.rename(tmp_path / "mine.mat")
    with pytest.raises(InputError, match="looks like a renamed Meadows export"):
        read_matrices(renamed, N)
    with pytest.raises(InputError, match=r"odd\.mat cannot be read.*must be a Meadows export"):
        read_matrices(renamed.rename(tmp_path / "Meadows_odd.mat"), N)


@pytest.mark.parametrize("suffix", [".h5", ".hdf5"])
def test_rdms_of_rsatoolbox(tmp_path, suffix):
    from rsatoolbox.rdm import RDMs

    path = tmp_path / f"judgments{suffix}"
    words = {"image": list(NAMES), "label": [f"w{i}" for i in range(N)], "class": list("aabbb")}
    RDMs(VECTORS, pattern_descriptors=words).save(str(path))
    raw = read_matrices(path, N, variable="image")
    np.testing.assert_array_equal(raw.values, STACK)
    assert raw.names == NAMES
    with pytest.raises(InputError, match="set variable to one of image, label"):
        read_matrices(path, N)
    with pytest.raises(InputError, match="no pattern descriptor `stimulus` of texts"):
        read_matrices(path, N, variable="stimulus")
    del words["label"]
    RDMs(VECTORS[:1], pattern_descriptors=words).save(str(path), overwrite=True)
    raw = read_matrices(path, N)
    np.testing.assert_array_equal(raw.values, STACK[0])
    assert raw.names == NAMES


class Payload:
    """Unpickling one creates a file."""

    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return Path.touch, (self.path,)


def write_payload(path, payload):
    if path.suffix == ".npz":
        np.savez(path, rdm=np.array([payload], dtype=object))
    elif path.stem == "object":
        np.save(path, np.array([payload], dtype=object), allow_pickle=True)
    else:
        path.write_bytes(pickle.dumps(payload))


@pytest.mark.parametrize(
    "name", ["rdm.pkl", "rdm.pickle", "object.npy", "bare.npy", "rdm.npz", "rdm.mat", "rdm.h5"]
)
def test_no_pickle_is_loaded(tmp_path, name):
    trace = tmp_path / "trace"
    write_payload(tmp_path / name, Payload(trace))
    sentence = "no pickle is ever loaded|pickled objects are never loaded|cannot be read"
    with pytest.raises(InputError, match=sentence) as caught:
        read_matrices(tmp_path / name, N)
    assert "allow_pickle" not in str(caught.value)
    assert not trace.exists()
    pickle.loads(pickle.dumps(Payload(trace)))
    assert trace.exists(), "the payload does nothing, so this test could not fail"


BAD_ARRAYS = [
    (MATRIX * 1j, {}, r"holds complex numbers: it must be an array of real numbers"),
    (np.array(FILES), {}, r"holds text: it must be"),
    (np.zeros((0, 0)), {}, r"is empty: it must be"),
    (np.zeros((4, 7)), {}, r"is 4 × 7, but 5 pictures need 5 × 5 values or 10 pairs"),
    (np.zeros(9), {}, r"is 9, but 5 pictures need"),
    (np.array(3.0), {}, r"but 5 pictures need"),
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


@pytest.mark.parametrize("suffix", [".npy", ".npz", ".v5.mat", ".v73.mat", ".h5"])
@pytest.mark.parametrize("keep", [0, 0.1, 0.6])
def test_truncated_files(tmp_path, suffix, keep):
    path = tmp_path / f"judgments{suffix}"
    if suffix == ".npy":
        np.save(path, MATRIX)
    elif suffix == ".npz":
        np.savez(path, rdm=MATRIX)
    elif suffix == ".v5.mat":
        scipy.io.savemat(path, {"rdm": MATRIX}, do_compression=True)
    else:
        write_v73(path, {"rdm": MATRIX})
    content = path.read_bytes()
    path.write_bytes(content[: int(keep * len(content))])
    with pytest.raises(InputError, match=r"cannot be read.*: it must be .*(complete|rsatoolbox)"):
        read_matrices(path, N)


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("a.txt", "1 2", r"is of no known format: it must be one of \.npy, \.npz, \.mat"),
        ("a.json", "[]", r"is of no known format"),
        ("a.csv", "", r"cannot be read .* must be a table in UTF-8"),
        ("a.csv", "0,1\n1,0,2\n", r"cannot be read .* same number of cells"),
        ("a.csv", b"\xff\xfe\x00,1\n", r"cannot be read .* must be a table in UTF-8"),
        ("a.csv", "0,1,2,3\n4,5,6,7\n", r"has 2 rows of 4 cells: it must be a square matrix"),
        ("a.csv", "0,1,2\n1,x,3\n2,3,0\n", r"row 2, column 2 holds 'x': it must be a number"),
        ("a.csv", ",a,b\na,0,x\nb,1,0\n", r"row 2, column 3 holds 'x': it must be a number"),
        ("a.csv", ",a,b\na,0,1\nc,1,0\n", r"header names 'b' where the first column names 'c'"),
        ("a.csv", "x", r"row 1, column 1 holds 'x'"),
        ("a.csv", "image_1,image_2,v\na,b,1\n", r"columns image_1, image_2, v: .* needs each of"),
        ("a.csv", "image_1,image_2,value\na,b,x\n", r"row 2, column value holds 'x'"),
        ("a.csv", "image_1,image_2,value\na,,1\n", r"row 2 lacks the names of a pair"),
        ("a.csv", "image_1,image_2,value\n", r"there is no row with the names of a pair"),
        ("a.tsv", "0,1\n1,0\n", r"row 2, column 1 holds '1,0': it must be a number"),
    ],
)
def test_unusable_files(tmp_path, name, content, sentence):
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(InputError, match=sentence) as caught:
        read_matrices(path, 3)
    assert str(path) in str(caught.value)


def test_a_missing_file(tmp_path):
    with pytest.raises(InputError, match=r"none\.csv is not a file: give the path"):
        read_matrices(tmp_path / "none.csv", N)
