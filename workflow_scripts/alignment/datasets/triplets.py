"""Judgments of triplets: which of three pictures is the odd one out."""

import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from alignment.artifacts.errors import InputError
from alignment.datasets.cells import read_cells
from alignment.datasets.matrix_files import TABLES
from alignment.datasets.names_in_bytes import as_text
from alignment.datasets.picture_names import without_suffix
from alignment.datasets.raw_matrices import RawMatrices

_COUNT = re.compile("0|[1-9][0-9]*")  # other digits are of a name
# Headers of the pictures of a trial, without blanks and underscores
_SHOWN = re.compile("(image|picture|stimulus|stim|item|option|choice|object)[0-3abc]")


def read_triplets(path: str | Path, images: Sequence[str], notes: list[str]) -> RawMatrices:
    """Read trials of three pictures each, the odd one last, as a matrix of similarities.

    Two pictures are as similar as the share of the trials with both in which neither was the odd
    one; NaN where they were never shown together.  The format, and its counting from 0, is that of
    the triplets of THINGS (Hebart et al., 2020); names of pictures may stand for numbers.

    Parameters
    ----------
    path : path
        A table, or an .npy file of (T, 3) integers.
    images : sequence of str
        N names of the pictures, sorted: what the numbers count.
    notes : list of str
        How many trials there were is added.

    Raises
    ------
    InputError
        The file holds no such trials, a trial shows a picture twice, or it cannot be told whether
        numbers count from 0 or 1, or are names.
    """
    path = Path(path)
    cells = _cells(path, images, notes)
    if cells.ndim != 2 or cells.shape[1] != 3:
        raise InputError(
            f"{path} is {' x '.join(map(str, cells.shape))}: kind: odd_one_out needs three "
            "columns, a row per trial, with the odd one last, or a header that names image_1, "
            "image_2, image_3 and odd."
        )
    trials, names = _numbered(cells, images, path)
    a, b, odd = trials.T
    if len(twice := np.flatnonzero((a == b) | (a == odd) | (b == odd))):
        raise InputError(f"{path}: trial {twice[0] + 1} shows a picture twice.")
    n = len(images) if names is None else len(names)
    together, alike = (_count(n, pairs) for pairs in ([(a, b), (a, odd), (b, odd)], [(a, b)]))
    shown = together[np.triu_indices(n, 1)]
    notes.append(
        f"{len(trials)} trials of triplets were read: {np.median(shown):g} for each pair (median; "
        f"from {shown.min()} to {shown.max()}), and {np.count_nonzero(shown == 0)} of {shown.size} "
        "pairs were never shown together."
    )
    values = np.full((n, n), np.nan)
    np.divide(alike, together, out=values, where=together > 0)
    return RawMatrices(values, names)


def _cells(path: Path, images: Sequence[str], notes: list[str]) -> np.ndarray:
    """Return the cells of the file, (T, 3) of integers or texts where it is what it should be."""
    if path.suffix.lower() == ".npy":
        try:
            return np.load(path, allow_pickle=False)
        except (OSError, ValueError) as error:
            raise InputError(f"{path} cannot be read: it must be a complete .npy file.") from error
    if path.suffix.lower() not in TABLES:
        raise InputError(f"{path}: triplets are read from .npy and {', '.join(TABLES)} files.")
    try:
        # Millions of trials: nothing but numbers, without a header, is read at once.
        with path.open("rb") as file:
            first = file.readline()
        if re.search(rb"\b0\d", first):
            raise ValueError("names with zeros before them, which numbers would lose")
        separator = next((mark for mark in (b",", b";", b"\t") if mark in first), b" ").decode()
        return pd.read_csv(path, sep=separator, header=None, dtype=np.int64).to_numpy()
    except (ValueError, OverflowError, OSError):
        cells = read_cells(path)
    header = [re.sub(r"[\s._-]", "", cell).lower() for cell in cells.iloc[0]]
    odd = [k for k, name in enumerate(header) if name.startswith("odd")]
    numbered = all(map(str.isdecimal, cells.iloc[-1]))
    named = set(map(without_suffix, cells.iloc[0])) & set(images)
    if not named and (odd or (numbered and not all(map(str.isdecimal, header)))):
        last, cells = cells.iloc[0, -1], cells.iloc[1:]
        if len(odd) == 1:  # the header tells which column it is
            return _by_header(cells.to_numpy(str), header, odd[0], path, notes)
        else:
            notes.append(f"The last column of {path}, {last}, was taken for that of the odd one.")
    return cells.to_numpy(str)


def _by_header(
    cells: np.ndarray, header: list[str], odd: int, path: Path, notes: list[str]
) -> np.ndarray:
    """Return the columns of trials with the odd one last, of a table that may have others.

    Experiments often note all three pictures, and which of them was chosen.
    """
    others = [k for k in range(cells.shape[1]) if k != odd]
    if len(others) == 2:
        return cells[:, [*others, odd]]
    shown = [k for k in others if _SHOWN.fullmatch(header[k])]
    if len(shown) not in (2, 3):
        return cells
    left = [header[k] for k in others if k not in shown]
    if left:
        notes.append(f"Of {path} the columns {', '.join(left)} were not read.")
    if len(shown) == 2:
        return cells[:, [*shown, odd]]
    is_odd = cells[:, shown] == cells[:, [odd]]
    if len(wrong := np.flatnonzero(is_odd.sum(axis=1) != 1)):
        raise InputError(
            f"{path}: in trial {wrong[0] + 1} the odd one, '{cells[wrong[0], odd]}', is not one of "
            "the three pictures."
        )
    return np.column_stack([cells[:, shown][~is_odd].reshape(-1, 2), cells[:, odd]])


def _numbered(
    cells: np.ndarray, images: Sequence[str], path: Path
) -> tuple[np.ndarray, tuple[str, ...] | None]:
    """Return trials of numbers from 0, and the names that they count; None for the pictures'."""
    if not len(cells):
        raise InputError(f"{path} holds no trials.")
    cells = _integers_or_texts(cells, path)
    if cells.dtype.kind == "U" and (lacking := (cells == "").any(axis=1)).any():
        raise InputError(f"{path}: trial {np.argmax(lacking) + 1} lacks a picture.")
    if cells.dtype.kind == "U" and not all(map(_COUNT.fullmatch, np.unique(cells))):
        names, numbers = np.unique(cells, return_inverse=True)
        return numbers.reshape(cells.shape), tuple(map(str, names))
    numbers = _whole_numbers(cells, path)
    # Without the zeros before them, which are lost where a file holds numbers
    place_of = {int(image): k for k, image in enumerate(images) if image.isdecimal()}
    # Of millions of trials: each number is looked up once.
    different, which = np.unique(numbers, return_inverse=True)
    if not set(different.tolist()) <= set(place_of):
        return _from_zero(numbers, len(images), path), None
    by_name = np.array([place_of[n] for n in different.tolist()])[which].reshape(numbers.shape)
    starts = [k for k in (0, 1) if numbers.min() >= k and numbers.max() - k < len(images)]
    if any((numbers - start != by_name).any() for start in starts):
        raise InputError(
            f"{path}: its numbers could count the pictures or be their names: write the names "
            "with the suffix of the pictures (1.png)."
        )
    return by_name, None


def _integers_or_texts(cells: np.ndarray, path: Path) -> np.ndarray:
    """Return int64 or str cells of what a file holds: whole numbers may be floats, texts bytes."""
    kind = cells.dtype.kind
    if kind == "S":
        return as_text(cells, str(path))
    if kind == "f" and (np.isfinite(cells) & (cells == np.round(cells))).all():
        return _whole_numbers(cells, path)
    if kind not in "iuU":
        raise InputError(f"{path} must hold whole numbers or names of pictures.")
    return cells


def _whole_numbers(cells: np.ndarray, path: Path) -> np.ndarray:
    """Return whole numbers, of texts without zeros before them too, as int64."""
    if cells.dtype.kind == "i":
        return cells.astype(np.int64)
    different, which = np.unique(cells, return_inverse=True)
    for number in map(str if cells.dtype.kind == "U" else int, different.tolist()):
        if len(str(number)) > 19 or int(number) >= 2**63:
            raise InputError(
                f"{path} holds {str(number)[:30]}, which is too large to count a picture: if it is "
                "a name, write it with the suffix of the picture (1.png)."
            )
    return different.astype(np.int64)[which].reshape(cells.shape)


def _from_zero(numbers: np.ndarray, n_images: int, path: Path) -> np.ndarray:
    lowest, highest = int(numbers.min()), int(numbers.max())
    if lowest == 0 and highest < n_images:
        return numbers
    if lowest >= 1 and highest == n_images:
        return numbers - 1
    if lowest >= 1 and highest < n_images:
        raise InputError(
            f"{path} counts pictures from {lowest} to {highest}, of {n_images}: whether the first "
            "picture is 0 or 1 cannot be told; write the names of the pictures."
        )
    raise InputError(
        f"{path} counts pictures from {lowest} to {highest}, but there are {n_images}."
    )


def _count(n: int, pairs: Sequence[tuple[np.ndarray, np.ndarray]]) -> np.ndarray:
    """Return how often each pair occurs, (N, N) symmetric."""
    flat = np.concatenate([first * n + second for first, second in pairs])
    counts = np.bincount(flat, minlength=n * n).reshape(n, n)
    return counts + counts.T
