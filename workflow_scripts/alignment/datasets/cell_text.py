"""The text of a table: its encoding, and numbers as spreadsheets, R and pandas write them.

Read with the standard library: a plan looks at the header of every table of labels.
"""

import math
import re
import unicodedata

# Marks for no value: words, the dashes that people put, and the point of SPSS and Stata
NOTHING = {"", "nan", "na", "n/a", "#n/a", "<na>", "null", "none", "-", "–", "—", "−", "."}
MINUS = "−"  # as word processors and some statistics programs write it
_DECIMAL = r"[+−-]?\d*{}\d+([eE][+-]?\d+)?"
_WITH_POINT, _WITH_COMMA = (re.compile(_DECIMAL.format(mark)) for mark in (r"\.", ","))
_THOUSANDS = re.compile(r"[+−-]?[1-9]\d{0,2}(,\d{3})+")


def decoded(content: bytes) -> str:
    """Return the text of a file in UTF-8, UTF-16 or Windows-1252.

    Raises
    ------
    ValueError
        It is in none of these, or no text at all.
    """
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16")
    if b"\0" in content:
        raise ValueError("it is no text; of a spreadsheet, save the sheet as CSV")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252")  # Excel on Windows, in western Europe


def composed(text: str) -> str:
    """Return a text with its accents on its letters, as keyboards write them.

    Programs on macOS write them apart, so that two cells may look alike and differ.
    """
    return unicodedata.normalize("NFC", text)


def is_hint(row: list[str]) -> bool:
    """Tell whether a row is the first line by which Excel tells itself the separator: sep=;."""
    return row[0].startswith("sep=") and not any(row[1:])


def is_nothing(cell: str) -> bool:
    """Tell whether a cell is a word or mark for no value."""
    return cell.lower() in NOTHING


def is_number(cell: str) -> bool:
    """Tell whether a cell is a number without a comma, or a mark for no value."""
    if is_nothing(cell):
        return True
    try:
        as_number(cell)
    except ValueError:
        return False
    return "_" not in cell  # to Python 1_2 is the number 12


def as_number(cell: str) -> float:
    """Return the number in a cell, NaN for none.

    Raises
    ------
    ValueError
        The cell is no number.
    """
    if is_nothing(cell):
        return math.nan
    return float(f"-{cell[1:]}" if cell[:1] == MINUS else cell)


def has_decimal_comma(cell: str) -> bool:
    """Tell whether a cell is a number with one comma, which may also group thousands."""
    return _WITH_COMMA.fullmatch(cell) is not None


def has_decimal_point(cell: str) -> bool:
    """Tell whether a cell is a number with a point."""
    return _WITH_POINT.fullmatch(cell) is not None


def with_point(cell: str) -> str:
    """Return a cell with a point in place of a decimal comma."""
    return cell.replace(",", ".") if has_decimal_comma(cell) else cell


def may_group_thousands(cell: str) -> bool:
    """Tell whether the commas of a cell are where those that group thousands would be."""
    return _THOUSANDS.fullmatch(cell) is not None


def is_text(cell: str) -> bool:
    """Tell whether a cell is no number, neither with a point nor with a comma."""
    return not (is_number(cell) or has_decimal_comma(cell))
