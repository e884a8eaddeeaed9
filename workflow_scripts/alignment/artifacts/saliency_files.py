"""Saved saliency maps of one source, each read when it is asked for."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import h5py
import numpy as np

from alignment.artifacts.arrays import open_arrays


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
