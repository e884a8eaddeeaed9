"""Tables as programs write them are read back equal, or refused: never as another table."""

import csv
import io

import numpy as np
import pandas as pd
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from scipy.spatial.distance import squareform

from alignment.artifacts.errors import InputError
from alignment.datasets.cells import read_cells
from alignment.datasets.matrix_files import read_matrices

NAMES = ["ant", "bée", "cat (1)", "dog, big", 'e "q"']
N = len(NAMES)
MATRIX = squareform(np.round(np.random.default_rng(0).random(10), 4))
FRAME = pd.DataFrame(MATRIX, index=NAMES, columns=NAMES)


def by_r(separator=","):
    """As write.table does: no cell above the names of the rows, texts quoted."""
    text = io.StringIO()
    writer = csv.writer(text, delimiter=separator, quoting=csv.QUOTE_NONNUMERIC)
    writer.writerow(NAMES)
    writer.writerows([name, *map(float, row)] for name, row in zip(NAMES, MATRIX, strict=True))
    return text.getvalue()


def with_empty_column(text):
    return "".join(f"{line},\n" for line in text.splitlines())


def with_diagonal(mark):
    frame = FRAME.astype(object)
    for name in NAMES:
        frame.loc[name, name] = mark
    return frame.to_csv().encode()


WRITTEN = {
    "comma": FRAME.to_csv().encode(),
    "semicolon": FRAME.to_csv(sep=";", decimal=",").encode(),
    "semicolon, points": FRAME.to_csv(sep=";").encode(),
    "tab": FRAME.to_csv(sep="\t").encode(),
    "bom": FRAME.to_csv().encode("utf-8-sig"),
    "utf-16": FRAME.to_csv(sep="\t").encode("utf-16"),
    "windows-1252": FRAME.to_csv(sep=";", decimal=",").encode("cp1252"),
    "windows line ends": FRAME.to_csv(lineterminator="\r\n").encode(),
    "r": by_r().encode(),
    "r, blanks": by_r(" ").encode(),
    "hint of excel": b"sep=;\n" + FRAME.to_csv(sep=";", decimal=",").encode(),
    "comment": b"# made by me, for bo\n" + FRAME.to_csv().encode(),
    "rows numbered from 1": FRAME.set_axis([*range(1, N + 1)]).to_csv().encode(),
    "rows numbered from 0": FRAME.reset_index(drop=True).to_csv().encode(),
    "some with extension": FRAME.rename({"ant": "ant.png"}).to_csv().encode(),
    "columns with extension": FRAME.add_suffix(".JPG").to_csv().encode(),
    "empty column": with_empty_column(FRAME.to_csv()).encode(),
    "empty rows": (FRAME.to_csv() + "," * N + "\n\n").encode(),
    "blanks": FRAME.to_csv(quoting=csv.QUOTE_ALL)
    .replace(",", ", ")
    .replace("dog, ", "dog,")
    .encode(),
}


@pytest.mark.parametrize("way", WRITTEN)
def test_a_matrix_is_read_however_it_is_written(tmp_path, way):
    path = tmp_path / "judgments.csv"
    path.write_bytes(WRITTEN[way])
    if way == "blanks":  # a quote behind a blank is a character like others
        path.write_bytes(FRAME.iloc[:3, :3].to_csv().replace(",", " , ").encode())
        raw = read_matrices(path, 3)
        assert raw.names == tuple(NAMES[:3])
        np.testing.assert_array_equal(raw.values, MATRIX[:3, :3])
        return
    raw = read_matrices(path, N)
    assert raw.names == tuple(NAMES)
    np.testing.assert_array_equal(raw.values, MATRIX)


@pytest.mark.parametrize("mark", ["-", "–", "—", ".", "#N/A", "NULL", "<NA>"])
def test_marks_for_no_value_are_missing_values(tmp_path, mark):
    path = tmp_path / "judgments.csv"
    path.write_bytes(with_diagonal(mark))
    raw = read_matrices(path, N)
    np.testing.assert_array_equal(raw.values, np.where(np.eye(N), np.nan, MATRIX))


def test_a_typographic_minus_is_a_minus(tmp_path):
    path = tmp_path / "judgments.csv"
    for text in ((FRAME - 0.5).to_csv(), (FRAME - 0.5).to_csv(sep=";", decimal=",")):
        path.write_text(text.replace("-", "−"), encoding="utf-8")
        np.testing.assert_allclose(read_matrices(path, N).values, MATRIX - 0.5, rtol=1e-12)


def test_a_header_that_begins_like_a_comment_is_one(tmp_path):
    path = tmp_path / "judgments.csv"
    path.write_text(FRAME.to_csv().replace(",ant", "# x,ant", 1), encoding="utf-8")
    assert read_matrices(path, N).names == tuple(NAMES)


def test_a_spreadsheet_is_to_be_saved_as_csv(tmp_path):
    for name in ("judgments.xlsx", "judgments.csv"):
        (tmp_path / name).write_bytes(b"PK\x03\x04\0\0")
        with pytest.raises(InputError, match=r"spreadsheet.* save the sheet"):
            read_matrices(tmp_path / name, N)


@pytest.mark.parametrize("named", [True, False])
@pytest.mark.parametrize("keep", [np.tril, np.triu])
def test_a_triangle_without_diagonal_keeps_its_empty_row_and_column(tmp_path, named, keep):
    half = np.where(keep(np.ones((N, N)), -1 if keep is np.tril else 1), MATRIX, np.nan)
    path = tmp_path / "judgments.csv"
    pd.DataFrame(half, index=NAMES, columns=NAMES).to_csv(path, index=named, header=named)
    np.testing.assert_array_equal(read_matrices(path, N).values, half)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a;b\n1,234;2,345\n", "the comma in '1,234' may be a decimal one or group thousands"),
        ("1.5;2,5\n2,5;1\n", "row 1, column 2 holds '2,5'"),
        ("1.234,5;1\n2;1\n", r"row 1, column 1 holds '1\.234,5'"),
        ("1,2\n3,4,5\n6,7,8,9\n", "has . cells where others have"),
        ("", "it is empty"),
    ],
)
def test_what_can_mean_two_things_or_nothing_is_refused(tmp_path, text, said):
    path = tmp_path / "judgments.csv"
    path.write_text(text)
    with pytest.raises(InputError, match=rf"judgments\.csv.*{said}"):
        read_matrices(path, 2)


def test_numbers_as_other_programs_write_them(tmp_path):
    path = tmp_path / "judgments.csv"
    path.write_text("-nan,１,+.5\n−1,NaN,1e-1\n1.,−2.5,nan\n", encoding="utf-8")
    expected = [[np.nan, 1, 0.5], [-1, np.nan, 0.1], [1, -2.5, np.nan]]
    np.testing.assert_array_equal(read_matrices(path, 3).values, expected)


def test_rows_are_counted_as_in_the_file(tmp_path):
    path = tmp_path / "judgments.csv"
    path.write_text("sep=,\n\n1,2,3\n\n2,1,x\n3,4,1\n")
    with pytest.raises(InputError, match="row 5, column 3 holds 'x'"):
        read_matrices(path, 3)
    path.write_text("\nimage_1,image_2,value\n\na,b,1\n\na,b,2\n")
    with pytest.raises(InputError, match=r"a, b is given twice \(again in row 6\)"):
        read_matrices(path, 3)
    path.write_text("1;2;3\n\n1;2\n1;2;3\n")
    with pytest.raises(InputError, match="row 3 has 2 cells where others have 3"):
        read_matrices(path, 3)


def test_bytes_that_are_no_text_are_refused(tmp_path):
    (tmp_path / "judgments.csv").write_bytes(b"1\0,2\n")
    with pytest.raises(InputError, match="it is no text"):
        read_cells(tmp_path / "judgments.csv")


letters = st.characters(
    codec="utf-8", categories=["L", "N", "P", "S", "Zs"], exclude_characters="\ufeff"
)
names = st.lists(
    st.text(letters, min_size=1, max_size=8).map(str.strip).filter(bool),
    min_size=3,
    max_size=6,
    unique=True,
)


@settings(deadline=None, derandomize=True, max_examples=150)
@example(["0", "−", "00"], ",", ".", False, True, "utf-8", 0)
@example(["−1", "−b", "a"], ";", ",", True, True, "utf-8", 0)
@given(
    names,
    st.sampled_from([",", ";", "\t"]),
    st.sampled_from([".", ","]),
    st.booleans(),
    st.booleans(),
    st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
    st.integers(0, 9),
)
def test_a_written_matrix_is_read_back_equal_or_refused(
    tmp_path_factory, names, separator, decimal, header, index, encoding, seed
):
    n = len(names)
    values = squareform(np.round(np.random.default_rng(seed).random(n * (n - 1) // 2), 3))
    path = tmp_path_factory.getbasetemp() / "fuzz.csv"
    frame = pd.DataFrame(values, index=names, columns=names)
    frame.to_csv(
        path, sep=separator, decimal=decimal, header=header, index=index, encoding=encoding
    )
    try:
        raw = read_matrices(path, n)
    except InputError:
        return
    np.testing.assert_array_equal(raw.values, values)
    assert raw.names in (None, tuple(names))
    assert (raw.names is None) == (not (header or index)) or all(map(str.isdecimal, names))
