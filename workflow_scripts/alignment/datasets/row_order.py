"""Which row of a matrix of judgments belongs to which picture."""

import unicodedata
from collections.abc import Callable, Sequence
from itertools import groupby
from pathlib import Path

from alignment.artifacts.errors import InputError
from alignment.datasets.picture_names import match_rows
from alignment.datasets.raw_matrices import RawMatrices


def row_order(
    raw: RawMatrices, images: Sequence[str], path: str | Path, notes: list[str]
) -> list[int]:
    """The row of each picture: by the names that the file gives, else in the pictures' order.

    Parameters
    ----------
    raw : matrices as a file gives them
    images : N names of the pictures, sorted
    path : the file, for the sentences
    notes : how the rows were matched is added to them

    Raises
    ------
    InputError
        The names are not those of the pictures; or they could also be the numbers of the rows; or
        there are none, and programs differ in how they would sort the pictures.
    """
    n_rows = raw.values.shape[-1]
    names = _without_row_numbers(raw, images, path)
    if names is not None:
        order = match_rows(names, images, path, notes)
        notes.append(f"The rows of {path} were matched to the pictures by name.")
        return order
    if n_rows != len(images):
        raise InputError(
            f"{path} holds a matrix of {n_rows} × {n_rows} values, but there are {len(images)} "
            f"pictures: it must be {len(images)} × {len(images)}."
        )
    _refuse_other_orders(images, path)
    notes.append(f"{path} gives no names: its rows were taken in the order of sorted file names.")
    return list(range(n_rows))


def _without_row_numbers(
    raw: RawMatrices, images: Sequence[str], path: str | Path
) -> tuple[str, ...] | None:
    """The names of the rows; None where there are none, or only numbers that a program wrote."""
    names = raw.names
    if names is None:
        return None
    if all(image.isdecimal() for image in images) and not set(names) & set(images):
        numbers = {str(int(image)): image for image in images}
        names = tuple(numbers.get(name, name) for name in names)  # a spreadsheet makes 1 of 001
    counts = [str(number) for number in range(len(names) + 1)]
    if list(raw.names) not in (counts[:-1], counts[1:]):
        return names
    if set(names) != set(images):
        return None
    if raw.may_be_numbered and list(names) != list(images):
        row = next(k for k, (a, b) in enumerate(zip(names, images, strict=True)) if a != b)
        raise InputError(
            f"{path} numbers its rows from {raw.names[0]} to {raw.names[-1]}, as pandas and R do "
            f"by themselves, but pictures have these names too: row {row + 1} could be "
            f"'{names[row]}' by its number or '{images[row]}' by its place. Write the names with "
            f"the suffix of the pictures ('{names[row]}.png')."
        )
    return names


def _refuse_other_orders(images: Sequence[str], path: str | Path) -> None:
    """Refuse pictures that a usual program would list in another order than as plain text."""
    for how, key, remedy in ORDERS:
        others = sorted(images, key=key)
        if others != list(images):
            row = next(k for k, (a, b) in enumerate(zip(images, others, strict=True)) if a != b)
            raise InputError(
                f"{path} gives no names, and the pictures' names sort differently as text and "
                f"{how} ('{images[row]}' or '{others[row]}' at row {row + 1}): {remedy}."
            )


def _as_numbers(name: str) -> list[tuple[int, int]]:
    """A key by which 2 comes before 10, and other characters are in the order of plain text."""
    key = []
    for is_number, characters in groupby(name, lambda character: character in "0123456789"):
        text = "".join(characters)
        key += [(ord("0"), int(text))] if is_number else [(ord(c), 0) for c in text]
    return key


def _as_words(name: str) -> str:
    """A key by which a and A, and e and é, stand together, as in a dictionary."""
    letters = unicodedata.normalize("NFKD", name.casefold())
    return "".join(letter for letter in letters if not unicodedata.combining(letter))


# How file managers, shells and statistics programs list files, beside the order of plain text
NAMES_HELP = "give the matrix the names of its rows"
ORDERS: tuple[tuple[str, Callable, str], ...] = (
    (
        "as numbers",
        _as_numbers,
        f"write the numbers in the file names with leading zeros, or {NAMES_HELP}",
    ),
    ("as words, whatever their case and accents", _as_words, NAMES_HELP),
)
