"""Kinds of heatmaps beside AIS: what each map, or each place, is worth to an image's fit."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from alignment.heads.groups import alike_maps, group_scores
from alignment.heads.one_image import LayeredImages, PooledImages
from alignment.heads.shapley import shapley_values
from alignment.heatmaps.heatmaps import heatmap
from alignment.heatmaps.rivals import activation_map, judgment_weights, mean_map


@dataclass(frozen=True)
class Known:
    """What heatmaps are made from.

    Attributes
    ----------
    feature_maps : (n, F, H, W) float32 array
    embedding : (n, D) array
        Of the same images.
    judgments : (n, n) array
        Human similarities; NaN for a pair that takes no part.
    similarity : {"pearson", "cosine"}
    is_pooled : bool
        Whether the embedding is the spatial mean of the maps.
    open_head : callable
        Returns the part of the network between the two, the maps that it is run on and what passes
        these by: see :func:`alignment.heads.recorded.place_inputs`.  Called only by kinds that run
        it.
    """

    feature_maps: np.ndarray
    embedding: np.ndarray
    judgments: np.ndarray
    similarity: str
    is_pooled: bool
    open_head: Callable[[], Any]

    @cached_property
    def pooled(self) -> np.ndarray:
        """Spatial mean of every map in every image, (n, F)."""
        return self.feature_maps.mean(axis=(2, 3), dtype=np.float64)

    @cached_property
    def run(self) -> dict[str, Any]:
        """Keyword arguments for the functions that run the head."""
        head, maps, beside = self.open_head()
        known = {"embedding": self.embedding, "judgments": self.judgments}
        known["similarity"] = self.similarity
        return {"head": head, "feature_maps": maps, "beside": beside} | known

    @cached_property
    def images(self) -> PooledImages | LayeredImages:
        """Fits of each image with only some of its maps on, the others zero in all tokens."""
        if self.is_pooled:
            return PooledImages(self.embedding, self.judgments, self.similarity)
        from alignment.heads.recorded import map_inputs  # torch costs seconds
        from alignment.heads.running import as_function

        run = (self.run[name] for name in ("head", "feature_maps", "beside"))
        head, maps, beside = map_inputs(*run)
        known = self.embedding, self.judgments, self.similarity
        return LayeredImages(as_function(head, maps.device, beside), maps.cpu().numpy(), *known)


def _cam(known):
    return judgment_weights(known.pooled, known.judgments, known.similarity)


def _grad_cam(known):
    from alignment.heads.gradients import fit_gradients

    return fit_gradients(**known.run)


def _groups(known):
    return group_scores(known.images, alike_maps(known.pooled))


def _shapley(known):
    return shapley_values(known.images)


def _place(known):
    from alignment.heads.places import place_drops

    return place_drops(**known.run)


def _places(known):
    from alignment.heads.places import place_drops

    return place_drops(**known.run, reach=1)


def _gradient(known):
    from alignment.heads.gradients import gradient_shares

    return gradient_shares(**known.run)


def _integrated(known):
    from alignment.heads.gradients import integrated_gradients

    return integrated_gradients(**known.run)


# Scores of maps, (n, F), from which heatmaps are made as from AIS
SCORES = {"groups": _groups, "shapley": _shapley}
# Weights of maps, (n, F), of either sign: the positive part of the weighted sum
WEIGHTS = {"cam": _cam, "grad_cam": _grad_cam}
# What each place is worth by itself, (n, H, W)
PLACES = {"place": _place, "places": _places, "gradient": _gradient, "integrated": _integrated}
WORTH = SCORES | WEIGHTS | PLACES


def worth_of(kind: str, known: Known) -> np.ndarray:
    """Return what each map, (n, F), or each place, (n, H, W), of the images is worth.

    Parameters
    ----------
    kind : str
        A key of `WORTH`.
    known : Known
    """
    return WORTH[kind](known)


def map_by(
    kind: str, feature_maps: np.ndarray, worth: np.ndarray, negative_scores: bool = False
) -> np.ndarray:
    """Return where it matters in an image, as one kind has it.

    Parameters
    ----------
    kind : str
        ``ais`` or a key of `WORTH`.
    feature_maps : (F, H, W) array
    worth : (F,) or (H, W) array
        Of the same image; see :func:`worth_of`.
    negative_scores : bool
        See :func:`alignment.heatmaps.heatmaps.heatmap`.

    Returns
    -------
    (H, W) float32 array
        All zero where nothing speaks for any place.  Signed for kinds that score places.
    """
    if kind in PLACES:
        return worth.astype(np.float32)
    if kind in WEIGHTS:
        return activation_map(feature_maps, worth)
    return heatmap(feature_maps, worth, negative_scores)


def heatmaps_by(kind: str, known: Known, negative_scores: bool = False) -> np.ndarray:
    """Return the heatmaps of all images by one kind, (n, H, W) float32.

    Kinds that score places have none below zero; those that score maps do where negative scores
    count.

    Parameters
    ----------
    kind : str
        A key of `WORTH`, or ``mean``, which knows no judgments and is signed where maps are.
    known : Known
    negative_scores : bool
        See :func:`alignment.heatmaps.heatmaps.heatmap`.
    """
    if kind == "mean":
        return np.stack([mean_map(maps) for maps in known.feature_maps])
    every = zip(known.feature_maps, worth_of(kind, known), strict=True)
    maps = np.stack([map_by(kind, own, worth, negative_scores) for own, worth in every])
    return np.maximum(maps, 0) if kind in PLACES else maps
