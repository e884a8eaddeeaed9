"""Long tables of judgments: which columns are meant, and what is given twice."""

import numpy as np
import pandas as pd
import pytest
from scipy.spatial.distance import squareform

from alignment.artifacts.errors import InputError
from alignment.datasets.matrix_files import read_matrices

N = 5
FILES = [f"{name}.jpg" for name in ("eel", "ant", "dog", "bee", "cat")]
MATRIX = squareform(np.random.default_rng(0).random(N * (N - 1) // 2))
STACK = np.stack([MATRIX, MATRIX**2, MATRIX**3])


def cells(path, rows):
    path.write_text("".join(",".join(map(str, row)) + "\n" for row in rows))


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
    with pytest.raises(InputError, match=r"bee, ant is given twice by observer x .*symmetrize"):
        read_matrices(path, 3)


@pytest.mark.parametrize("both_orders", [False, True])
def test_symmetrize_is_no_remedy_for_what_is_repeated_in_one_order(tmp_path, both_orders):
    path = tmp_path / "judgments.csv"
    head = ["image_1", "image_2", "value"]
    cells(path, [head, ["ant", "bee", 1], ["ant", "bee", 3], ["cat", "ant", 2]])
    with pytest.raises(InputError, match="if several people judged it, add a column obs") as said:
        read_matrices(path, 3, both_orders=both_orders)
    assert "symmetrize: mean" not in str(said.value)
    cells(path, [[*head, "observer"], ["ant", "bee", 1, "x"], ["ant", "bee", 3, "x"]])
    with pytest.raises(InputError, match="set repeats: mean to average what an obs") as said:
        read_matrices(path, 3, both_orders=both_orders)
    assert "symmetrize: mean" not in str(said.value)


def test_what_an_observer_repeated_is_averaged_when_asked(tmp_path):
    path = tmp_path / "judgments.csv"
    head = ["image_1", "image_2", "value", "observer"]
    rows = [
        *(["ant", "bee", 1, "x"], ["ant", "bee", 2, "x"], ["ant", "bee", 6, "x"]),
        *(["ant", "bee", 4, "y"], ["cat", "ant", 5, "y"], ["cat", "ant", "", "y"]),
        *(["bee", "cat", "", "x"], ["bee", "cat", "", "x"], ["ant", "cat", 8, "x"]),
    ]
    cells(path, [head, *rows])
    raw = read_matrices(path, 3, repeats="mean")
    assert (raw.names, raw.observers) == (("ant", "bee", "cat"), ("x", "y"))
    nan = np.nan
    expected = [
        [[nan, 3, 8], [3, nan, nan], [8, nan, nan]],
        [[nan, 4, 5], [4, nan, nan], [5, nan, nan]],
    ]
    np.testing.assert_array_equal(raw.values, expected)
    assert raw.notes == (
        f"The 9 rows of {path} became 4 ratings, 1 of them the mean of several, of 3 at most.",
    )
    cells(path, [head, *rows[3:5]])
    assert read_matrices(path, 3, repeats="mean").notes == (
        f"In {path} no observer judged a pair twice: repeats changed nothing.",
    )


def test_each_order_is_averaged_by_itself(tmp_path):
    path = tmp_path / "judgments.csv"
    head = ["image_1", "image_2", "value"]
    rows = [["ant", "bee", 1], ["ant", "bee", 3], ["bee", "ant", 8], ["cat", "ant", 2]]
    cells(path, [head, *rows])
    raw = read_matrices(path, 3, both_orders=True, repeats="mean")
    assert raw.observers is None
    np.testing.assert_array_equal(raw.values[[0, 1, 0, 2], [1, 0, 2, 0]], [2, 8, 2, 2])
    with pytest.raises(InputError, match=r"pair bee, ant is given twice \(again in row 4\).*symm"):
        read_matrices(path, 3, repeats="mean")


def test_a_rating_without_observer_is_refused_where_others_have_one(tmp_path):
    path = tmp_path / "judgments.csv"
    head = ["image_1", "image_2", "value", "who"]
    columns = dict(zip(["image_1", "image_2", "value", "observer"], head, strict=True))
    cells(path, [head, ["ant", "bee", 1, "x"], ["cat", "ant", 2, "x"], ["ant", "bee", 3, "NA"]])
    with pytest.raises(InputError, match=r"row 4 lacks the observer \('NA'\): fill who, or leave"):
        read_matrices(path, 3, columns=columns)
    cells(path, [head, ["ant", "bee", 1, ""], ["cat", "ant", 2, ""]])
    assert read_matrices(path, 3, columns=columns).observers is None


def test_a_picture_with_itself_has_no_two_orders(tmp_path):
    path = tmp_path / "judgments.csv"
    head = ["image_1", "image_2", "value", "observer"]
    cells(path, [head, ["ant", "ant", 1, "x"], ["ant", "bee", 2, "x"], ["ant", "ant", 3, "x"]])
    with pytest.raises(InputError, match=r"ant, ant is given twice .*set repeats: mean") as said:
        read_matrices(path, 2)
    assert "symmetrize" not in str(said.value)


def test_repeats_are_of_long_tables(tmp_path):
    path = tmp_path / "judgments.csv"
    cells(path, [[0, 1], [1, 0]])
    with pytest.raises(InputError, match="repeats is for tables with a row for each pair"):
        read_matrices(path, 2, repeats="mean")
    array = tmp_path / "judgments.npy"
    np.save(array, np.eye(2))
    with pytest.raises(InputError, match=r"repeats is for tables \(\.csv"):
        read_matrices(array, 2, repeats="mean")


def test_which_columns_were_taken_is_told_where_there_are_others(tmp_path):
    path = tmp_path / "judgments.csv"
    head = ["trial", "image_left", "image_right", "response", "subject_id", "rt"]
    cells(path, [head, [1, "ant", "bee", 3, "x", 0.5], [2, "cat", "bee", 4, "x", 0.7]])
    raw = read_matrices(path, 3)
    assert raw.notes == (
        f"Read from {path}: image_1 from image_left, image_2 from image_right, value from "
        "response, observer from subject_id; not read: trial, rt.",
    )
    cells(path, [head[1:4], ["ant", "bee", 3], ["cat", "bee", 4]])
    assert read_matrices(path, 3).notes == ()


def long_table(path, header, *rows):
    cells(path, [header, *rows])
    return path


@pytest.mark.parametrize(
    ("header", "row"),
    [
        (["subject", "stim1", "stim2", "similarity", "rt"], ["p1", "ant", "bee", 1, 500]),
        (["Participant ID", "Image A", "Image B", "Rating"], ["p1", "ant", "bee", 1]),
        (["left", "item_left", "item_right", "score", "worker"], ["x", "ant", "bee", 1, "p1"]),
        (["image1", "image2", "value", "observer"], ["ant", "bee", 1, "p1"]),
    ],
)
def test_long_tables_with_usual_other_names(tmp_path, header, row):
    path = long_table(tmp_path / "judgments.csv", header, row)
    second = [{"p1": "p2", 1: 3}.get(cell, cell) for cell in row]
    with path.open("a") as file:
        file.write(",".join(map(str, second)) + "\n")
    raw = read_matrices(path, 2)
    assert raw.names == ("ant", "bee")
    assert raw.observers == ("p1", "p2")
    assert raw.values[:, 0, 1].tolist() == [1, 3]


def test_columns_that_cannot_be_told_apart_are_named_and_can_be_chosen(tmp_path):
    header = ["stim1", "stim2", "similarity", "rating"]
    path = long_table(
        tmp_path / "j.csv", header, *([a, b, 1, 2] for a, b in ("ab", "bc", "ac", "ad"))
    )
    with pytest.raises(InputError, match=r"which column is value cannot be told \('similarity' or"):
        read_matrices(path, 4)
    columns = {"image_1": "stim1", "image_2": "stim2", "value": "rating"}
    raw = read_matrices(path, 4, columns=columns)
    assert np.nanmax(raw.values) == np.nanmin(raw.values) == 2
    with pytest.raises(InputError, match="columns: there is no column 'rated'"):
        read_matrices(path, 4, columns=columns | {"value": "rated"})
    np.save(tmp_path / "j.npy", MATRIX)
    with pytest.raises(InputError, match="columns is for tables"):
        read_matrices(tmp_path / "j.npy", N, columns=columns)


def test_pictures_called_image1_and_image2_make_no_long_table(tmp_path):
    names = [f"image{k}" for k in range(1, N + 1)]
    pd.DataFrame(MATRIX, index=names, columns=names).to_csv(tmp_path / "judgments.csv")
    raw = read_matrices(tmp_path / "judgments.csv", N)
    assert raw.names == tuple(names)
    np.testing.assert_allclose(raw.values, MATRIX)
    pd.DataFrame(MATRIX, columns=names).to_csv(tmp_path / "judgments.csv", index=False)
    assert read_matrices(tmp_path / "judgments.csv", N).names == tuple(names)


def test_a_picture_is_one_however_its_accents_are_written(tmp_path):
    path = tmp_path / "judgments.csv"
    path.write_text(
        "image_1,image_2,similarity\nzo\u00eb,b,1\nb,c,2\nc,zoe\u0308,3\n", encoding="utf-8"
    )
    raw = read_matrices(path, 3)
    assert raw.names == ("zo\u00eb", "b", "c")
    assert raw.values[0, 2] == 3
