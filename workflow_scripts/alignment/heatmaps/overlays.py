"""Overlays: a picture coloured by its heatmap, whole or above a percentile."""

from collections.abc import Callable

import numpy as np
from matplotlib import colormaps

from alignment.artifacts.errors import InputError
from alignment.heatmaps.placement import place

PICTURE_SHARE = 0.6  # of the blend of picture and colour


def draw_overlay(
    picture: np.ndarray, heatmap: np.ndarray, framing: str, threshold: str, colours: str
) -> np.ndarray:
    """Lay a heatmap over its picture.

    Parameters
    ----------
    picture : (height, width, 3) uint8 array
    heatmap : (H, W) array
    framing : {"stretch", "crop", "pad"}
        How the picture was brought to the network's square input.
    threshold : str
        ``full``, or ``p`` and a percentile.
    colours : str
        Name of a matplotlib colour map.

    Returns
    -------
    (height, width, 3) uint8 array

    Raises
    ------
    InputError
        No such colour map.
    """
    if colours not in colormaps:
        raise InputError(
            f"config: heatmaps: colours: matplotlib has no colour map '{colours}'; "
            "jet, viridis and RdBu_r are some of those it has."
        )
    height, width = picture.shape[:2]
    placed = place(heatmap, (width, height), framing)
    percentile = None if threshold == "full" else float(threshold.removeprefix("p"))
    return blend(picture, placed, colormaps[colours], percentile)


def blend(
    picture: np.ndarray,
    placed: np.ndarray,
    colours: Callable[[np.ndarray], np.ndarray],
    percentile: float | None = None,
) -> np.ndarray:
    """Colour a picture by its heatmap.

    Parameters
    ----------
    picture : (height, width, 3) uint8 array
    placed : (height, width) array
        Heatmap at the picture's resolution, NaN where there is none.
    colours : callable
        Maps values in [0, 1] to RGBA in [0, 1], such as a matplotlib colour map.  A heatmap with
        negative values is centred on 0.5, so that a diverging colour map shows their sign.
    percentile : float or None
        Show the colour only where the heatmap exceeds its own percentile, the plain picture
        elsewhere.

    Returns
    -------
    (height, width, 3) uint8 array
        The plain picture where the heatmap is all zero.

    Notes
    -----
    Section 6 of the method: the heatmap is divided by its maximum, squared, coloured and blended
    0.6 picture + 0.4 colour.
    """
    peak = np.nanmax(np.abs(placed))
    if peak == 0:
        return picture
    level = placed / peak
    level = np.sign(level) * level**2
    if np.nanmin(placed) < 0:
        level = 0.5 + level / 2
    shown = np.isfinite(placed)
    if percentile is not None:
        shown &= placed > np.nanpercentile(placed, percentile)
    colour = np.asarray(colours(np.nan_to_num(level)))[..., :3] * 255
    blend = PICTURE_SHARE * picture + (1 - PICTURE_SHARE) * colour
    return np.where(shown[..., None], np.rint(blend), picture).astype(np.uint8)
