"""Which row of a matrix belongs to which picture: by name, by place, or refused."""

import numpy as np
import pandas as pd
import pytest
from scipy.spatial.distance import squareform

from alignment.artifacts.errors import InputError
from alignment.datasets.judgments import read_judgments

IMAGES = ("ant", "bee", "cat", "dog")
DISTANCES = squareform([0.5, 1.0, 2.0, 4.0, 3.0, 0.0])
ALIKE = 1 - DISTANCES / 4


@pytest.mark.parametrize("start", [0, 1])
def test_row_numbers_are_no_names(judge, start):
    labels = range(start, start + 4)
    frame = pd.DataFrame(DISTANCES, index=labels, columns=labels)
    found = judge(frame)
    np.testing.assert_allclose(found.similarity, ALIKE)
    assert "gives no names" in found.notes[0]
    pictures = [str(label) for label in reversed(labels)]
    if start == 0:  # as pandas numbers rows and columns by itself
        with pytest.raises(InputError, match="row 1 could be '0' by its number or '3' by its pl"):
            judge(frame, images=pictures)
    else:
        np.testing.assert_allclose(judge(frame, images=pictures).similarity, ALIKE[::-1, ::-1])


def test_row_numbers_that_name_the_pictures_in_their_order_may_be_either(judge):
    frame = pd.DataFrame(DISTANCES)
    for images in (["0", "1", "2", "3"], ["00", "01", "02", "03"]):
        np.testing.assert_allclose(judge(frame, images=images).similarity, ALIKE)


def test_row_numbers_of_r_are_refused_where_they_could_be_names(judge):
    """R writes 1, 2, ... before the rows and V1, V2, ... above the columns."""
    numbers = [str(k) for k in range(1, 13)]
    distances = squareform(np.random.default_rng(0).random(66))
    frame = pd.DataFrame(distances, index=numbers, columns=[f"V{k}" for k in numbers])
    with pytest.raises(InputError, match=r"row 2 could be '2' by its number or '10' by its place"):
        judge(frame, images=sorted(numbers))
    frame.index = frame.columns = [f"{k}.png" for k in numbers]
    found = judge(frame, images=sorted(numbers)).similarity
    order = [numbers.index(k) for k in sorted(numbers)]
    np.testing.assert_allclose(found, 1 - distances[np.ix_(order, order)] / distances.max())


@pytest.mark.parametrize(
    ("images", "how"),
    [
        (["B", "a", "c"], r"as words, whatever their case and accents \('B' or 'a' at row 1\)"),
        (["e1", "f", "é"], r"as words, whatever their case and accents \('e1' or 'é' at row 1\)"),
        (["p10", "p9", "q"], r"as numbers \('p10' or 'p9' at row 1\): write the numbers"),
    ],
)
def test_names_that_programs_sort_differently_need_a_matrix_with_names(judge, images, how):
    with pytest.raises(InputError, match=f"sort differently as text and {how}"):
        judge(DISTANCES[:3, :3], images=images)


@pytest.mark.parametrize(
    "images",
    [["bat-01", "bat-02", "bat2-01"], ["A", "B", "C"], ["a_1", "a_2", "b"], ["1a", "2", "3"]],
)
def test_names_that_all_programs_sort_alike_need_none(judge, images):
    assert judge(DISTANCES[:3, :3], images=images).similarity.shape == (3, 3)


def test_rows_without_names_need_file_names_that_count(tmp_path):
    """1, 10, 2 as text is 1, 2, 10 to whoever filled the matrix."""
    values = np.arange(100.0).reshape(10, 10)
    np.save(tmp_path / "m.npy", values + values.T + 1000 * np.eye(10))
    images = sorted(str(k) for k in range(1, 11))
    with pytest.raises(InputError, match=r"'10' or '2' at row 2\): write the numbers .* zeros"):
        read_judgments(tmp_path / "m.npy", "similarity", images)
    padded = [f"{k:02d}" for k in range(1, 11)]
    assert read_judgments(tmp_path / "m.npy", "similarity", padded).similarity[0, 9] == 99


def test_names_that_a_spreadsheet_made_numbers_are_still_names(judge):
    shuffled = [2, 0, 3, 1]
    table = pd.DataFrame(DISTANCES).iloc[shuffled, shuffled]
    table.index = table.columns = [str(k + 1) for k in shuffled]
    found = judge(table, images=("001", "002", "003", "004"))
    np.testing.assert_allclose(found.similarity, ALIKE)
    with pytest.raises(InputError, match="no row for 101, 102, 103, 104"):
        judge(table, images=("101", "102", "103", "104"))
