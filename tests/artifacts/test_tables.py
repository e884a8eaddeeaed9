"""CSV tables: full precision, empty for undefined, all or nothing."""

import numpy as np
import pytest

from alignment.artifacts.tables import read_columns, write_columns, write_rows


@pytest.fixture
def path(tmp_path):
    return tmp_path / "predictions" / "table.csv"


def test_the_text_of_a_table(path):
    write_columns(path, seed=[111, 222], fit=np.array([0.1, np.nan]), model=["vgg16", "a, b"])
    assert path.read_bytes() == b'seed,fit,model\n111,0.1,vgg16\n222,,"a, b"\n'
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


@pytest.mark.parametrize(
    "column",
    ["image", "file", "sha256", "cohort", "model", "model_a", "model_b", "statistic", "weights"],
)
@pytest.mark.parametrize("names", NUMBER_LIKE.values(), ids=NUMBER_LIKE)
def test_names_that_look_like_numbers_come_back(path, column, names):
    write_columns(path, index=range(len(names)), **{column: names})
    table = read_columns(path)
    assert table[column].tolist() == names
    assert table["index"].dtype == np.int64


def test_a_label_of_many_digits_is_read(path):
    write_columns(path, label=NUMBER_LIKE["beyond 64 bits"])
    assert len(read_columns(path)["label"]) == 2


def test_a_label_without_value_becomes_an_empty_field(path):
    write_columns(path, image=["a", "b"], kind=["cat", np.nan])
    assert path.read_text() == "image,kind\na,cat\nb,\n"


def test_a_table_without_rows_keeps_its_header(path):
    write_rows(path, ["a", "b"], [])
    assert {name: len(column) for name, column in read_columns(path).items()} == {"a": 0, "b": 0}


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
