"""The maps that are compared: AIS, its rivals, and what knows nothing of judgments."""

from collections.abc import Mapping, Sequence

import numpy as np

from alignment.heatmaps.heatmaps import heatmap
from alignment.heatmaps.rivals import activation_map, mean_map, random_places

AIS = "ais"
# In the order of figures, by what figures call them.
LABELS = {
    AIS: "AIS",
    "cam": "judgment-weighted CAM",
    "grad_cam": "Grad-CAM of the fit",
    "place": "place left out",
    "places": "3 × 3 places left out",
    "mean": "mean of all maps",
    "other": "another picture's heatmap",
    "reversed": "reversed weights",
    "random": "random places",
    "gaussian": "centred Gaussian",
}
SALIENCY = "saliency-"  # before the name of a source, so that no source is taken for a rival


def label_of(name: str) -> str:
    """Return what figures call a map."""
    return LABELS.get(name) or f"saliency, {name.removeprefix(SALIENCY).replace('_', ' ')}"


def maps_of(
    feature_maps: Sequence[np.ndarray],
    image: int,
    other: int,
    weights: Mapping[str, np.ndarray],
    drops: Mapping[str, np.ndarray],
    negative_scores: bool,
    generator: np.random.Generator,
) -> dict[str, np.ndarray]:
    """Return the maps of an image that are as coarse as its feature maps.

    Parameters
    ----------
    feature_maps : sequence of n (F, H, W) arrays
    image, other : int
        The image, and the one whose heatmap is laid on it.
    weights : dict of str to (n, F) array
        ``ais``, ``cam`` and ``grad_cam``: what each map is worth for each image.
    drops : dict of str to (n, H, W) array
        ``place`` and ``places``: what each place is worth, see
        :func:`alignment.heads.places.place_drops`.
    negative_scores : bool
        See :func:`alignment.heatmaps.heatmaps.heatmap`.
    generator : numpy Generator

    Returns
    -------
    dict of str to (H, W) float32 array
        All zero where a map has no usable weight.
    """
    own, scores = feature_maps[image], weights[AIS]
    return {
        AIS: heatmap(own, scores[image], negative_scores),
        "cam": activation_map(own, weights["cam"][image]),
        "grad_cam": activation_map(own, weights["grad_cam"][image]),
        "mean": mean_map(own),
        "other": heatmap(feature_maps[other], scores[other], negative_scores),
        "reversed": heatmap(own, -scores[image], negative_scores),
        "random": random_places(own.shape[1:], generator),
        **{name: values[image].astype(np.float32) for name, values in drops.items()},
    }
