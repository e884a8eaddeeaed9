"""CSV tables: UTF-8, one header row, full double precision, no index column.

Written with the standard library: the many short jobs of the workflow need no pandas.
"""

import csv
import io
from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from alignment.artifacts.files import replacing

# Columns of names stay text, also where every name looks like a number, as '01' does.
NAMES = {"image", "file", "sha256", "cohort", "model", "statistic", "model_a", "model_b", "weights"}
NAMES |= {"dataset", "cohort_a", "cohort_b"}


def write_rows(
    path: str | Path, columns: Sequence[str], rows: Iterable[Mapping[str, Any] | Sequence]
) -> None:
    """Write rows under a header.

    Parameters
    ----------
    path : path
    columns : sequence of str
    rows : iterable of sequences, or of dicts with the columns as keys
        A NaN becomes an empty field.
    """
    with _opened(path) as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(columns)
        for row in rows:
            values = [row[c] for c in columns] if isinstance(row, dict) else row
            writer.writerow([_field(value) for value in values])


def write_columns(path: str | Path, /, **columns: Sequence | np.ndarray | str | int) -> None:
    """Write columns of equal length, each a list or 1-D array, under their names.

    What is the same in every row, such as the cohort, is given once, as text or number.
    """
    n_rows = next(len(column) for column in columns.values() if not isinstance(column, str | int))
    fields = [
        [_quoted(column)] * n_rows if isinstance(column, str | int) else _fields(column)
        for column in columns.values()
    ]
    with _opened(path) as file:
        # Joined here: the module csv looks for commas in every number, which takes twice as long.
        file.write(",".join(map(_quoted, columns)) + "\n")
        file.writelines(",".join(row) + "\n" for row in zip(*fields, strict=True))


def read_tables(paths: Sequence[str | Path]) -> dict[str, np.ndarray]:
    """Read tables of the same columns as one, row under row; see :func:`read_columns`."""
    tables = [read_columns(path) for path in paths]
    # In a table without rows, nothing tells which columns hold numbers.
    filled = [table for table in tables if len(next(iter(table.values())))] or tables[:1]
    return {name: np.concatenate([table[name] for table in filled]) for name in filled[0]}


def rows_where(table: Mapping[str, np.ndarray], **values: Any) -> dict[str, np.ndarray]:
    """Return the rows of a table in which some columns have given values, such as a cohort's."""
    here = np.all([table[name] == value for name, value in values.items()], axis=0)
    return {name: column[here] for name, column in table.items()}


def only_row(table: Mapping[str, np.ndarray], **values: Any) -> dict[str, Any]:
    """Return the single row of a table in which some columns have given values.

    Raises
    ------
    ValueError
        There is none, or more than one.
    """
    return {name: column.item() for name, column in rows_where(table, **values).items()}


def groups_of(table: Mapping[str, np.ndarray], *names: str) -> dict[Any, dict[str, np.ndarray]]:
    """Split a table by the values of some columns, in the order of their first rows.

    Returns
    -------
    dict of value, or of tuple of values where there are several names, to the rows with it
    """
    keys = list(zip(*(table[name].tolist() for name in names), strict=True))
    number = {key: k for k, key in enumerate(dict.fromkeys(keys))}
    group = np.array([number[key] for key in keys], dtype=int)
    return {
        key if len(names) > 1 else key[0]: {
            name: column[group == k] for name, column in table.items()
        }
        for key, k in number.items()
    }


def read_columns(path: str | Path, names: Collection[str] = NAMES) -> dict[str, np.ndarray]:
    """Read a table as a dict of columns.

    Parameters
    ----------
    path : path
    names : collection of str
        The columns that stay text. Of a user's labels, ``image`` alone.

    Returns
    -------
    dict of str to array
        Text for the columns in `names`; else int64 or float64 where every field is a number (empty
        is NaN), bool where every field is True or False, and text otherwise.
    """
    with open(path, newline="", encoding="utf-8") as file:
        header, columns = _split(file.read())
    return {
        name: _column(fields, is_text=name in names)
        for name, fields in zip(header, columns, strict=True)
    }


@contextmanager
def _opened(path):
    with replacing(path) as partial, open(partial, "w", newline="", encoding="utf-8") as file:
        yield file


def _fields(column):
    """Return a column as it is written: a float in the fewest digits that are exact."""
    if not isinstance(column, np.ndarray) or column.dtype.kind not in "biuf":
        return [_quoted(_field(value)) for value in column]
    fields = [repr(value) for value in column.tolist()]
    for k in np.flatnonzero(np.isnan(column)):
        fields[k] = ""
    return fields


def _quoted(field):
    """Return a field as text, in quotes where it would else be taken for several."""
    text = str(field)
    return '"' + text.replace('"', '""') + '"' if set(text) & set(',"\r\n') else text


def _field(value):
    if isinstance(value, float | np.floating):
        return "" if np.isnan(value) else repr(float(value))
    return "" if value is None else value


def _split(text):
    """Return the header of a table, and its columns as sequences of fields."""
    header, *lines = text.removesuffix("\n").split("\n")
    n_commas = header.count(",")
    if '"' in text or "\r" in text or any(line.count(",") != n_commas for line in lines):
        header, *rows = csv.reader(io.StringIO(text, newline=""))
        return header, zip(*rows, strict=True) if rows else [()] * len(header)
    # Split at once: the module csv and one list a row take half as long again.
    fields = ",".join(lines).split(",") if lines else []
    return header.split(","), [fields[k :: n_commas + 1] for k in range(n_commas + 1)]


def _column(fields, is_text):
    if fields and fields.count(fields[0]) == len(fields):
        # A cohort, model, seed or fold that is the same in every row: read once.
        return np.repeat(_values(fields[:1], is_text), len(fields))
    return _values(fields, is_text)


def _values(fields, is_text):
    # To Python 1_2 is the number 12. All fields are searched at once, since tables are long.
    if is_text or "_" in "".join(fields):
        return np.array(fields, dtype=str)
    for kind in (int, float):
        try:
            return np.array([kind(f) if f or kind is int else np.nan for f in fields], dtype=kind)
        except (ValueError, OverflowError):
            continue
    if set(fields) <= {"True", "False"} and fields:
        return np.array([f == "True" for f in fields])
    return np.array(fields, dtype=str)
