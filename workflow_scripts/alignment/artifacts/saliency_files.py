"""Saved saliency maps of one source, each read when it is asked for."""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import h5py
import numpy as np

from alignment.artifacts.arrays import open_arrays, put_array


def put_maps(file: h5py.File, maps: Iterable[np.ndarray]) -> None:
    """Write maps into an open artifact, as ``maps/000000`` and so on in their order.

    Doubles are written in single precision, in which maps are compared: half of the space.  A map
    that equals an earlier one, such as the centred Gaussian of pictures of one size, is stored
    once, under both names.
    """
    written = {}
    for k, values in enumerate(maps):
        name = f"maps/{k:06}"
        values = values.astype(np.float32) if values.dtype == np.float64 else values
        content = values.shape, values.dtype.str, hashlib.sha256(values.tobytes()).digest()
        same = written.setdefault(content, name)
        if same == name:
            put_array(file, name, values)
        else:
            file[name] = file[same]


class SavedMaps(Sequence):
    """The saliency maps of some images, in their order.

    Attributes
    ----------
    source : str
    """

    def __init__(self, file: h5py.File, images: Sequence[str]):
        self.source = file.attrs["source"]
        row = {image: k for k, image in enumerate(file["images"].asstr()[()])}
        self._arrays = [file[f"maps/{row[image]:06}"] for image in images]

    def __len__(self) -> int:
        return len(self._arrays)

    def __getitem__(self, k: int) -> np.ndarray:
        return self._arrays[k][()]


@contextmanager
def open_maps(path: str | Path, images: Sequence[str]) -> Iterator[SavedMaps]:
    """Open the saliency maps of some images for as long as they are read."""
    with open_arrays(path) as file:
        yield SavedMaps(file, images)
