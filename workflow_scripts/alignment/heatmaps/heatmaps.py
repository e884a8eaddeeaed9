"""Heatmaps of what matters when an image is compared with others."""

from collections.abc import Sequence

import numpy as np

MOST_NAMED = 5  # images in a warning


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


def is_noise(correlation: float) -> bool:
    """Tell whether a heatmap of what made a correlation shows nothing, since it is below .10.

    Of two digits, as it is printed.
    """
    return bool(round(correlation, 2) < 0.1)


def of_empty(heatmaps: np.ndarray, images: np.ndarray, cohort: str, maker: str, why: str) -> str:
    """Return a warning that names the images whose heatmap is empty, nothing where none is.

    Parameters
    ----------
    heatmaps : (N, H, W) array
    images : (N,) array of str
        Their names.
    cohort, maker : str
        What the images are of, and what the heatmaps are by.
    why : str
        What left a heatmap empty.
    """
    empty = images[~heatmaps.any(axis=(1, 2))]
    if not len(empty):
        return ""
    return (
        f"{len(empty)} of {len(images)} images of the cohort '{cohort}' have an empty heatmap by "
        f"{maker}, since {why}: {_first(empty)}"
    )


def of_flat(flat: Sequence[str], n_images: int, cohort: str, name: str) -> str:
    """Return a warning that names the images in which a map is the same everywhere.

    Parameters
    ----------
    flat : sequence of str
        Names of at least one image.
    n_images : int
        Of the cohort.
    cohort, name : str
        What the images are of, and the map.
    """
    return (
        f"the map '{name}' is flat, and so points nowhere, in {len(flat)} of {n_images} images of "
        f"the cohort '{cohort}': {_first(flat)}"
    )


def _first(images):
    return ", ".join(images[:MOST_NAMED]) + ("." if len(images) <= MOST_NAMED else ", ...")
