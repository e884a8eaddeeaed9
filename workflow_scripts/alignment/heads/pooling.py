"""Whether a network ends in a spatial mean: all that extracting activations needs of heads."""

import numpy as np

# How far a mean in float32 may be from one in float64, as a share of the values' mean size
ROUNDING = 1e-5


def is_pooled(feature_maps: np.ndarray, embedding: np.ndarray) -> bool:
    """Tell whether an embedding is the spatial mean of the feature maps, and nothing more.

    Parameters
    ----------
    feature_maps : (N, F, H, W) array
    embedding : (N, D) array

    Notes
    -----
    They may differ by rounding, which is a share of the values that were added up: where these have
    both signs the mean can be much smaller than they.
    """
    pooled = feature_maps.mean(axis=(2, 3), dtype=np.float64)
    if pooled.shape != embedding.shape:
        return False
    sizes = np.abs(feature_maps).mean(axis=(2, 3), dtype=np.float64)
    return bool((np.abs(pooled - embedding) <= ROUNDING * sizes).all())
