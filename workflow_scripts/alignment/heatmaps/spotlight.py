"""Spotlight: a picture as it is where it matters, dark where it does not."""

import numpy as np

SPOTLIGHT = "spotlight"  # what the config calls this look
DARK = 0.15  # of the brightness of a place that does not matter
BELOW_ZERO = (60, 150, 255)  # the blue of places that hurt, in the explorer too
BLUE = np.array(BELOW_ZERO, dtype=np.float32)


def spotlight(
    picture: np.ndarray, placed: np.ndarray, area: np.ndarray | None = None
) -> np.ndarray:
    """Show a picture as it is where its heatmap is high, and darken the rest.

    Parameters
    ----------
    picture : (height, width, 3) uint8 array
    placed : (height, width) array
        Heatmap at the picture's resolution, NaN where there is none, which stays dark.
    area : (height, width) bool array or None
        Lit, all of it fully and nothing else; by default light follows the squared heatmap,
        relative to its maximum.

    Returns
    -------
    (height, width, 3) uint8 array
        The plain picture where the heatmap is all zero.  Negative places turn blue by their
        squares, within an area too: they are never lit.
    """
    peak = np.nanmax(np.abs(placed))
    if peak == 0:
        return picture
    level = np.nan_to_num(placed / peak)
    share = np.sign(level) * level**2
    if area is not None:
        lit = np.where(level > 0, 1, share)
        share = np.where(area, lit, 0)
    return light(picture, share)


def light(picture: np.ndarray, shares: np.ndarray, dark: float = DARK) -> np.ndarray:
    """Light the places of a picture.

    Parameters
    ----------
    picture : (height, width, 3) uint8 array
    shares : (height, width) array
        From 0, where the picture is dark, to 1, where it is as it is; below 0 it turns blue.  NaN
        counts as 0.
    dark : float
        What is left of the brightness of a dark place.

    Returns
    -------
    (height, width, 3) uint8 array
    """
    shares = np.clip(np.nan_to_num(shares), -1, 1).astype(np.float32)[..., None]
    picture = picture.astype(np.float32)
    grey = picture @ np.array([0.3, 0.59, 0.11], dtype=np.float32)
    # In place: a whole set is thousands of these, and fresh memory takes longer than arithmetic.
    ground = 0.35 * picture
    ground += 0.65 * grey[..., None]
    ground *= dark
    ground += 7
    lit = np.subtract(picture, ground, out=picture)
    lit *= np.maximum(shares, 0)
    lit += ground
    if (shares < 0).any():
        lit += 0.75 * np.maximum(-shares, 0) * (BLUE - lit)
    return np.rint(lit, out=lit).clip(0, 255, out=lit).astype(np.uint8)
