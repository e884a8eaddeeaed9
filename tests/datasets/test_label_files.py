"""Tables of labels as people have them."""

import pytest

from alignment.artifacts.errors import InputError
from alignment.datasets.label_files import (
    read_label_header,
    read_label_rows,
    values_of,
)

HEADER, ROWS = ["image", "näme"], [["a", "x;y"], ["b", "é, z"]]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize(
    "text",
    [
        'image,näme\na,x;y\nb,"é, z"\n',
        'image;näme\na;"x;y"\nb;é, z\n',
        "image\tnäme\r\na\tx;y\r\nb\té, z\r\n",
        # By which Excel tells itself the separator
        'sep=,\nimage,näme\na,x;y\nb,"é, z"\n',
        'sep=;\r\nimage;näme\r\na;"x;y"\r\nb;é, z\r\n',
        "sep=\t\nimage\tnäme\na\tx;y\nb\té, z\n",
        # As pandas numbers rows, with empty rows and columns of a spreadsheet
        ',image,näme,\n0,a,x;y,\n1,b,"é, z",\n,,,\n\n',
    ],
)
def test_cells_are_split_by_what_gives_the_header_the_column_of_names(tmp_path, text, encoding):
    path = tmp_path / "labels.csv"
    path.write_bytes(text.encode(encoding))
    assert read_label_rows(path) == (HEADER, ROWS)
    assert read_label_header(path) == HEADER


def test_rows_that_are_short_are_filled_and_those_that_are_long_refused(tmp_path):
    path = tmp_path / "labels.csv"
    path.write_text("image,a,b\nx,1\ny\n")
    assert read_label_rows(path)[1] == [["x", "1", ""], ["y", "", ""]]
    path.write_text("image,a\nx,1\ny,2,3\n")
    with pytest.raises(InputError, match="row 3 has 3 cells where the header has 2"):
        read_label_rows(path)


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("name;a\nx;1\n", "no column 'image' but name, a; it is to hold the picture names."),
        ("\n ", "cannot be read as CSV (it is empty)"),
        (
            "image\0,a\n",
            "cannot be read as CSV (it is no text; of a spreadsheet, save the sheet as CSV)",
        ),
    ],
)
def test_what_is_no_table_of_labels_is_refused(tmp_path, text, parts):
    path = tmp_path / "labels.csv"
    path.write_text(text)
    with pytest.raises(InputError) as caught:
        read_label_rows(path)
    assert parts in str(caught.value)
    with pytest.raises(InputError) as caught:
        read_label_header(path)
    assert parts in str(caught.value)


def test_a_table_of_something_else_is_called_so(tmp_path):
    (tmp_path / "f.csv").write_text("x,y\n1,2\n")
    with pytest.raises(InputError, match=r"^the fixations .*f\.csv have no column 'image'"):
        read_label_rows(tmp_path / "f.csv", "the fixations")


@pytest.mark.parametrize(
    ("fields", "values"),
    [
        (["1", "2"], [1, 2]),
        (["1", "2.5"], [1.0, 2.5]),
        (["1,5", "2"], [1.5, 2.0]),
        (["1,500", "2"], ["1,500", "2"]),
        (["1_1", "2"], ["1_1", "2"]),
        (["a", "2"], ["a", "2"]),
        (["a, b", "1,5"], ["a, b", "1,5"]),
        (["-3", "−4"], [-3, -4]),
        # What is missing among numbers, as in tables of judgments
        (["1", ""], [1, None]),
        (["1,5", "."], [1.5, None]),
        (["", "NA"], [None, None]),
        *((["2", mark, "3"], [2, None, 3]) for mark in ("NA", "n/a", "-", ".", "none", "#N/A")),
        # but not among texts
        (["a", "NA"], ["a", "NA"]),
        ([], []),
    ],
)
def test_a_column_is_of_numbers_where_all_of_it_is(fields, values):
    found = values_of(fields)
    assert [None if value != value else value for value in found] == values
    assert [type(value) for value in found if value == value] == [
        type(value) for value in values if value is not None
    ]
