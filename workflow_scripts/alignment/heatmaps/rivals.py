"""Maps of what matters in a picture that are made otherwise than by AIS."""

import numpy as np

from alignment.heads.unit_rows import UnitRows, fit_over

ROUNDING = np.finfo(np.float32).eps


def mean_map(feature_maps: np.ndarray) -> np.ndarray:
    """Return the plain mean of an image's feature maps, which knows no judgments.

    Parameters
    ----------
    feature_maps : (F, H, W) array

    Returns
    -------
    (H, W) float32 array
        All zero where the mean varies by no more than rounding: a layer that standardises over maps
        leaves the same mean at every place.
    """
    mean = feature_maps.mean(axis=0, dtype=np.float64)
    if np.ptp(mean) <= ROUNDING * np.abs(feature_maps).max(initial=0):
        return np.zeros(mean.shape, dtype=np.float32)
    return mean.astype(np.float32)


def activation_map(feature_maps: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Return the positive part of a weighted sum of an image's feature maps.

    Parameters
    ----------
    feature_maps : (F, H, W) array
    weights : (F,) array
        Of either sign; where one is undefined (NaN), the map is all zero.

    Returns
    -------
    (H, W) float32 array

    Notes
    -----
    As in Grad-CAM (Selvaraju et al., 2017), equation 2.
    """
    if not np.isfinite(weights).all():
        return np.zeros(feature_maps.shape[1:], dtype=np.float32)
    total = np.tensordot(weights, feature_maps.astype(np.float64), axes=1)
    return np.maximum(total, 0).astype(np.float32)


def judgment_weights(
    pooled: np.ndarray, judgments: np.ndarray, similarity: str = "pearson"
) -> np.ndarray:
    """Return how much each map speaks for the images that people find like an image.

    Parameters
    ----------
    pooled : (n, F) array
        Spatial mean of every map in every image.
    judgments : (n, n) array
        Human similarities; NaN for a pair that takes no part.  The diagonal never does.
    similarity : {"pearson", "cosine"}
        Whether rows of `pooled` are centred.

    Returns
    -------
    (n, F) float64 array
        ``sum over j of zH_ij z_jf``: zH is standardised over j, z is a row of `pooled` at unit
        length.  NaN where the judgments of an image do not vary, or one of these rows does not.
    """
    rows = UnitRows(np.asarray(pooled, dtype=np.float64), similarity)
    weights = np.full(rows.centred.shape, np.nan)
    for i in range(len(judgments)):
        part, is_defined = fit_over(rows, judgments, i)
        if is_defined:
            judged = judgments[i, part]
            weights[i] = (judged - judged.mean()) / judged.std() @ rows.centred[part]
    return weights


def random_places(shape: tuple[int, int], generator: np.random.Generator) -> np.ndarray:
    """Return a map of noise, as coarse as a heatmap is: (H, W) float32."""
    return generator.random(shape, dtype=np.float32)


def others(n_images: int, generator: np.random.Generator) -> np.ndarray:
    """Return another image for each of at least two images, each taken once: (n,) int array."""
    order = generator.permutation(n_images)
    partner = np.empty(n_images, dtype=int)
    partner[order] = np.roll(order, 1)
    return partner
