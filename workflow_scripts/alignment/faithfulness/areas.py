"""Pictures of which only the top of a map is left, or from which it is gone."""

import numpy as np

KEEP = "keep"
TESTS = (KEEP, "delete")
BLUR = 0.1  # deviation of the Gaussian that blurs, as a share of the picture's height and width


def highest_pixels(values: np.ndarray, shares: list[float], ties: np.ndarray) -> np.ndarray:
    """Mark the pixels where a map is highest: of each share exactly as many.

    Parameters
    ----------
    values : (h, w) array
    shares : sequence of float
        Per cent of the pixels.
    ties : (h, w) array
        Which of equally high pixels come first: those where this is low.

    Returns
    -------
    (len(shares), h, w) bool array
    """
    heights, ties = -values.ravel(), ties.ravel()
    sizes = [round(share / 100 * values.size) for share in shares]
    areas = np.zeros((len(shares), values.size), dtype=bool)
    # Only the pixels at an area's edge are ever sorted: sorting all would take a third of the time
    # that the network needs for the picture.
    ends = [max(size - 1, 0) for size in sizes]
    edges = np.partition(heights, ends)[ends]
    for area, size, edge in zip(areas, sizes, edges, strict=True):
        np.less(heights, edge, out=area)
        level = np.flatnonzero(heights == edge)
        first = np.argsort(ties[level], kind="stable")[: size - np.count_nonzero(area)]
        area[level[first]] = True
    return areas.reshape(len(shares), *values.shape)


def filled(picture: np.ndarray, fill: str) -> np.ndarray:
    """Return what takes the place of a picture where it is gone.

    Parameters
    ----------
    picture : (3, h, w) float32 array
        As a network sees it.
    fill : {"mean", "blur"}
        The picture's mean colour, or the picture blurred by a Gaussian, mirrored at the edges.

    Returns
    -------
    (3, h, w) float32 array
    """
    if fill == "mean":
        mean = picture.mean(axis=(1, 2), keepdims=True, dtype=np.float64)
        return np.broadcast_to(mean.astype(np.float32), picture.shape)
    from scipy.ndimage import gaussian_filter  # costs half a second, which summaries save

    height, width = picture.shape[1:]
    return gaussian_filter(picture, (0, BLUR * height, BLUR * width), mode="reflect")


def changed(picture: np.ndarray, fill: np.ndarray, area: np.ndarray, test: str) -> np.ndarray:
    """Return a picture of which an area alone is left, or from which it is gone.

    Parameters
    ----------
    picture, fill : (3, h, w) arrays
    area : (h, w) bool array
    test : {"keep", "delete"}

    Returns
    -------
    (3, h, w) array
    """
    return np.where(area == (test == KEEP), picture, fill)
