import json
import pickle
from pathlib import Path

import numpy as np
import pytest
import scipy.io
from matlab_files import write_v73
from scipy.spatial.distance import squareform

from alignment.artifacts.errors import InputError
from alignment.datasets.matrix_files import read_matrices

N = 5
NAMES = ("eel", "ant", "dog", "bee", "cat")
FILES = [f"{name}.jpg" for name in NAMES]
MATRIX = squareform(np.random.default_rng(0).random(N * (N - 1) // 2))
STACK = np.stack([MATRIX, MATRIX**2, MATRIX**3])
VECTORS = np.stack([squareform(matrix) for matrix in STACK])


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
    assert raw.names == (tuple(FILES) if kind == "tree" else NAMES)
    assert raw.observers == observers


def test_meadows_lists_that_differ_are_refused(tmp_path):
    path = write_meadows(tmp_path, "participants", (FILES, FILES[::-1]))
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
    # The index of a table of pandas, whose texts come back as bytes
    words["image"] = np.array(NAMES, dtype=object)
    RDMs(VECTORS[:1], pattern_descriptors=words).save(str(path), overwrite=True)
    assert read_matrices(path, N).names == NAMES


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
        ("a.doc", "1 2", r"is of no known format: it must be one of \.npy, \.npz, \.mat"),
        ("a.json", "[]", r"is of no known format"),
        ("a.csv", "", r"cannot be read .* it must be a table"),
        ("a.csv", "0,1\n1,0,2\n", r"cannot be read \(row 2 has 3 cells where others have 2\)"),
        ("a.csv", b"\xff\xfe\x00", r"cannot be read .* it must be a table"),
        ("a.csv", "0,1,2,3\n4,5,6,7\n", r"has 2 rows of 4 cells: it must be a square matrix"),
        ("a.csv", ",a,b,c\na,1,2,3\nb,4,5,6\n", r"has 2 rows and 3 columns beside its names"),
        ("a.csv", ",a,b\na,1,2\nb,4,5\nc,6,7\n", r"has 3 rows and 2 columns beside its names"),
        ("a.csv", "a,b,rating\nx,y,1\nx,z,2\ny,z,3\nw,x,4\n", r"judgments: columns says how"),
        ("a.csv", "0,1,2\n1,x,3\n2,3,0\n", r"row 2, column 2 holds 'x': it must be a number"),
        ("a.csv", ",a,b\na,0,x\nb,1,0\n", r"row 2, column 3 holds 'x': it must be a number"),
        ("a.csv", ",a,b\na,0,1\nc,1,0\n", r"header names 'b' where the first column names 'c'"),
        ("a.csv", "x", r"row 1, column 1 holds 'x'"),
        ("a.csv", "image_1,image_2,v\na,b,1\n", r"which column is value cannot be told \(none of"),
        ("a.csv", "image_1,image_2,value\na,b,x\n", r"row 2, column value holds 'x'"),
        ("a.csv", "image_1,image_2,value\na,,1\n", r"row 2 lacks the names of a pair"),
        ("a.csv", "image_1,image_2,value\n", r"there is no row with the names of a pair"),
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
