"""What a cell says; whole tables are in test_cells and test_label_files."""

import math

import pytest

from alignment.datasets.cell_text import as_number, decoded, is_nothing, is_number, is_text


def test_text_is_told_from_what_is_none():
    assert decoded("é".encode("utf-16")) == decoded("é".encode("cp1252")) == "é"
    with pytest.raises(ValueError, match="it is no text"):
        decoded(b"PK\x03\x04\0\0")


@pytest.mark.parametrize("cell", ["1", "-1", "−1.5", "+.5", "1e-3", "１"])
def test_numbers(cell):
    assert is_number(cell)
    assert not is_text(cell)
    assert not is_nothing(cell)
    assert as_number(cell) == float(cell.replace("−", "-"))


@pytest.mark.parametrize("cell", ["", "NA", "NaN", "#N/A", "None", "-", "—", "."])
def test_marks_for_no_number(cell):
    assert is_nothing(cell)
    assert is_number(cell)
    assert not is_text(cell)
    assert math.isnan(as_number(cell))


@pytest.mark.parametrize(("cell", "text"), [("a", True), ("1_2", True), ("1,5", False)])
def test_what_is_no_number(cell, text):
    assert not is_number(cell)
    assert is_text(cell) is text
