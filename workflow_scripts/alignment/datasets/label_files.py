"""Tables of labels or of fixations as text, as spreadsheets, R and pandas write them.

Read with the standard library: a plan looks at the header of every such file.
"""

import csv
import io
import math
from collections.abc import Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from alignment.artifacts.errors import InputError
from alignment.datasets.cell_text import (
    MINUS,
    as_number,
    composed,
    decoded,
    has_decimal_comma,
    has_decimal_point,
    is_hint,
    is_nothing,
    is_number,
    may_group_thousands,
    with_point,
)

NAMES = "image"  # the column of picture names, by which the separator is found
SEPARATORS = (",", ";", "\t")


def read_label_rows(
    path: str | Path, what: str = "the labels"
) -> tuple[list[str], list[list[str]]]:
    """Return the header of a table of labels, and its rows, all without blanks around cells.

    Cells are split by commas, semicolons or tabs, whatever gives the header a cell ``image``.
    Columns without a name, such as row numbers that a program wrote, and empty rows are left out.

    Parameters
    ----------
    path : path
    what : str
        What the table holds, for messages.

    Raises
    ------
    InputError
        The file cannot be read, no column is called ``image``, or a row has more cells than the
        header.
    """
    with _reading(f"{what} {path}"):
        header, rows = _split(decoded(Path(path).read_bytes()), f"{what} {path}")
        rows = list(rows)
        for number, row in enumerate(rows, start=2):
            if any(row[len(header) :]):
                raise ValueError(
                    f"row {number} has {len(row)} cells where the header has {len(header)}; a cell "
                    "that holds a separator stands in double quotes"
                )
    header = [composed(name) for name in header]
    named = [k for k, name in enumerate(header) if name]
    filled = [row + [""] * (len(header) - len(row)) for row in rows]
    return [header[k] for k in named], [[row[k] for k in named] for row in filled]


def read_label_header(path: str | Path) -> list[str]:
    """Return the names of the columns of a table of labels; see :func:`read_label_rows`."""
    with _reading(f"the labels {path}"):
        header, _ = _split(decoded(Path(path).read_bytes()), f"the labels {path}")
    return [composed(name) for name in header if name]


def values_of(fields: Sequence[str]) -> list:
    """Return a column as numbers if all its values but missing ones are numbers, else as text.

    Decimal commas are read where they cannot be marks that group thousands.

    Returns
    -------
    list of int, of float with NaN for what is missing, or of str
        Texts have their accents as queries do: see :func:`composed`.
    """
    as_given, fields = list(fields), _with_points(fields)
    if not all(map(is_number, fields)):
        return list(map(composed, as_given))
    with suppress(ValueError):
        return [math.nan if is_nothing(f) else int(f.replace(MINUS, "-")) for f in fields]
    return list(map(as_number, fields))


def _with_points(fields):
    """Replace decimal commas by points, unless they may group thousands or others have points."""
    commas = [field for field in fields if has_decimal_comma(field)]
    if all(map(may_group_thousands, commas)) or any(map(has_decimal_point, fields)):
        return list(fields)
    return list(map(with_point, fields))


@contextmanager
def _reading(table):
    try:
        yield
    except InputError:
        raise
    except (OSError, ValueError, csv.Error) as error:
        raise InputError(f"{table} cannot be read as CSV ({error}).") from error


def _split(text, table):
    """Return the header, and an iterator over the rows behind it."""
    if not text.strip():
        raise ValueError("it is empty")
    headers = []
    for separator in SEPARATORS:
        rows = _rows(text, separator)
        header = next(rows)
        # Nothing lies behind the line where it is all that the file holds.
        headers.append(next(rows, header) if is_hint(header) else header)
        if NAMES in headers[-1]:
            return headers[-1], rows
    # The separator that splits the header most was meant.
    header = max(headers, key=len)
    raise InputError(
        f"{table} have no column '{NAMES}' but {', '.join(header)}; it is to hold the "
        "picture names."
    )


def _rows(text, separator):
    for row in csv.reader(io.StringIO(text, newline=""), delimiter=separator):
        cells = [cell.strip() for cell in row]
        if any(cells):
            yield cells
