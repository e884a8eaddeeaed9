"""The pictures of a dataset as the workflow keeps them: PNG files, and an index beside them."""

import hashlib
import zlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np
from PIL import Image

from alignment.artifacts.errors import InputError
from alignment.artifacts.files import replacing, telling_why_not
from alignment.artifacts.tables import read_columns, write_rows

MOST_TOLD = 5  # groups of equal pictures
# Only runs of equal values are compressed: photographs repeat nothing else, and looking for more
# takes two and a half times as long and saves 2 % of a file, if anything.
PHOTOGRAPH = {"format": "PNG", "compress_type": zlib.Z_RLE}
INDEX = ("index", "image", "width", "height", "sha256")


def digest(picture: np.ndarray) -> str:
    """Return the SHA-256 of a picture's size and pixels."""
    content = hashlib.sha256(repr(picture.shape).encode())
    content.update(np.ascontiguousarray(picture).tobytes())
    return content.hexdigest()


def write_pictures(
    folder: str | Path, names: Sequence[str], pictures: Iterable[np.ndarray]
) -> list[dict]:
    """Write pictures, (height, width, 3) uint8, as PNG, one after the other.

    Returns
    -------
    list of dict
        The rows of their index, with sizes and checksums.
    """
    folder = Path(folder)
    rows = []
    for k, (name, picture) in enumerate(zip(names, pictures, strict=True)):
        path = folder / f"{name}.png"
        with telling_why_not(path):
            path.parent.mkdir(parents=True, exist_ok=True)
            Image.fromarray(picture).save(path, **PHOTOGRAPH)
        height, width = picture.shape[:2]
        rows.append(dict(zip(INDEX, (k, name, width, height, digest(picture)), strict=True)))
    return rows


def few_shades(picture: np.ndarray) -> np.ndarray:
    """Return a picture in half as many shades of each colour, which no eye tells from all of them.

    It takes a fifth less room in a file.  Palettes took half, but had to spread their errors over
    neighbours, and a face in a dark picture came out grainy.

    Parameters
    ----------
    picture : (height, width, 3) uint8 array

    Returns
    -------
    (height, width, 3) uint8 array
        White stays white.
    """
    return picture | 1


def write_overlay(path: str | Path, picture: np.ndarray) -> None:
    """Write a picture, (height, width, 3) uint8, as PNG in few shades, all or nothing."""
    with replacing(path) as partial:
        Image.fromarray(few_shades(picture)).save(partial, **PHOTOGRAPH)


def write_index(path: str | Path, rows: Sequence[dict]) -> None:
    """Write the index of a dataset's pictures: see :func:`write_pictures`."""
    write_rows(path, INDEX, rows)


def of_repeated(digests: Mapping[str, str]) -> list[str]:
    """Return a warning for each group of pictures that are the same to the pixel, up to five.

    Parameters
    ----------
    digests : mapping of str to str
        What :func:`digest` makes of each picture, by name.
    """
    by_content = defaultdict(list)
    for name, content in digests.items():
        by_content[content].append(name)
    same = [names for names in by_content.values() if len(names) > 1]
    said = [
        f"{' and '.join(names)} are the same picture: a fold may be tested on one and trained "
        "on the other. Keep one of them."
        for names in same[:MOST_TOLD]
    ]
    if more := len(same) - len(said):
        first = " and ".join(same[MOST_TOLD])
        said.append(f"{more} more groups of pictures are the same in each, such as {first}.")
    return said


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
