"""CSV tables: full precision, empty for undefined, all or nothing."""

import numpy as np
import pytest

from alignment.artifacts.tables import (
    NAMES,
    groups_of,
    read_columns,
    read_tables,
    rows_where,
    write_columns,
    write_rows,
)


@pytest.fixture
def path(tmp_path):
    return tmp_path / "predictions" / "table.csv"


def test_the_text_of_a_table(path):
    write_columns(path, seed=[111, 222], fit=np.array([0.1, np.nan]), model=["vgg16", "a, b"])
    assert path.read_bytes() == b'seed,fit,model\n111,0.1,vgg16\n222,,"a, b"\n'
    write_columns(path, **{"a,b": [None, 1.5]}, cohort='"new"', k=np.array([1, 2]), old=True)
    assert path.read_bytes() == b'"a,b",cohort,k,old\n,"""new""",1,True\n1.5,"""new""",2,True\n'
    rows = [{"model": "é", "fit": np.float64(0.5), "unused": 1}, {"fit": np.nan, "model": "x"}]
    write_rows(path, ["fit", "model"], rows)
    assert path.read_bytes() == "fit,model\n0.5,é\n,x\n".encode()
    write_rows(path, ["a", "b"], [(1, np.float32(0.25)), (np.int64(2), None)])
    assert path.read_bytes() == b"a,b\n1,0.25\n2,\n"


def test_doubles_come_back_bit_for_bit(path):
    rng = np.random.default_rng(0)
    values = rng.normal(size=500) * 10.0 ** rng.integers(-300, 300, 500)
    values = np.r_[values, 0.1 + 0.2, 1 / 3, 5e-324, -0.0, np.inf, -np.inf]
    write_columns(path, value=values)
    assert read_columns(path)["value"].tobytes() == values.tobytes()


@pytest.mark.parametrize(
    ("column", "kind"),
    [
        ([3, -1, 2**53 + 1], np.int64),
        ([1.0, 2.0], np.float64),
        ([1.5, np.nan], np.float64),
        ([np.nan, np.nan], np.float64),
        (["a", "", "c"], np.str_),
        (["12", "x"], np.str_),
    ],
)
def test_columns_keep_their_kind(path, column, kind):
    write_columns(path, first=column, second=range(len(column)))
    result = read_columns(path)["first"]
    assert issubclass(result.dtype.type, kind)
    np.testing.assert_array_equal(result, column)


@pytest.mark.parametrize("body", ["1,2\n3\n", "1,2,3\n4\n", '1,"2"\n3\n', "1,2\n\n"])
def test_a_row_with_more_or_fewer_fields_is_no_table(tmp_path, body):
    path = tmp_path / "table.csv"
    path.write_text(f"a,b\n{body}")
    with pytest.raises(ValueError, match=r"zip\(\) argument"):
        read_columns(path)


def test_columns_keep_their_order_and_names(path):
    write_columns(path, **{"z": [1], "a b": ["x"], "m": [2.5]})
    assert list(read_columns(path)) == ["z", "a b", "m"]


@pytest.mark.parametrize(
    "names",
    [
        ["a, b", 'say "so"', "two\nlines"],
        ["fée", "猫", " x "],
        ["-", "n/a", "#1"],
    ],
)
def test_any_text_comes_back(path, names):
    write_columns(path, image=names)
    assert read_columns(path)["image"].tolist() == names


NUMBER_LIKE = {
    "leading zeros": ["01", "02", "10"],
    "underscores": ["1_0", "2_3"],
    "exponents": ["1e3", "2e3"],
    "words": ["nan", "inf"],
    "blanks": [" 1", "2 "],
    "beyond 64 bits": ["20240101120000000001", "20240101120000000002"],
}


@pytest.mark.parametrize("column", sorted(NAMES))
@pytest.mark.parametrize("names", NUMBER_LIKE.values(), ids=NUMBER_LIKE)
def test_names_that_look_like_numbers_come_back(path, column, names):
    write_columns(path, index=range(len(names)), **{column: names})
    table = read_columns(path)
    assert table[column].tolist() == names
    assert table["index"].dtype == np.int64


def test_a_label_of_many_digits_is_read(path):
    write_columns(path, label=NUMBER_LIKE["beyond 64 bits"])
    assert len(read_columns(path)["label"]) == 2


@pytest.mark.parametrize("labels", [["1_1", "1_2"], ["1_1", "1_1"], ["1", "", "2_5.0"]])
def test_labels_with_an_underscore_are_no_numbers(path, labels):
    write_columns(path, label=labels, row=range(len(labels)))
    assert read_columns(path)["label"].tolist() == labels


def test_a_label_without_value_becomes_an_empty_field(path):
    write_columns(path, image=["a", "b"], kind=["cat", np.nan])
    assert path.read_text() == "image,kind\na,cat\nb,\n"


def test_a_table_without_rows_keeps_its_header(path):
    write_rows(path, ["a", "b"], [])
    assert {name: len(column) for name, column in read_columns(path).items()} == {"a": 0, "b": 0}


@pytest.mark.parametrize(("constant", "field"), [("01", "01"), ("a, b", '"a, b"'), (7, "7")])
def test_what_is_the_same_in_every_row_is_given_once(path, constant, field):
    write_columns(path, model=constant, map=[0, 1], ais=np.array([0.5, np.nan]))
    assert path.read_text() == f"model,map,ais\n{field},0,0.5\n{field},1,\n"


def test_constants_beside_columns_without_rows_make_no_row(path):
    write_columns(path, cohort="animals", seed=111, map=[])
    assert path.read_text() == "cohort,seed,map\n"


# Several tables as one, and parts of them


@pytest.fixture
def paths(tmp_path):
    """Tables of three folds, of which the second has no rows."""
    paths = [tmp_path / f"fold-{k}.csv" for k in range(3)]
    write_columns(paths[0], cohort="01", fold=0, map=[4, 2], ais=[0.5, np.nan])
    write_columns(paths[1], cohort="01", fold=1, map=[], ais=[])
    write_columns(paths[2], cohort="02", fold=2, map=[3], ais=[0.25])
    return paths


def test_tables_are_read_row_under_row_in_their_order(paths):
    for order in ([0, 1, 2], [2, 0, 1], [1, 2, 0]):
        table = read_tables([paths[k] for k in order])
        assert list(table) == ["cohort", "fold", "map", "ais"]
        rows = {0: [("01", 0, 4), ("01", 0, 2)], 1: [], 2: [("02", 2, 3)]}
        expected = [row for k in order for row in rows[k]]
        assert list(zip(table["cohort"], table["fold"], table["map"], strict=True)) == expected
        assert table["ais"].dtype == np.float64
        # A table without rows does not make text of the numbers of the others.
        assert table["map"].dtype == table["fold"].dtype == np.int64


def test_tables_without_any_row_keep_their_columns(paths):
    table = read_tables([paths[1], paths[1]])
    assert {name: len(column) for name, column in table.items()} == dict.fromkeys(
        ("cohort", "fold", "map", "ais"), 0
    )


def test_numbers_of_one_table_may_be_whole_by_chance(tmp_path):
    write_columns(tmp_path / "a.csv", fit=[1, 0])
    write_columns(tmp_path / "b.csv", fit=[0.5])
    assert read_tables([tmp_path / "a.csv", tmp_path / "b.csv"])["fit"].tolist() == [1, 0, 0.5]


@pytest.fixture
def table():
    return {
        "cohort": np.array(["b", "a", "b", "a", "b"]),
        "seed": np.array([2, 1, 1, 1, 2]),
        "fit": np.arange(5.0),
    }


def test_rows_are_found_by_the_values_of_their_columns(table):
    assert rows_where(table, cohort="b", seed=2)["fit"].tolist() == [0, 4]
    assert rows_where(table, cohort="a")["seed"].tolist() == [1, 1]
    nothing = rows_where(table, cohort="c")
    assert list(nothing) == list(table)
    assert all(len(column) == 0 for column in nothing.values())


def test_a_table_is_split_by_its_values_in_the_order_of_their_first_rows(table):
    groups = groups_of(table, "cohort", "seed")
    assert list(groups) == [("b", 2), ("a", 1), ("b", 1)]
    for (cohort, seed), group in groups.items():
        expected = rows_where(table, cohort=cohort, seed=seed)
        for name, column in expected.items():
            np.testing.assert_array_equal(group[name], column)
    assert sum(len(group["fit"]) for group in groups.values()) == 5
    # The keys are those of Python, which f-strings and JSON can show.
    assert [(type(cohort), type(seed)) for cohort, seed in groups] == [(str, int)] * 3


def test_groups_by_one_column_have_its_values_as_keys(table):
    groups = groups_of(table, "seed")
    assert list(groups) == [2, 1]
    assert groups[1]["fit"].tolist() == [1, 2, 3]


def test_a_table_without_rows_has_no_groups(table):
    assert groups_of({name: column[:0] for name, column in table.items()}, "cohort", "seed") == {}


def test_columns_of_unequal_length_are_refused(path):
    with pytest.raises(ValueError, match="shorter"):
        write_columns(path, a=[1, 2], b=[1])


@pytest.mark.parametrize("there_before", [True, False])
def test_a_failed_write_leaves_what_was_there(path, there_before):
    if there_before:
        write_columns(path, a=[1, 2])

    def rows():
        yield from ((k,) for k in range(10_000))
        raise RuntimeError("the fold failed")

    with pytest.raises(RuntimeError, match="the fold failed"):
        write_rows(path, ["a"], rows())
    assert [p.name for p in path.parent.iterdir()] == ([path.name] if there_before else [])
    assert not there_before or path.read_text() == "a\n1\n2\n"
