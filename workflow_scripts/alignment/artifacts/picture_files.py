"""The pictures of a dataset as the workflow keeps them: PNG files, and an index beside them."""

import hashlib
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from PIL import Image

from alignment.artifacts.errors import InputError
from alignment.artifacts.tables import read_columns, write_columns


def digest(picture: np.ndarray) -> str:
    """Return the SHA-256 of a picture's size and pixels."""
    content = hashlib.sha256(repr(picture.shape).encode())
    content.update(np.ascontiguousarray(picture).tobytes())
    return content.hexdigest()


def write_pictures(
    folder: str | Path, names: Sequence[str], pictures: Sequence[np.ndarray]
) -> None:
    """Write pictures, (height, width, 3) uint8, as PNG."""
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    for name, picture in zip(names, pictures, strict=True):
        Image.fromarray(picture).save(folder / f"{name}.png")


def write_index(path: str | Path, names: Sequence[str], pictures: Sequence[np.ndarray]) -> None:
    """Write the index of a dataset's pictures, with their sizes and checksums."""
    write_columns(
        path,
        index=range(len(names)),
        image=names,
        width=[picture.shape[1] for picture in pictures],
        height=[picture.shape[0] for picture in pictures],
        sha256=[digest(picture) for picture in pictures],
    )


class PictureFiles:
    """The pictures of a dataset by name, each read when it is asked for.

    Parameters
    ----------
    index : path
        What :func:`write_index` made; the pictures lie in the folder ``images`` beside it.

    Attributes
    ----------
    names : list of str
    sizes : list of (width, height) in pixels
    """

    def __init__(self, index: str | Path):
        table = read_columns(index)
        self.folder = Path(index).parent / "images"
        self.names = [str(name) for name in table["image"]]
        self.sizes = list(zip(table["width"].tolist(), table["height"].tolist(), strict=True))
        self._digests = dict(zip(self.names, table["sha256"].tolist(), strict=True))

    def __getitem__(self, name: str) -> np.ndarray:
        """Return a picture, (height, width, 3) uint8; one that was lost or cut is an InputError."""
        path = self.folder / f"{name}.png"
        try:
            with Image.open(path) as image:
                return np.asarray(image.convert("RGB"))
        except (OSError, SyntaxError, ValueError) as error:
            raise self._altered(path) from error

    def __iter__(self) -> Iterator[np.ndarray]:
        """Yield every picture in the order of the names."""
        return (self[name] for name in self.names)

    def checked(self) -> Iterator[np.ndarray]:
        """Yield every picture in order; one that was altered, or lost, is an InputError."""
        for name in self.names:
            picture = self[name]
            if digest(picture) != self._digests[name]:
                raise self._altered(self.folder / f"{name}.png")
            yield picture

    def _altered(self, path):
        return InputError(
            f"{path} is not the picture that was imported; delete {self.folder} "
            "and run snakemake again."
        )
