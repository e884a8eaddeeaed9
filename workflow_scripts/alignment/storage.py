"""HDF5 artifacts: arrays with the attributes that say what made them."""

import json
from contextlib import contextmanager
from importlib.metadata import version

import h5py
import numpy as np

from alignment.errors import InputError
from alignment.files import replacing


def write_arrays(path, arrays, attributes):
    """Write named arrays and what made them, all or nothing.

    Parameters
    ----------
    path : path
    arrays : dict of str to array
        Strings are stored as UTF-8; an array that is None is left out.
    attributes : dict
        Numbers and strings are stored as they are, anything else as JSON.
    """
    with replacing(path) as partial, h5py.File(partial, "w") as file:
        for name, array in arrays.items():
            if array is None:
                continue
            array = np.asarray(array)
            if array.dtype.kind == "U":
                file.create_dataset(name, data=array.astype(object), dtype=h5py.string_dtype())
            else:
                file.create_dataset(name, data=array)
        for name, value in attributes.items():
            plain = isinstance(value, str | int | float | np.generic)
            file.attrs[name] = value if plain else json.dumps(value)
        file.attrs["h5py_version"] = version("h5py")
        file.attrs["numpy_version"] = version("numpy")


@contextmanager
def open_arrays(path):
    """Open an HDF5 artifact for reading.

    Raises
    ------
    InputError
        The file is missing or damaged.
    """
    try:
        file = h5py.File(path, "r")
    except OSError as error:
        raise InputError(
            f"{path} cannot be read as HDF5 ({error}); delete it and run snakemake again."
        ) from error
    with file:
        yield file


def read_arrays(path, *names):
    """Read named arrays whole; a single name gives the array, several a list.

    Raises
    ------
    InputError
        The file is missing or damaged, or has no array of that name.
    """
    with open_arrays(path) as file:
        for name in names:
            if name not in file:
                raise InputError(
                    f"{path} holds no '{name}' but {', '.join(sorted(file))}; "
                    "delete it and run snakemake again."
                )
        arrays = [_array(file[name]) for name in names]
    return arrays[0] if len(names) == 1 else arrays


def read_attributes(path):
    """Return what made an artifact: the attributes of the file as a dict."""
    with open_arrays(path) as file:
        return dict(file.attrs)


def _array(dataset):
    if h5py.check_string_dtype(dataset.dtype):
        return dataset.asstr()[()]
    return dataset[()]
