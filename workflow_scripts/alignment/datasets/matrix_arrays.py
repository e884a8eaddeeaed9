"""Arrays of .npy, .npz and .mat files, and which of them is a stack of square matrices."""

import warnings
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path

import numpy as np

from alignment.artifacts.errors import InputError
from alignment.datasets.names_in_bytes import as_text
from alignment.datasets.raw_matrices import RawMatrices


def load_arrays(path: Path, variable: str | None) -> dict[str, object]:
    """What a .npy (under the key ""), .npz or .mat file holds, structs under dotted names.

    What is there but cannot be read is None: objects beside the `variable` of an .npz archive, and
    in a .mat file MATLAB's own objects, such as string arrays and tables.  Damaged files raise
    whatever their parser raises.
    """
    suffix = path.suffix.lower()
    if suffix == ".npy":
        with path.open("rb") as file:
            return {"": np.lib.format.read_array(file, allow_pickle=False)}
    if suffix == ".npz":
        with np.load(path, allow_pickle=False) as archive:
            if variable not in archive.files:
                return dict(archive)
            arrays = {variable: archive[variable]}
            for key in archive.files:
                arrays[key] = None
                with suppress(ValueError):  # an object, which would have to be unpickled
                    arrays[key] = archive[key]
            return arrays
    from pymatreader import read_mat

    # It warns of each variable that it cannot convert, also of those that nobody asked for.
    with warnings.catch_warnings(action="ignore"):
        arrays = dict(_flat(read_mat(path)))
    if all(any(key.startswith(start) for key in arrays) for start in ("rdmutv", "stimuli")):
        raise InputError(
            f"{path} looks like a renamed Meadows export: give it back the name that it was "
            "downloaded under (Meadows_...), which tells how its pictures are listed."
        )
    return arrays


def choose_matrices(
    path: Path,
    arrays: Mapping[str, object],
    n_images: int,
    variable: str | None,
    observer_axis: int | None,
    names: str | None = None,
) -> RawMatrices:
    """The judgments among `arrays` and the names of their rows.

    The names are the texts called `names`; without it those called ``names`` beside the values, or
    else the only N texts that all differ.

    Raises
    ------
    InputError
        If none or several of the arrays, or of the lists of texts, would do, or the one that is
        asked for would not.
    """
    key = _choose(path, arrays, variable, n_images)
    where = f"{path}: `{key}`" if key else str(path)
    values = _arranged(_real(arrays[key], where), n_images, observer_axis, where)
    return RawMatrices(values, _names_of(path, arrays, key, values.shape[-1], names))


def _flat(tree: Mapping[str, object], prefix: str = "") -> Iterator[tuple[str, object]]:
    for key, value in tree.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{prefix}{key}.")
        elif not key.startswith("__"):
            yield prefix + key, value


def _choose(path: Path, arrays: Mapping[str, object], variable: str | None, n_images: int) -> str:
    """The key of the array asked for, or of the only one that can hold judgments."""
    if variable in arrays:
        return variable
    if not arrays:
        raise InputError(f"{path} is empty: it must hold an array of real numbers.")
    fitting = [key for key, value in arrays.items() if _may_be_judgments(value, n_images)]
    if variable is None:
        if len(fitting) == 1:
            return fitting[0]
        numeric = [key for key, value in arrays.items() if _is_real(value)]
        if len(numeric) == 1:
            return numeric[0]
        if len(arrays) == 1:
            return next(iter(arrays))
    listed = ", ".join(f"`{key}` ({_described(arrays[key])})" for key in sorted(fitting or arrays))
    problem = (
        f"holds no `{variable}`"
        if variable is not None
        else f"holds {len(fitting) or 'no'} arrays that could be the judgments"
    )
    raise InputError(f"{path} {problem}: set variable to one of {listed}.")


def _is_real(value: object) -> bool:
    return isinstance(value, np.ndarray) and value.dtype.kind in "biuf"


def _may_be_judgments(value: object, n_images: int) -> bool:
    if not _is_real(value) or value.size == 0:
        return False
    sides = value.shape
    n_pairs = n_images * (n_images - 1) // 2
    if value.ndim == 1:
        return sides == (n_pairs,)
    return value.ndim in (2, 3) and (
        len(set(sides)) < len(sides) or (value.ndim == 2 and n_pairs in sides)
    )


def _described(value: object) -> str:
    if not isinstance(value, np.ndarray):
        return type(value).__name__
    return f"{_sides(value.shape)} {value.dtype}" if value.ndim else f"one {value.dtype}"


def _sides(shape: tuple[int, ...]) -> str:
    return " × ".join(map(str, shape)) or "a single number"


def _real(value: object, where: str) -> np.ndarray:
    if not _is_real(value):
        kinds = {"c": "complex numbers", "O": "objects", "U": "text", "S": "text"}
        kind = f"a {type(value).__name__}"
        if isinstance(value, np.ndarray):
            kind = kinds.get(value.dtype.kind, str(value.dtype))
        elif isinstance(value, list):
            kind = "a cell or struct array"
        raise InputError(f"{where} holds {kind}: it must be an array of real numbers.")
    if value.size == 0:
        raise InputError(f"{where} is empty: it must be an array of real numbers.")
    return value.astype(np.float64)


def _arranged(
    numbers: np.ndarray, n_images: int, observer_axis: int | None, where: str
) -> np.ndarray:
    """(N, N) or (S, N, N) from a matrix, a vector of pairs, or a stack of either."""
    sides, n_pairs = _sides(numbers.shape), n_images * (n_images - 1) // 2
    n_axes = numbers.ndim
    if n_axes and observer_axis is not None and not -n_axes <= observer_axis < n_axes:
        raise InputError(
            f"{where} is {sides}, so it has no axis {observer_axis}: "
            f"set observer_axis to a number from 0 to {n_axes - 1}."
        )
    if numbers.ndim == 1:
        numbers, observer_axis = numbers[None], 0
    possible = _observer_axes(numbers.shape, n_pairs)
    if observer_axis is not None:
        possible = [axis for axis in possible if axis == observer_axis % numbers.ndim]
    if numbers.ndim == 2 and numbers.shape[0] == numbers.shape[1]:
        as_asked = observer_axis is None and len(numbers) == n_images
        if as_asked or not possible:
            return numbers
    if len(possible) != 1:
        choice = ", ".join(map(str, possible))
        remedy = f"; if one axis is the observers, set observer_axis to one of {choice}"
        raise InputError(
            f"{where} is {sides}, but {n_images} pictures need {n_images} × {n_images} values or "
            f"{n_pairs} pairs, once or for each observer{remedy if choice else ''}."
        )
    stack = np.moveaxis(numbers, possible[0], 0)
    if stack.ndim == 2:
        rows, columns = np.triu_indices(n_images, 1)
        vectors, stack = stack, np.full((len(stack), n_images, n_images), np.nan)
        stack[:, rows, columns] = stack[:, columns, rows] = vectors
    return stack[0] if len(stack) == 1 else stack


def _observer_axes(shape: tuple[int, ...], n_pairs: int) -> list[int]:
    """The axes that can be the observers', judging by the lengths of the other axes."""
    if len(shape) == 2:
        return [axis for axis in (0, 1) if shape[1 - axis] == n_pairs]
    if len(shape) == 3:
        return [axis for axis in range(3) if shape[axis - 1] == shape[axis - 2]]
    return []


def _names_of(
    path: Path, arrays: Mapping[str, object], key: str, n_rows: int, asked: str | None
) -> tuple[str, ...] | None:
    """The names of the rows of the array `key`, if the file holds any."""
    beside = ".".join([*key.split(".")[:-1], "names"])
    if asked is not None or (beside in arrays and _length(arrays[beside]) == n_rows):
        chosen = beside if asked is None else asked
        if chosen not in arrays or (names := _texts(arrays[chosen], f"{path}: `{chosen}`")) is None:
            found = _described(arrays[chosen]) if chosen in arrays else "nothing"
            raise InputError(
                f"{path}: `{chosen}` holds {found}: it must be an array of text or a cell "
                "array of char with the names of the rows."
            )
        if len(names) != n_rows:
            raise InputError(f"{path}: `{chosen}` holds {len(names)} names for {n_rows} rows.")
        return names
    lists = {
        other: _texts(value, f"{path}: `{other}`")
        for other, value in arrays.items()
        if other != key
    }
    lists = {other: t for other, t in lists.items() if t and len(t) == len(set(t)) == n_rows}
    if len(lists) > 1:
        listed = ", ".join(f"`{other}`" for other in sorted(lists))
        raise InputError(
            f"{path} holds several lists of {n_rows} texts: set names to the one that names the "
            f"rows, of {listed}."
        )
    unread = sorted(other for other, value in arrays.items() if value is None)
    if not lists and unread:
        # MATLAB 7 files do not say what such a variable is called.
        called = " and ".join("a variable" if name == "None" else f"`{name}`" for name in unread)
        raise InputError(
            f"{path}: {called} cannot be read and may name the rows: save names as text, "
            "np.array(names, dtype=str) in Python or cellstr(names) in MATLAB, and leave out what "
            "names no rows."
        )
    return next(iter(lists.values()), None)


def _texts(value: object, where: str) -> tuple[str, ...] | None:
    """The texts of an array or list, without the blanks around them; None if it holds others."""
    if isinstance(value, np.ndarray) and value.dtype.kind in "SU":
        value = as_text(value, where).ravel().tolist()
    elif isinstance(value, np.ndarray) and value.dtype == object:
        value = [
            item.item() if isinstance(item, np.ndarray) and item.size == 1 else item
            for item in value.ravel()
        ]
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        return tuple(item.strip() for item in value)
    return None


def _length(value: object) -> int:
    return (
        value.size
        if isinstance(value, np.ndarray)
        else len(value)
        if isinstance(value, list)
        else 1
    )
