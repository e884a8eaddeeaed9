"""HDF5 artifacts: arrays with the attributes that say what made them, under a seal.

The seal is the SHA-256 of the file, written into a block of 512 bytes that HDF5 leaves to its user
at the head of a file (``tail -c +513 FILE | sha256sum`` computes it).  It is checked before HDF5
looks at anything: the library may hang on a damaged file.
"""

import json
import math
import zlib
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

import h5py
import numpy as np

from alignment.artifacts.errors import InputError
from alignment.artifacts.files import altered, make_anew, replacing, sha256_of_rest, unsealed

BLOCK = 512  # the smallest that HDF5 allows
# For maps and scores, with many zeros and equal values: halves the space, and takes little time
COMPACT = {"compression": "gzip", "compression_opts": 4, "shuffle": True}
CHUNK = 2**19  # bytes that are compressed together
SMALLEST_CHUNKED = 2**14  # bytes; what chunks need beside their values is then a small part
SIGNATURE = b"\x89HDF\r\n\x1a\n"  # how an HDF5 file without such a block begins


def write_arrays(
    path: str | Path, arrays: Mapping[str, np.ndarray], attributes: Mapping[str, Any]
) -> None:
    """Write named arrays and what made them, all or nothing.

    Parameters
    ----------
    path : path
    arrays : dict of str to array
        Strings are stored as UTF-8; an array that is None is left out.
    attributes : dict
        See :func:`writing`.
    """
    with writing(path, attributes) as file:
        for name, array in arrays.items():
            if array is not None:
                put_array(file, name, array)


def put_array(file: h5py.File, name: str, array: np.ndarray) -> None:
    """Write one array into an open artifact, to be read whole."""
    array = np.asarray(array)
    if array.dtype.kind in "UO":
        file.create_dataset(name, data=array.astype(object), dtype=h5py.string_dtype())
        return
    layout = compact_layout(array.shape, array.dtype)
    if not layout or array.dtype.kind != "f":  # runs alone would not make pictures smaller
        file.create_dataset(name, data=array, **layout)
        return
    dataset = file.create_dataset(name, array.shape, array.dtype, **layout)
    height = dataset.chunks[0]
    for start in range(0, len(array), height):
        rows = array[start : start + height]
        # The last chunk is as large as the others.
        missing = [(0, height - len(rows)), *[(0, 0)] * (array.ndim - 1)]
        _put_chunk(dataset, start, _chunk(np.pad(rows, missing)))


def compact_layout(shape: tuple[int, ...], dtype: np.dtype) -> dict[str, Any]:
    """Return how h5py stores an array that is read whole: compressed in chunks of whole rows.

    Returns
    -------
    dict
        Keywords of :meth:`h5py.Group.create_dataset`; none for a small array, which chunks and
        their index would not make smaller.
    """
    n_bytes = math.prod(shape) * dtype.itemsize
    if n_bytes < SMALLEST_CHUNKED:
        return {}
    rows = max(1, CHUNK * shape[0] // n_bytes)
    return {"chunks": (min(rows, shape[0]), *shape[1:]), **COMPACT}


def room_for_rows(file: h5py.File, name: str, shape: tuple[int, ...], dtype: np.dtype) -> None:
    """Make an array to be filled by :func:`put_rows`; long rows are compressed one by one."""
    is_long = math.prod(shape[1:]) * dtype.itemsize >= SMALLEST_CHUNKED
    layout = {"chunks": (1, *shape[1:]), **COMPACT} if is_long else {}
    file.create_dataset(name, shape, dtype, **layout)


def put_rows(array: h5py.Dataset, start: int, rows: np.ndarray, pool: ThreadPoolExecutor) -> None:
    """Write rows of an array that :func:`room_for_rows` made, compressed by several threads.

    HDF5 would compress one after the other, which takes longer than a GPU does for a picture.

    Parameters
    ----------
    array : dataset
    start : int
        Where the first of the rows goes.
    rows : array
        Of the dataset's type.
    pool : ThreadPoolExecutor
    """
    if not array.chunks:
        array[start : start + len(rows)] = rows
        return
    for row, chunk in enumerate(pool.map(_chunk, rows), start):
        _put_chunk(array, row, chunk)


def _put_chunk(array, row, chunk):
    array.id.write_direct_chunk((row, *(0 for _ in array.shape[1:])), chunk)


def _chunk(values):
    """Compress values as `COMPACT` has HDF5 do it: first bytes of all, second bytes of all, ...

    Only runs of equal bytes are looked for, which HDF5 cannot be told.  Maps that are mostly silent
    take a seventh less room so, and others no more, in half the time or less.
    """
    by_byte = values.reshape(-1, 1).view(np.uint8).T
    packer = zlib.compressobj(COMPACT["compression_opts"], strategy=zlib.Z_RLE)
    return packer.compress(by_byte.tobytes()) + packer.flush()


@contextmanager
def writing(path: str | Path, attributes: Mapping[str, Any]) -> Iterator[h5py.File]:
    """Open an artifact to be written part by part; it appears whole, sealed, or not at all.

    Parameters
    ----------
    path : path
    attributes : dict
        Numbers and strings are stored as they are, anything else as JSON.  Read when the block
        ends, so that what is known only then can be added to it.
    """
    with replacing(path) as partial:
        # Chunks are written at once, not when they leave a cache: where a disk is full then, HDF5
        # fails where nobody hears of it, and crashes when the file is closed.
        with h5py.File(partial, "w", userblock_size=BLOCK, rdcc_nbytes=0) as file:
            yield file
            for name, value in attributes.items():
                plain = isinstance(value, str | int | float | np.generic)
                file.attrs[name] = value if plain else json.dumps(value)
            file.attrs["h5py_version"] = version("h5py")
            file.attrs["numpy_version"] = version("numpy")
        with open(partial, "r+b") as file:
            file.seek(BLOCK)
            seal = sha256_of_rest(file)
            file.seek(0)
            file.write(_block(seal))


def read_seal(path: str | Path) -> str:
    """Return the SHA-256 of an artifact, which it carries itself, after checking it.

    Raises
    ------
    InputError
        The file is missing, was altered since it was written, or carries none.
    """
    try:
        state = Path(path).stat()
    except FileNotFoundError as error:
        raise InputError(f"{path} is missing; run snakemake again.") from error
    # A job that reads several arrays checks their file once.
    return _checked_seal(path, state.st_ino, state.st_size, state.st_mtime_ns)


@contextmanager
def open_arrays(path: str | Path) -> Iterator[h5py.File]:
    """Open an HDF5 artifact for reading.

    Raises
    ------
    InputError
        The file is missing, was altered since it was written, or carries no seal.
    """
    read_seal(path)
    with h5py.File(path, "r") as file:
        yield file


def read_arrays(path: str | Path, *names: str) -> np.ndarray | list[np.ndarray]:
    """Read named arrays whole; a single name gives the array, several a list.

    Raises
    ------
    InputError
        The file is missing or was altered, or has no array of that name.
    """
    with open_arrays(path) as file:
        for name in names:
            if name not in file:
                raise InputError(
                    f"{path} holds no '{name}' but {', '.join(sorted(file))}; {make_anew(path)}"
                )
        arrays = [_array(file[name]) for name in names]
    return arrays[0] if len(names) == 1 else arrays


class Arrays(Mapping):
    """The arrays of an artifact by name, each read when it is asked for.

    Attributes
    ----------
    attributes : dict
        What made it.
    """

    def __init__(self, path: str | Path):
        self._path = path
        self.attributes = read_attributes(path)

    def __getitem__(self, name: str) -> np.ndarray:
        return read_arrays(self._path, name)

    def __contains__(self, name: object) -> bool:
        with open_arrays(self._path) as file:
            return name in file

    def __iter__(self) -> Iterator[str]:
        with open_arrays(self._path) as file:
            yield from list(file)

    def __len__(self) -> int:
        return sum(1 for _ in self)


def read_attributes(path: str | Path) -> dict[str, Any]:
    """Return what made an artifact: the attributes of the file as a dict."""
    with open_arrays(path) as file:
        return dict(file.attrs)


def read_by_dataset(paths: Iterable[str | Path], name: str) -> dict[str, np.ndarray]:
    """Return an array of each of several files, such as the judgments, by the dataset it is of."""
    return {read_attributes(path)["dataset"]: read_arrays(path, name) for path in paths}


def _block(seal):
    return f"alignment importance, sha256 {seal}\n".encode().ljust(BLOCK, b"\0")


@cache
def _checked_seal(path, *_state):
    with open(path, "rb") as file:
        block = file.read(BLOCK)
        seal = sha256_of_rest(file)
    if block == _block(seal):
        return seal
    if block.startswith(SIGNATURE):
        raise unsealed(path)
    raise altered(path)


def _array(dataset):
    if h5py.check_string_dtype(dataset.dtype):
        return dataset.asstr()[()]
    return dataset[()]
