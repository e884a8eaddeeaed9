"""Exports of Meadows, in the structures that its documentation describes."""

import json

import numpy as np
import pytest
from scipy.spatial.distance import squareform

from alignment.artifacts.errors import InputError
from alignment.datasets.judgments import read_judgments
from alignment.datasets.matrix_files import read_matrices
from alignment.datasets.meadows import read_mat, read_tree

NAMES = ["eel", "ant", "dog", "bee"]
N_PAIRS = 6
VECTORS = np.random.default_rng(0).random((4, N_PAIRS)).round(6)


def task(vector, names=NAMES, name="arrange", **keys):
    """A multiple-arrangement task as one participant did it."""
    stimuli = [{"id": f"id-{name}", "name": name, "type": "png", "size": 9} for name in names]
    described = {"name": name, "task_type": "multiarrange"}
    found = {"status": "finished", "task": described, "stimuli": stimuli, "trials": []}
    return found | {"rdm": None if vector is None else list(vector)} | keys


INFO = {"status": "finished", "task": {"name": "hello", "task_type": "info"}, "stimuli": []}


def whole(*tasks):
    """What one participant did in a whole experiment."""
    return {"token": None, "tasks": [INFO, *tasks]}


def write(folder, tree, name="Meadows_myExp_v_v1_tree.json"):
    path = folder / name
    path.write_text(json.dumps(tree), encoding="utf-8")
    return path


TREES = {
    "whole experiment": {"sunny-ox": whole(task(VECTORS[0])), "rainy-cat": whole(task(VECTORS[1]))},
    "tasks by name": {
        "sunny-ox": {"tasks": {"hello": INFO, "arrange": task(VECTORS[0])}},
        "rainy-cat": {"tasks": {"arrange": task(VECTORS[1])}},
    },
    "participations that are lists": {
        "sunny-ox": [INFO, task(VECTORS[0])],
        "rainy-cat": [task(VECTORS[1])],
    },
    "one task": {"sunny-ox": task(VECTORS[0]), "rainy-cat": task(VECTORS[1])},
}


@pytest.mark.parametrize("structure", TREES)
def test_several_participants_are_read(tmp_path, structure):
    raw = read_tree(write(tmp_path, TREES[structure]))
    np.testing.assert_array_equal(raw.values, np.stack([squareform(v) for v in VECTORS[:2]]))
    assert raw.names == tuple(NAMES)
    assert raw.observers == ("sunny-ox arrange", "rainy-cat arrange")


def test_a_tree_of_one_arrangement_may_have_any_name(tmp_path):
    path = write(tmp_path, task(VECTORS[0]), "Meadows_mine.json")
    raw = read_tree(path)
    np.testing.assert_array_equal(raw.values, squareform(VECTORS[0]))
    assert raw.observers is None
    write(tmp_path, whole(task(VECTORS[0], name="a"), task(VECTORS[1], name="b")), path.name)
    assert len(read_tree(path).observers) == 2


@pytest.mark.parametrize("name", ["sunny-ox_tree", "sunny-ox_2_tree"])
def test_one_participant_is_read_with_one_task_and_with_several(tmp_path, name):
    path = tmp_path / f"Meadows_myExp_v_v1_{name}.json"
    path.write_text(json.dumps(task(VECTORS[0])))
    raw = read_tree(path)
    np.testing.assert_array_equal(raw.values, squareform(VECTORS[0]))
    assert (raw.names, raw.observers) == (tuple(NAMES), None)
    path.write_text(json.dumps(whole(task(VECTORS[0], name="a"), task(VECTORS[1], name="b"))))
    assert read_tree(path).observers == ("sunny-ox a", "sunny-ox b")
    np.testing.assert_array_equal(read_tree(path, "b").values, squareform(VECTORS[1]))


def test_pictures_are_matched_by_name_where_lists_have_other_orders(tmp_path):
    order = [2, 0, 3, 1]
    shuffled = squareform(squareform(VECTORS[1])[np.ix_(order, order)])
    other = task(shuffled, names=[NAMES[k] for k in order])
    raw = read_tree(write(tmp_path, {"a-b": task(VECTORS[0]), "c-d": other}))
    np.testing.assert_array_equal(raw.values[1], squareform(VECTORS[1]))


def test_who_dropped_out_is_left_out_and_named(tmp_path):
    tree = {
        "early-owl": whole(),  # before the task
        "late-owl": whole(task(None, names=[])),
        "half-owl": whole(task(VECTORS[3], status="started")),
        "sunny-ox": whole(task(VECTORS[0])),
        "rainy-cat": whole(task([None, *VECTORS[1, 1:]])),
    }
    read = read_judgments(write(tmp_path, tree), "dissimilarity", sorted(NAMES))
    (note,) = [note for note in read.notes if "owl" in note]
    assert note.endswith("late-owl arrange (not finished), half-owl arrange (not finished).")
    assert len(read.observers) == 2
    mean = squareform(np.nanmean([VECTORS[0], [np.nan, *VECTORS[1, 1:]]], axis=0))
    order = [NAMES.index(name) for name in sorted(NAMES)]
    expected = 1 - mean[np.ix_(order, order)] / mean.max()
    np.testing.assert_allclose(read.similarity, expected, rtol=1e-14)


TWO = {"a-b": whole(task(VECTORS[0], name="shape"), task(VECTORS[1], name="colour"))}
TWO["c-d"] = whole(task(VECTORS[2], name="colour"))


def test_of_several_tasks_of_several_participants_one_is_named(tmp_path):
    path = write(tmp_path, TWO)
    with pytest.raises(InputError, match=r"set variable to one of shape, colour\.$"):
        read_matrices(path, 4)
    raw = read_matrices(path, 4, variable="colour")
    np.testing.assert_array_equal(raw.values, np.stack([squareform(v) for v in VECTORS[1:3]]))
    assert raw.observers == ("a-b colour", "c-d colour")


@pytest.mark.parametrize(
    ("tree", "variable", "sentence"),
    [
        (TWO, "size", "holds no task 'size': set variable to one of shape, colour"),
        ({"a-b": whole()}, None, "holds no multiple-arrangement task"),
        ({"a-b": whole(task(None))}, None, "nobody finished"),
        (
            {"a-b": task(VECTORS[0]), "c-d": task(VECTORS[1], names=["cow", *NAMES[1:]])},
            None,
            "list different pictures",
        ),
        (task(VECTORS[0], names=["eel", *NAMES[:3]]), None, "lists the picture eel twice"),
        (task(VECTORS[0, :5]), None, "has 5 dissimilarities, but 4 pictures make 6 pairs"),
        ([1, 2], None, "cannot be read.*must be a Meadows export"),
    ],
)
def test_trees_that_cannot_be_meant_are_refused(tmp_path, tree, variable, sentence):
    with pytest.raises(InputError, match=rf"tree\.json.*{sentence}"):
        read_matrices(write(tmp_path, tree), 4, variable=variable)


def test_a_mat_file_of_one_participant_is_read(tmp_path):
    import scipy.io

    path = tmp_path / "Meadows_myExp_v_v1_sunny-ox_2_1D.mat"
    scipy.io.savemat(path, {"stimuli": np.array(NAMES), "rdmutv": VECTORS[:1]})
    raw = read_mat(path)
    np.testing.assert_array_equal(raw.values, squareform(VECTORS[0]))
    assert (raw.names, raw.observers) == (tuple(NAMES), None)
