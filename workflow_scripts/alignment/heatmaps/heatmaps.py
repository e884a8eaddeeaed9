"""Heatmaps of what matters when an image is compared with others, and their overlays."""

from collections.abc import Callable

import numpy as np
from PIL import Image

PICTURE_SHARE = 0.6  # of the blend of picture and colour


def heatmap(feature_maps: np.ndarray, ais: np.ndarray, negative_scores: bool = False) -> np.ndarray:
    """Return the AIS-weighted mean of an image's feature maps.

    Parameters
    ----------
    feature_maps : (F, H, W) array
    ais : (F,) array
        Scores of the maps for this image; undefined ones (NaN) weigh nothing.
    negative_scores : bool
        By default weights are max(AIS, 0), normalised to sum 1.  With True the signed scores are
        kept and normalised by the sum of their absolute values: their plain sum may be negative,
        which would flip the sign of the whole map.

    Returns
    -------
    (H, W) float32 array
        All zero where no map has a usable score.

    Notes
    -----
    Section 6 of the method: heatmap of one image.
    """
    weights = np.nan_to_num(np.asarray(ais, dtype=np.float64))
    if not negative_scores:
        weights = np.maximum(weights, 0)
    total = np.abs(weights).sum()
    if total == 0:
        return np.zeros(feature_maps.shape[1:], dtype=np.float32)
    weighted = np.tensordot(weights / total, feature_maps.astype(np.float64), axes=1)
    return weighted.astype(np.float32)


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


def overlay(
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
