"""The maps that are compared: AIS, its rivals, and what knows nothing of judgments."""

from collections.abc import Mapping, Sequence

import numpy as np

from alignment.heatmaps.heatmaps import heatmap
from alignment.heatmaps.kinds import map_by
from alignment.heatmaps.rivals import mean_map, random_places
from alignment.planning.sources import KIND_LABELS

AIS = "ais"
# In the order of figures, by what figures call them.
LABELS = {
    AIS: "AIS",
    **KIND_LABELS,
    "centred": "AIS × centred Gaussian",
    "centred_mean": "mean of all maps × centred Gaussian",
    "other": "another picture's heatmap",
    "reversed": "reversed weights",
    "random": "random places",
    "gaussian": "centred Gaussian",
}
# The middle of the picture laid over maps: one with judgments, and its control without any
CENTRED = {"centred": AIS, "centred_mean": "mean"}
SALIENCY = "saliency-"  # before the name of a source, so that no source is taken for a rival


def label_of(name: str) -> str:
    """Return what figures call a map."""
    return LABELS.get(name) or f"saliency, {name.removeprefix(SALIENCY).replace('_', ' ')}"


def maps_of(
    feature_maps: Sequence[np.ndarray],
    image: int,
    other: int,
    worth: Mapping[str, np.ndarray],
    negative_scores: bool,
    generator: np.random.Generator,
) -> dict[str, np.ndarray]:
    """Return the maps of an image that are as coarse as its feature maps.

    Parameters
    ----------
    feature_maps : sequence of n (F, H, W) arrays
    image, other : int
        The image, and the one whose heatmap is laid on it.
    worth : dict of str to (n, F) or (n, H, W) array
        What each map, or each place, is worth for each image: by ``ais``, and by other kinds, see
        :func:`alignment.heatmaps.kinds.worth_of`.
    negative_scores : bool
        See :func:`alignment.heatmaps.heatmaps.heatmap`.
    generator : numpy Generator

    Returns
    -------
    dict of str to (H, W) float32 array
        All zero where a map has no usable weight.
    """
    own, scores = feature_maps[image], worth[AIS]
    return {
        **{kind: map_by(kind, own, of[image], negative_scores) for kind, of in worth.items()},
        "mean": mean_map(own),
        "other": heatmap(feature_maps[other], scores[other], negative_scores),
        "reversed": heatmap(own, -scores[image], negative_scores),
        "random": random_places(own.shape[1:], generator),
    }


def with_centred(maps: Mapping[str, np.ndarray], gaussian: np.ndarray) -> dict[str, np.ndarray]:
    """Return maps and, of AIS and of the mean of all maps, the product with a centred Gaussian.

    Parameters
    ----------
    maps : dict of str to (h, w) array
        At the resolution of `gaussian`.
    gaussian : (h, w) array

    Returns
    -------
    dict of str to (h, w) array
    """
    return {**maps, **{name: maps[of] * gaussian for name, of in CENTRED.items()}}
