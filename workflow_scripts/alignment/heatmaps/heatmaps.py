"""Heatmaps of what matters when an image is compared with others."""

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
    named = ", ".join(empty[:MOST_NAMED]) + ("." if len(empty) <= MOST_NAMED else ", ...")
    return (
        f"{len(empty)} of {len(images)} images of the cohort '{cohort}' have an empty heatmap by "
        f"{maker}, since {why}: {named}"
    )
