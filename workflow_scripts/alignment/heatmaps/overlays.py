"""Overlays: a picture lit or coloured by its heatmap, whole or above a percentile."""

from collections.abc import Callable

import numpy as np

from alignment.artifacts.errors import InputError
from alignment.heatmaps.placement import place
from alignment.heatmaps.spotlight import SPOTLIGHT, spotlight

PICTURE_SHARE = 0.6  # of the blend of picture and colour


def draw_overlay(
    picture: np.ndarray, heatmap: np.ndarray, framing: str, threshold: str, colours: str
) -> np.ndarray:
    """Show a heatmap on its picture.

    Parameters
    ----------
    picture : (height, width, 3) uint8 array
    heatmap : (H, W) array
    framing : {"stretch", "crop", "pad"}
        How the picture was brought to the network's square input.
    threshold : str
        ``full``, or ``p`` and a percentile.
    colours : str
        ``spotlight``, or the name of a matplotlib colour map.

    Returns
    -------
    (height, width, 3) uint8 array

    Raises
    ------
    InputError
        No such colour map.
    """
    return overlay_and_area(picture, heatmap, framing, threshold, colours)[0]


def overlay_and_area(
    picture: np.ndarray, heatmap: np.ndarray, framing: str, threshold: str, colours: str
) -> tuple[np.ndarray, np.ndarray | None]:
    """Return what :func:`draw_overlay` does, and where it shows a heatmap that is cut.

    Returns
    -------
    overlay : (height, width, 3) uint8 array
    area : (height, width) bool array or None
        Where the heatmap exceeds the percentile; None if all of it is shown.
    """
    height, width = picture.shape[:2]
    placed = place(heatmap, (width, height), framing)
    area = None if threshold == "full" else above(placed, percentile_of(threshold))
    if colours == SPOTLIGHT:
        return spotlight(picture, placed, area), area
    return blend(picture, placed, colour_map(colours), area), area


def percentile_of(threshold: str) -> float:
    """Return the percentile of a threshold that has one, as 70 of ``p70``."""
    return float(threshold.removeprefix("p"))


def above(placed: np.ndarray, percentile: float) -> np.ndarray:
    """Return where a heatmap, (height, width), exceeds a percentile of its own values."""
    return placed > np.nanpercentile(placed, percentile)


def colour_map(name: str) -> Callable[[np.ndarray], np.ndarray]:
    """Return a colour map of matplotlib by its name, or raise an InputError."""
    from matplotlib import colormaps  # takes longer than all else, and Spotlight does without

    if name not in colormaps:
        raise InputError(
            f"config: heatmaps: colours: matplotlib has no colour map '{name}'; "
            "spotlight needs none, and jet, viridis and RdBu_r are some of those it has."
        )
    return colormaps[name]


def blend(
    picture: np.ndarray,
    placed: np.ndarray,
    colours: Callable[[np.ndarray], np.ndarray],
    area: np.ndarray | None = None,
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
    area : (height, width) bool array or None
        Where the colour is shown, the plain picture elsewhere; None shows all of it.

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
    if area is not None:
        shown &= area
    colour = np.asarray(colours(np.nan_to_num(level)))[..., :3] * 255
    blend = PICTURE_SHARE * picture + (1 - PICTURE_SHARE) * colour
    return np.where(shown[..., None], np.rint(blend), picture).astype(np.uint8)
