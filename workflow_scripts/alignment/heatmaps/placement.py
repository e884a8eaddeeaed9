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
