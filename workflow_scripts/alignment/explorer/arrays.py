"""From arrays and pictures to what a page holds: text that a browser turns back into both.

An array is ``{"type", "shape", "data"}``: little-endian bytes in base64, as the browser's typed
arrays have them.  One that was rounded to whole numbers has a ``scale`` as well, a number or an
array of one number a row, by which they are multiplied.
"""

import base64
import io
from typing import Any

import numpy as np
from PIL import Image

TYPES = {"i1", "u1", "i2", "u2", "u4", "f4"}
QUALITY = 88  # of WebP: above it, files grow without a visible difference


def packed(array: np.ndarray, kind: str) -> dict[str, Any]:
    """Return an array as it is, in one of the types that a browser has.

    Parameters
    ----------
    array : array
    kind : str
        One of `TYPES`.

    Raises
    ------
    ValueError
        The type is unknown, or cannot hold the values.
    """
    if kind not in TYPES:
        raise ValueError(f"type {kind!r} is not one of {', '.join(sorted(TYPES))}")
    array = np.asarray(array)
    if kind != "f4" and array.size:
        limits = np.iinfo(kind)
        if array.min() < limits.min or array.max() > limits.max:
            raise ValueError(f"values {array.min()} to {array.max()} do not fit into {kind}")
    values = np.ascontiguousarray(array, dtype=np.dtype(kind).newbyteorder("<"))
    return {
        "type": kind,
        "shape": list(values.shape),
        "data": base64.b64encode(values.tobytes()).decode("ascii"),
    }


def rounded(array: np.ndarray, kind: str, by_row: bool = False) -> dict[str, Any]:
    """Return an array rounded to whole numbers times a scale.

    Parameters
    ----------
    array : array
        Without negative values for unsigned types.
    kind : {"i1", "i2", "u1"}
        The largest absolute value takes all of the type's range.  The lowest number of a signed
        type stands for NaN; unsigned types have none, and NaN becomes 0.
    by_row : bool
        One scale for each entry of the first axis instead of one for all.

    Returns
    -------
    dict
        With a ``scale``.
    """
    array = np.asarray(array, dtype=np.float64)
    limits = np.iinfo(kind)
    known = np.where(np.isfinite(array), array, 0)
    axes = tuple(range(1, array.ndim)) if by_row else None
    peak = np.abs(known).max(axis=axes, keepdims=True, initial=0)
    scale = np.where(peak > 0, peak, 1) / limits.max
    whole = np.rint(known / scale)
    if limits.min < 0:
        whole = np.where(np.isfinite(array), whole, limits.min)
    scale = packed(scale.ravel(), "f4") if by_row else float(scale.item())
    return packed(whole, kind) | {"scale": scale}


def webp(picture: np.ndarray, longest: int | None = None) -> str:
    """Return a picture as WebP in base64.

    Parameters
    ----------
    picture : (height, width, 3) uint8 array
    longest : int, optional
        Pixels of the longer side, to which larger pictures are reduced.
    """
    image = Image.fromarray(picture)
    if longest is not None:
        image.thumbnail((longest, longest), Image.Resampling.LANCZOS)
    file = io.BytesIO()
    image.save(file, format="WEBP", quality=QUALITY, method=5)
    return base64.b64encode(file.getvalue()).decode("ascii")


def small(values: np.ndarray, side: int) -> np.ndarray:
    """Return a map resized to a square by area averaging.

    Parameters
    ----------
    values : (h, w) array
        Without negative values.
    side : int

    Returns
    -------
    (side, side) float32 array
        Each value is the mean of the area that it covers; NaN counts as 0.
    """
    image = Image.fromarray(np.nan_to_num(np.asarray(values, dtype=np.float32)))
    return np.asarray(image.resize((side, side), Image.Resampling.BOX))
