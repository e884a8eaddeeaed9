"""Heatmaps at the resolution of their pictures."""

import numpy as np
from PIL import Image


def enlarge(values: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """Scale a heatmap bilinearly.

    Parameters
    ----------
    values : (H, W) array
    size : (width, height) in pixels

    Returns
    -------
    (height, width) float32 array
    """
    image = Image.fromarray(np.asarray(values, dtype=np.float32))
    return np.asarray(image.resize(size, Image.Resampling.BILINEAR))


def place(
    values: np.ndarray, picture_size: tuple[int, int], framing: str = "stretch"
) -> np.ndarray:
    """Put a heatmap where the network saw it, at the picture's own resolution.

    Parameters
    ----------
    values : (H, W) array
    picture_size : (width, height) in pixels
    framing : {"stretch", "crop", "pad"}
        How the picture was brought to the network's square input.

    Returns
    -------
    (height, width) float32 array
        NaN outside the part of the picture that the network saw (centre crop only).
    """
    width, height = picture_size
    if framing == "stretch":
        return enlarge(values, (width, height))
    if framing == "pad":
        side = max(width, height)
        left, top = (side - width) // 2, (side - height) // 2
        return enlarge(values, (side, side))[top : top + height, left : left + width]
    if framing == "crop":
        side = min(width, height)
        left, top = (width - side) // 2, (height - side) // 2
        placed = np.full((height, width), np.nan, dtype=np.float32)
        placed[top : top + side, left : left + side] = enlarge(values, (side, side))
        return placed
    raise ValueError(f"framing {framing!r} is not one of stretch, crop, pad")


def picture_area(picture_size: tuple[int, int], side: int, framing: str) -> tuple[slice, slice]:
    """Return the rows and columns of a network's square input that show the picture.

    Parameters
    ----------
    picture_size : (width, height) in pixels
    side : int
        Of the input, in pixels.
    framing : {"stretch", "crop", "pad"}

    Returns
    -------
    rows, columns : slice
        All of the input but for `pad`, where the rest is the colour of the padding.
    """
    if framing != "pad":
        return slice(0, side), slice(0, side)
    longest = max(picture_size)
    edges = []
    for length in picture_size[::-1]:
        start = (longest - length) // 2
        first = round(start * side / longest)
        edges.append(slice(first, max(first + 1, round((start + length) * side / longest))))
    return edges[0], edges[1]


def frame(
    values: np.ndarray, picture_size: tuple[int, int], side: int, framing: str = "stretch"
) -> np.ndarray:
    """Bring a map of a whole picture to the part of it in a network's square input.

    Parameters
    ----------
    values : (h, w) array
        Over the whole picture, at any resolution.
    picture_size : (width, height) in pixels
    side : int
        Of the input, in pixels.
    framing : {"stretch", "crop", "pad"}
        How the picture was brought to the square.

    Returns
    -------
    (rows, columns) float32 array
        For the pixels of :func:`picture_area`.
    """
    width, height = picture_size
    if framing == "crop":
        least = min(width, height)
        left, top = (width - least) // 2, (height - least) // 2
        values = enlarge(values, (width, height))[top : top + least, left : left + least]
    rows, columns = picture_area(picture_size, side, framing)
    return enlarge(values, (columns.stop - columns.start, rows.stop - rows.start))
