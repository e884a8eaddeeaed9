"""What each view of the page needs, as packs of arrays that are opened when they are needed."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from alignment.comparison.stability import most_exciting
from alignment.explorer.arrangement import align, arrange, on_unit_scale
from alignment.explorer.arrays import packed, rounded, small, webp
from alignment.importance.pair_scores import strongest
from alignment.similarity.pairs import upper_triangle

N_BEST = 8  # maps shown of a picture, and pictures of a map
N_BEST_OF_PAIR = 3
SALIENCY_SIDE = 28
PICTURES_TOGETHER = 100  # in a pack
LONGEST = 360  # pixels of a picture's longer side


def picture_packs(pictures: Iterable[np.ndarray]) -> dict[str, Any]:
    """Return pictures, (height, width, 3) uint8 arrays, in packs of a hundred."""
    shown = [webp(picture, LONGEST) for picture in pictures]
    return {
        f"pictures/{start // PICTURES_TOGETHER}": {"webp": shown[start : start + PICTURES_TOGETHER]}
        for start in range(0, len(shown), PICTURES_TOGETHER)
    }


def cohort_packs(
    cohort: str,
    model: str,
    *,
    judgments: np.ndarray,
    feature_maps: np.ndarray,
    image_ais: Mapping[str, np.ndarray],
    heatmap: np.ndarray,
    pair_ais: Mapping[str, np.ndarray],
    pairs: Mapping[str, np.ndarray],
    held_out: Mapping[str, np.ndarray],
    scores: np.ndarray,
    retained: np.ndarray,
) -> dict[str, Any]:
    """Return all packs of one cohort and model, by name.

    Parameters
    ----------
    cohort, model : str
    judgments : (n, n) array
    feature_maps : (n, F, H, W) array
    image_ais : dict of arrays
        ``ais`` (n, F) and ``fit_full`` (n,).
    heatmap : (n, H, W) array
    pair_ais : dict of arrays
        See :func:`pair_pack`; also ``rsm`` (n, n).
    pairs : dict of arrays
        See :func:`pair_pack`.
    held_out : dict of arrays
        ``similarity`` and ``n_folds``, (n, n).
    scores, retained : (folds, F) arrays
    """
    both = f"{cohort}/{model}"
    rsm, predicted, ais = pair_ais["rsm"], held_out["similarity"], image_ais["ais"]
    return {
        f"people/{cohort}": people_pack(judgments),
        f"heatmaps/{both}": heatmap_pack(heatmap, image_ais["fit_full"], ais, feature_maps),
        f"similarities/{both}": similarity_pack(rsm, predicted, held_out["n_folds"]),
        f"arrangements/{both}": arrangement_pack(judgments, rsm, predicted),
        f"pairs/{both}": pair_pack(pairs, pair_ais),
        f"folds/{both}": fold_pack(scores, retained, ais),
    }


def heatmap_pack(
    heatmap: np.ndarray, fit_full: np.ndarray, ais: np.ndarray, feature_maps: np.ndarray
) -> dict[str, Any]:
    """Return the heatmaps of a cohort, and the maps that add most to each picture.

    Parameters
    ----------
    heatmap : (n, H, W) float32 array
        Kept to the last digit: masks drawn from it are those of the workflow.
    fit_full : (n,) array
        r of each picture with people.
    ais : (n, F) array
        Scores of the maps for each picture.
    feature_maps : (n, F, H, W) array
    """
    maps, scores = strongest(ais, N_BEST)
    looks = np.maximum(np.take_along_axis(feature_maps, maps[:, :, None, None], axis=1), 0)
    return {
        "heatmap": packed(heatmap, "f4"),
        "fit": packed(fit_full, "f4"),
        "maps": packed(maps, "u2"),
        "scores": packed(scores, "f4"),
        "looks": packed(_of_peak(looks), "u1"),
    }


def rival_pack(heatmap: np.ndarray) -> dict[str, Any]:
    """Return the heatmaps of another kind than AIS, (n, H, W) float32, to the last digit."""
    return {"heatmap": packed(heatmap, "f4")}


def people_pack(judgments: np.ndarray) -> dict[str, Any]:
    """Return the judgments of a cohort's pairs, (n, n) with NaN where a pair was not judged."""
    return {"judgments": rounded(upper_triangle(judgments), "i2")}


def similarity_pack(rsm: np.ndarray, held_out: np.ndarray, n_folds: np.ndarray) -> dict[str, Any]:
    """Return a network's similarities of a cohort's pairs, all of them (n, n) arrays."""
    return {
        "all": rounded(upper_triangle(rsm), "i2"),
        "retained": rounded(upper_triangle(held_out), "i2"),
        "n_folds": packed(np.minimum(upper_triangle(n_folds), 255), "u1"),
    }


def arrangement_pack(
    judgments: np.ndarray, rsm: np.ndarray, held_out: np.ndarray
) -> dict[str, Any]:
    """Return where pictures lie by people, and by a network's maps, turned to match people."""
    people = arrange(on_unit_scale(judgments))
    network = arrange(rsm)
    # Pairs that no fold tests are missing: the search for their places begins at those of all maps.
    retained = arrange(held_out, start=network)
    stages = {
        "people": people,
        "all": align(network, people),
        "retained": align(retained, people),
    }
    size = max(np.abs(places).max() for places in stages.values()) or 1.0
    return {name: packed(places / size, "f4") for name, places in stages.items()}


def pair_pack(pairs: Mapping[str, np.ndarray], scores: Mapping[str, np.ndarray]) -> dict[str, Any]:
    """Return the pair heatmaps of a cohort, and the maps that add most to each pair.

    Parameters
    ----------
    pairs : dict of arrays
        ``first``, ``second`` (p,), by first; ``all_maps``, ``retained`` (p, H, W), NaN where a pair
        is not held out.
    scores : dict of arrays
        ``map`` and ``ais`` (p, k) of the same pairs, and ``images``.

    Returns
    -------
    dict
        ``held``: a bit for each pair, set where it has an entry in ``retained``.
    """
    n_images = len(scores["images"])
    held = np.isfinite(pairs["retained"]).all(axis=(1, 2))
    return {
        "starts": packed(np.searchsorted(pairs["first"], np.arange(n_images + 1)), "u4"),
        "second": packed(pairs["second"], "u2"),
        "all": rounded(pairs["all_maps"], "i1", by_row=True),
        "held": packed(np.packbits(held, bitorder="little"), "u1"),
        "retained": rounded(pairs["retained"][held], "i1", by_row=True),
        "maps": packed(scores["map"][:, :N_BEST_OF_PAIR], "u2"),
        "scores": rounded(scores["ais"][:, :N_BEST_OF_PAIR], "i2"),
    }


def without_repetition(parts: Sequence[Mapping[str, Any]]) -> None:
    """Take out what a larger cohort holds as well: shares with all maps do not depend on cohorts.

    Parameters
    ----------
    parts : sequence of dict
        ``cohort``, ``model``, ``images`` and ``packs``, changed in place: in the pack of pairs
        ``all`` gives way to ``all_in``, the cohort that has it.
    """

    def pairs_of(part):
        return part["packs"][f"pairs/{part['cohort']}/{part['model']}"]

    def has_all(part):
        n = len(part["images"])
        return pairs_of(part)["second"]["shape"][0] == n * (n - 1)

    complete = sorted(filter(has_all, parts), key=lambda part: len(part["images"]))
    for k, part in enumerate(complete):
        for larger in reversed(complete[k + 1 :]):
            if larger["model"] == part["model"] and {*part["images"]} <= {*larger["images"]}:
                pairs_of(part)["all_in"] = larger["cohort"]
                del pairs_of(part)["all"]
                break


def fold_pack(scores: np.ndarray, retained: np.ndarray, ais: np.ndarray) -> dict[str, Any]:
    """Return the score of each map in each fold, and the pictures that it helps most.

    Parameters
    ----------
    scores : (folds, F) array
        Training AIS.
    retained : (folds, F) bool array
    ais : (n, F) array
        Scores of the maps for each picture of the cohort.
    """
    helped, gains = strongest(ais.T, N_BEST)
    return {
        "scores": rounded(scores.T, "i1", by_row=True),
        "retained": packed(np.packbits(retained.T, axis=1, bitorder="little"), "u1"),
        "share": packed(retained.mean(axis=0), "f4"),
        "helped": packed(helped, "u2"),
        "gains": rounded(gains, "i2"),
    }


def map_pack(feature_maps: np.ndarray) -> dict[str, Any]:
    """Return the pictures that excite each map most, and where it looks in them.

    Parameters
    ----------
    feature_maps : (N, F, H, W) array
        Of a dataset.

    Returns
    -------
    dict
        ``top`` (F, k): pictures, best first, N where there are fewer; ``activity`` (F, k): the
        map's mean in them, of its largest; ``looks`` (F, k, H, W): of each one's own maximum.
    """
    n_images, n_maps, height, width = feature_maps.shape
    n_top = min(N_BEST, n_images)
    top = np.full((n_maps, n_top), n_images)
    activity = np.zeros((n_maps, n_top))
    looks = np.zeros((n_maps, n_top, height, width), dtype=np.float32)
    for f in range(n_maps):
        best = most_exciting(feature_maps[:, f], n_top)
        top[f, : len(best)] = best
        looks[f, : len(best)] = np.maximum(feature_maps[best, f], 0)
        activity[f, : len(best)] = feature_maps[best, f].mean(axis=(1, 2), dtype=np.float64)
    return {
        "top": packed(top, "u2"),
        "activity": packed(activity, "f4"),
        "looks": packed(_of_peak(looks), "u1"),
    }


def saliency_pack(maps: Mapping[str, list[np.ndarray]]) -> dict[str, Any]:
    """Return the saliency maps of a dataset by source, each (N, side, side) of its own maximum."""
    return {
        source: packed(_of_peak(np.stack([small(values, SALIENCY_SIDE) for values in found])), "u1")
        for source, found in maps.items()
    }


def _of_peak(maps):
    """Return maps (..., H, W) in 255ths of each one's own maximum."""
    peak = maps.max(axis=(-2, -1), keepdims=True)
    return np.rint(255 * maps / np.where(peak > 0, peak, 1))
