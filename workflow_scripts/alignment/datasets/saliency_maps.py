"""Saliency maps that a user brings, in a folder or by a function, and fixations."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import numpy as np
from PIL import Image

from alignment.artifacts.errors import InputError
from alignment.datasets.label_files import read_label_rows, values_of
from alignment.datasets.picture_names import (
    MAP_SUFFIXES,
    listed,
    name_of,
    pictures_named,
    without_suffix,
)


def find_maps(folder: str, files: Iterable[str], images: Sequence[str]) -> list[Path]:
    """Return the file of every picture's map, in the order of the pictures.

    Names are matched as :func:`alignment.datasets.picture_names.pictures_named` does.

    Parameters
    ----------
    folder : path
        For the message.
    files : iterable of paths
        Those of other pictures are passed over.
    images : sequence of str
        Picture names without extension.

    Raises
    ------
    InputError
        A picture has no map, or more than one.
    """
    names = {Path(path): name_of(path, folder) for path in files}
    picture_of = pictures_named(names.values(), images)
    maps = defaultdict(list)
    for path, name in names.items():
        maps[picture_of.get(name)].append(path)
    missing = [image for image in images if image not in maps]
    if missing:
        raise InputError(
            f"the folder {folder} has no saliency map for {len(missing)} of {len(images)} pictures "
            f"({listed(missing)}): a map has the name of its picture and ends in "
            f"{', '.join(sorted(MAP_SUFFIXES))}."
        )
    for image in images:
        if len(maps[image]) > 1:
            raise InputError(
                f"the folder {folder} has more than one saliency map for '{image}' "
                f"({', '.join(path.name for path in maps[image])}): keep one of them."
            )
    return [maps[image][0] for image in images]


def read_map(path: str | Path) -> np.ndarray:
    """Read a saliency map.

    Parameters
    ----------
    path : path
        A grey picture (.png, .tif) of 8 or 16 bits or of floating point numbers, or an array (.npy,
        or .npz with one array).

    Returns
    -------
    (h, w) array, see :func:`checked_map`

    Raises
    ------
    InputError
        The file is damaged, or is no saliency map.
    """
    path = Path(path)
    where = f"the saliency map {path}"
    try:
        read = {".npy": _read_array, ".npz": _read_archive}.get(path.suffix.lower(), _read_picture)
        values = read(path, where)
    except (InputError, MemoryError):  # want of memory says nothing of the file
        raise
    except Exception as error:  # Pillow, numpy and zipfile raise what their parsers meet
        raise InputError(f"{where} cannot be read ({str(error) or 'it is damaged'}).") from error
    return checked_map(values, where)


def _read_array(path: Path, where: str) -> np.ndarray:
    return np.load(path, allow_pickle=False)


def _read_archive(path: Path, where: str) -> np.ndarray:
    with np.load(path, allow_pickle=False) as archive:
        if len(archive.files) != 1:
            raise InputError(
                f"{where} holds {len(archive.files)} arrays ({', '.join(archive.files)}): "
                "it is to hold one."
            )
        return archive[archive.files[0]]


def _read_picture(path: Path, where: str) -> np.ndarray:
    with Image.open(path) as image:
        if (n_pages := getattr(image, "n_frames", 1)) > 1:
            raise InputError(f"{where} holds {n_pages} pages or layers: it is to hold one.")
        image.load()
        if image.mode in ("P", "PA", "CMYK", "YCbCr", "LAB", "HSV"):
            image = image.convert("RGB")
        values = np.asarray(image)
    if values.ndim == 3:
        # A second or fourth channel is opacity.
        values = values[..., : 1 if values.shape[2] == 2 else 3]
        if (values != values[..., :1]).any():
            raise InputError(
                f"{where} is in colour: a saliency map is grey, one value a pixel, so save the "
                "map itself and not a picture of it."
            )
        values = values[..., 0]
    return values


def checked_map(values: object, where: str) -> np.ndarray:
    """Check a saliency map, and return it as a plain array.

    Parameters
    ----------
    values : array
        (h, w), with axes of length 1 beside them where a model added some.
    where : str
        What the map is, for the message.

    Returns
    -------
    (h, w) array, uint8 or uint16 where it was so given, else float32
        Divided by its maximum where that lies outside what float32 holds well.

    Raises
    ------
    InputError
        The values are not a plane of finite numbers of at least 0.
    """
    array = np.asarray(values)
    if array.dtype.kind not in "biuf":
        raise InputError(
            f"{where} holds {array.dtype}: a saliency map is an array of real numbers."
        )
    if array.ndim > 2:
        array = array.reshape([side for side in array.shape if side > 1] or [1, 1])
    if array.ndim != 2 or not array.size:
        shape = " × ".join(map(str, np.shape(values))) or "a single number"
        raise InputError(
            f"{where} is {shape}: a saliency map has one value a pixel, height × width."
        )
    if array.dtype not in (np.uint8, np.uint16):
        with np.errstate(over="ignore"):
            array = _scaled(array).astype(np.float32)
    if not np.isfinite(array).all():
        raise InputError(f"{where} holds values that are not finite, such as NaN.")
    if array.min() < 0:
        raise InputError(
            f"{where} holds negative values (the least is {array.min():g}): a saliency map is a "
            "density, so give the exponential of log densities."
        )
    return array


def _scaled(array: np.ndarray) -> np.ndarray:
    """Divide by the maximum where float32 would make infinite or zero of it: a scale says nothing.

    Others keep their values.
    """
    highest = float(array.max())
    if array.dtype.kind != "f" or not 0 < highest < np.inf or 1e-30 <= highest <= 1e30:
        return array
    return array / highest


def read_fixations(path: str | Path, images: Sequence[str]) -> dict[str, np.ndarray]:
    """Read where people looked.

    Parameters
    ----------
    path : path
        A CSV, as labels may be written, with the columns ``image``, ``x`` and ``y``: pixels from
        the left and upper edge of the picture, one row a fixation.
    images : sequence of str
        The dataset's pictures.

    Returns
    -------
    dict of str to (n, 2) float64 array
        x and y of every picture that has fixations.

    Raises
    ------
    InputError
        The file is no such table, or names other pictures.
    """
    where = f"the fixations {path}"
    header, rows = read_label_rows(path, "the fixations")
    table = dict(zip(header, zip(*rows, strict=True) if rows else [()] * len(header), strict=True))
    if any(header.count(name) != 1 for name in ("image", "x", "y")):
        raise InputError(
            f"{where} have the columns {', '.join(header)}: they are to have the columns image, x "
            "and y, each once."
        )
    points = np.stack([np.array(values_of(table[name])) for name in ("x", "y")], axis=1)
    if points.dtype.kind not in "if":
        raise InputError(f"{where} have an x or y that is no number of pixels.")
    if "" in table["image"] or not np.isfinite(points).all():
        raise InputError(f"{where} have rows without image, x or y.")
    called = {name: without_suffix(name) for name in table["image"]}
    picture_of = pictures_named([*called, *called.values()], images)
    images_of = {name: picture_of.get(name, picture_of.get(called[name])) for name in called}
    if unknown := [name for name in called if images_of[name] is None]:
        raise InputError(
            f"{where} name {listed(unknown)}, which "
            f"{'is no picture' if len(unknown) == 1 else 'are no pictures'} of the dataset."
        )
    # Sorted once: a search for every picture would take their number squared.
    number = {each: k for k, each in enumerate(dict.fromkeys(images_of.values()))}
    row = np.array([number[images_of[name]] for name in table["image"]], dtype=int)
    points = points[np.argsort(row, kind="stable")].astype(np.float64)
    ends = np.cumsum(np.bincount(row, minlength=len(number)))
    return dict(zip(number, np.split(points, ends), strict=False))


def lie_inside(points: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """Tell which points, (n, 2) of x and y, lie inside a picture of a width and a height."""
    return ((points >= 0) & (points < size)).all(axis=1)


def of_fixations_outside(
    path: str | Path, fixations: Mapping[str, np.ndarray], sizes: Mapping[str, tuple[int, int]]
) -> str:
    """Return a warning where fixations lie outside their pictures, and so count nowhere.

    Parameters
    ----------
    path : path
        Where they come from.
    fixations : dict of str to (n, 2) array
        As of :func:`read_fixations`.
    sizes : dict of str to (width, height)
        In pixels.
    """
    outside = {
        image: int((~lie_inside(points, sizes[image])).sum()) for image, points in fixations.items()
    }
    if not (n := sum(outside.values())):
        return ""
    images = [image for image, count in outside.items() if count]
    return (
        f"the fixations {path} have {n} of {sum(map(len, fixations.values()))} points outside "
        f"their pictures, in {listed(images)}; they count nowhere. x and y are pixels of the "
        "picture, from its left and upper edge."
    )
