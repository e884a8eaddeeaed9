"""Tables of judgments: square ones, with and without names."""

import numpy as np
import pandas as pd
import pytest
from scipy.spatial.distance import squareform

from alignment.artifacts.errors import InputError
from alignment.datasets.matrix_files import read_matrices

N = 5
FILES = [f"{name}.jpg" for name in ("eel", "ant", "dog", "bee", "cat")]
MATRIX = squareform(np.random.default_rng(0).random(N * (N - 1) // 2))
NO_DIAGONAL = np.where(np.eye(N, dtype=bool), np.nan, MATRIX)


@pytest.mark.parametrize("suffix", [".csv", ".tsv"])
@pytest.mark.parametrize("header", [True, False])
@pytest.mark.parametrize("index", [True, False])
@pytest.mark.parametrize("names", [FILES, [f"{i:03d}" for i in range(N)]], ids=["text", "digits"])
def test_square_tables_with_and_without_names(tmp_path, suffix, header, index, names):
    path = tmp_path / f"judgments{suffix}"
    frame = pd.DataFrame(NO_DIAGONAL, index=names, columns=names)
    separator = "\t" if suffix == ".tsv" else ","
    frame.to_csv(path, sep=separator, header=header, index=index, encoding="utf-8-sig")
    raw = read_matrices(path, N)
    np.testing.assert_allclose(raw.values, NO_DIAGONAL, rtol=1e-15)
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


def numbered_names(path, count, corner="", diagonal=True):
    """Write the pictures 001, 002, ... with dissimilarities, and return these."""
    names = [f"{k:03d}" for k in range(1, count + 1)]
    values = np.abs(np.subtract.outer(np.arange(count), np.arange(count))).astype(float)
    written = values.astype(object)
    if not diagonal:
        np.fill_diagonal(written, "")
        np.fill_diagonal(values, np.nan)
    pd.DataFrame(written, index=names, columns=names).to_csv(path, index_label=corner)
    return tuple(names), values


@pytest.mark.parametrize("diagonal", [True, False])
@pytest.mark.parametrize("missing", [0, 1, 2])
def test_names_of_digits_are_names_also_where_pictures_are_missing(tmp_path, missing, diagonal):
    path = tmp_path / "judgments.csv"
    names, values = numbered_names(path, 11, diagonal=diagonal)
    raw = read_matrices(path, 11 + missing)
    assert raw.names == names
    np.testing.assert_array_equal(raw.values, values)


def test_plain_numbers_with_a_diagonal_are_names(tmp_path):
    path = tmp_path / "judgments.csv"
    path.write_text(",11,12,14\n11,0,2,3\n12,2,0,4\n14,3,4,0\n")
    assert read_matrices(path, 4).names == ("11", "12", "14")
    # Here the diagonal is not given
    path.write_text(",11,12,14\n11,,2,3\n12,2,,4\n14,3,4,\n")
    assert read_matrices(path, 4).names is None


def test_a_corner_may_say_what_the_names_are_of(tmp_path):
    names, values = numbered_names(tmp_path / "judgments.csv", 4, corner="image")
    raw = read_matrices(tmp_path / "judgments.csv", 4)
    assert raw.names == names
    np.testing.assert_array_equal(raw.values, values)


def test_percent_signs_are_named(tmp_path):
    path = tmp_path / "judgments.csv"
    path.write_text(",ant,bee\nant,100 %,40 %\nbee,40 %,100 %\n")
    with pytest.raises(InputError, match=r"holds '100 %': .*format the cells as numbers"):
        read_matrices(path, 2)


def test_names_that_r_wrote_above_columns_are_those_of_the_rows(tmp_path):
    names = ["a-b", "1", "_c", "d e", "f"]
    header = ["a.b", "X1", "X_c", "d.e", "f"]
    pd.DataFrame(MATRIX, index=names, columns=header).to_csv(tmp_path / "judgments.csv")
    assert read_matrices(tmp_path / "judgments.csv", N).names == tuple(names)


def test_the_header_and_the_first_column_may_write_accents_in_two_ways(tmp_path):
    path = tmp_path / "judgments.csv"
    path.write_text(",zo\u00eb,b,c\nb,1,0,2\nzoe\u0308,0,1,3\nc,3,2,0\n", encoding="utf-8")
    raw = read_matrices(path, 3)
    assert raw.names == ("b", "zo\u00eb", "c")
    assert raw.values.tolist() == [[0, 1, 2], [1, 0, 3], [2, 3, 0]]
