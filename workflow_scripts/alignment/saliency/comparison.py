"""Heatmaps against saliency maps, picture by picture, and against those of other pictures."""

from collections import defaultdict
from collections.abc import Mapping, Sequence

import numpy as np

from alignment.datasets.saliency_maps import lie_inside
from alignment.heatmaps.placement import enlarge, place
from alignment.saliency.measures import (
    FIXATION_MEASURES,
    OVERLAPS,
    RELATIVE_RISKS,
    compare_maps,
    is_flat,
    predict_fixations,
)

N_PERMUTATIONS = 10_000
# The null compares all pairs of images: beyond these numbers it would cost more than all else.
NULL_IMAGES = 100
NULL_SIDE = 256
# Of pictures with more, such as photographs of a phone, one saliency map at a time is compared,
# which takes half the memory.
MOST_PIXELS = 1_000_000
NULL_STEP = 16  # sides of larger pictures are rounded to it, so that many share a size

Size = tuple[int, int]


def as_pixels(
    heatmaps: Sequence[np.ndarray], maps: Sequence[np.ndarray], size: Size, framing: str
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Bring heatmaps and saliency maps to the pixels of a picture that the network saw.

    Parameters
    ----------
    heatmaps : R arrays (H, W)
    maps : C arrays of any sizes
        Scaled bilinearly to the picture, as heatmaps are.
    size : (width, height) in pixels
    framing : {"stretch", "crop", "pad"}
        How pictures were brought to the network's square input.

    Returns
    -------
    heatmaps : (R, P) float32 array
    maps : (C, P) float32 array
    seen : (height, width) bool array
        The P pixels in question.
    """
    placed = np.stack([place(values, size, framing) for values in heatmaps])
    seen = np.isfinite(placed[0])
    return placed[:, seen], np.stack([_scaled(values, size)[seen] for values in maps]), seen


def _scaled(values: np.ndarray, size: Size) -> np.ndarray:
    if values.shape == size[::-1]:
        return np.asarray(values, dtype=np.float32)
    return enlarge(values, size)


def compare_image(
    heatmap: np.ndarray,
    maps: Mapping[str, np.ndarray],
    size: Size,
    framing: str,
    fixations: np.ndarray | None = None,
) -> list[dict]:
    """Compare one image's heatmap with its saliency maps, at the picture's own resolution.

    Parameters
    ----------
    heatmap : (H, W) array
    maps : dict of str to array
        By source.
    size : (width, height) in pixels
    framing : str
    fixations : (n, 2) array or None
        x and y in pixels; those outside the pixels that the network saw count nothing.

    Returns
    -------
    list of dict
        One per source: ``source``, ``empty_heatmap`` and ``flat_map`` (one value throughout), the
        measures of :func:`alignment.saliency.measures.compare_maps`, then ``nss`` and ``auc_judd``
        of the heatmap and ``saliency_nss`` and ``saliency_auc_judd`` of the saliency map.
    """
    if len(maps) > 1 and size[0] * size[1] > MOST_PIXELS:
        one_by_one = ({source: maps[source]} for source in maps)
        given = size, framing, fixations
        return [row for own in one_by_one for row in compare_image(heatmap, own, *given)]
    heat, salient, seen = as_pixels([heatmap], list(maps.values()), size, framing)
    compared = compare_maps(heat, salient)
    empty, flat = bool(is_flat(heat)[0]), is_flat(salient)
    fixated = fixated_pixels(fixations, size)[seen]
    by_heatmap, *by_maps = (
        # Ties alone would have an area under the curve.
        dict.fromkeys(FIXATION_MEASURES, np.nan)
        if is_constant
        else predict_fixations(values, fixated)
        for values, is_constant in zip([heat[0], *salient], [empty, *flat], strict=True)
    )
    return [
        {"source": source, "empty_heatmap": empty, "flat_map": bool(flat[k])}
        | {measure: float(compared[measure][0, k]) for measure in OVERLAPS}
        | by_heatmap
        | {f"saliency_{name}": v for name, v in by_maps[k].items()}
        for k, source in enumerate(maps)
    ]


COLUMNS = (
    *("image", "source", "empty_heatmap", "flat_map", *OVERLAPS, *FIXATION_MEASURES),
    *(f"saliency_{measure}" for measure in FIXATION_MEASURES),
)


def fixated_pixels(fixations: np.ndarray | None, size: Size) -> np.ndarray:
    """Mark the pixels that were looked at: (height, width) bool; none where there is no record."""
    width, height = size
    fixated = np.zeros((height, width), dtype=bool)
    if fixations is not None:
        x, y = np.floor(fixations[lie_inside(fixations, size)]).astype(int).T
        fixated[y, x] = True
    return fixated


def compare_all_pairs(
    heatmaps: Sequence[np.ndarray],
    maps: Sequence[np.ndarray],
    sizes: Sequence[Size],
    framing: str,
    seed: int = 0,
) -> dict[str, np.ndarray]:
    """Compare every image's heatmap with the saliency maps of all images.

    Parameters
    ----------
    heatmaps : N arrays (H, W)
    maps : N arrays of any sizes
    sizes : N tuples (width, height)
        Of the pictures.  Where the long side exceeds 256 pixels, the pair is compared at 256, and
        the short side rounded to 16.
    framing : str
    seed : int
        Of the 100 images that are drawn where there are more.

    Returns
    -------
    dict of str to (n, n) float64 array
        By measure; row: heatmap, column: saliency map, scaled to the picture of the row.
    """
    chosen = np.arange(len(heatmaps))
    if len(chosen) > NULL_IMAGES:
        rng = np.random.default_rng(seed)
        chosen = np.sort(rng.choice(chosen, NULL_IMAGES, replace=False))
    # Read once, and no larger than they are compared.
    small = [_scaled(maps[image], _capped(sizes[image])) for image in chosen]
    alike = defaultdict(list)
    for row, image in enumerate(chosen):
        alike[_capped(sizes[image])].append(row)
    result = {measure: np.empty((len(chosen),) * 2) for measure in OVERLAPS}
    for size, rows in alike.items():
        own = [heatmaps[image] for image in chosen[rows]]
        heat, salient, _ = as_pixels(own, small, size, framing)
        for measure, values in compare_maps(heat, salient).items():
            result[measure][rows] = values
    return result


def _capped(size: Size) -> Size:
    if max(size) <= NULL_SIDE:
        return size
    steps = (side * NULL_SIDE / max(size) / NULL_STEP for side in size)
    return tuple(NULL_STEP * max(1, round(step)) for step in steps)


def typical(measure: str, values: np.ndarray) -> np.ndarray:
    """Return what a cohort comes to in a measure, over the last axis; NaN values are left out.

    The median of the log relative risk, which a few infinite or zero risks do not move; the mean
    of any other measure.
    """
    log_risk = measure in RELATIVE_RISKS
    with np.errstate(divide="ignore", invalid="ignore"):
        values = np.log(values) if log_risk else np.asarray(values)
        if not values.shape[-1]:
            return np.full(values.shape[:-1], np.nan)
        if np.isnan(values).any():
            return (np.nanmedian if log_risk else np.nanmean)(values, axis=-1)
        return (np.median if log_risk else np.mean)(values, axis=-1)


def permutation_test(
    measure: str, pairs: np.ndarray, n_permutations: int = N_PERMUTATIONS, seed: int = 0
) -> dict[str, float]:
    """Ask whether heatmaps are more like the saliency maps of their own images than like others'.

    All photographs share a centre bias, so that any two maps overlap more than by chance; here
    the saliency maps are shuffled among the images, which keeps it.

    Parameters
    ----------
    measure : str
    pairs : (n, n) array
        See :func:`compare_all_pairs`.
    n_permutations, seed : int

    Returns
    -------
    dict
        ``null``, ``null_low``, ``null_high``: median and 2.5th and 97.5th percentile, over
        permutations, of :func:`typical`; ``p``: one-sided, (1 + number of permutations at least as
        alike) / (1 + number of permutations).  NaN with fewer than two images to permute, or where
        the median itself is undefined, half of the images being at either infinity.
    """
    names = ("null", "null_low", "null_high", "p")
    # A heatmap or map that is undefined with its own partner takes no part.
    own = np.flatnonzero(~np.isnan(np.diag(pairs)))
    pairs = pairs[np.ix_(own, own)]
    n = len(pairs)
    if n < 2:
        return dict.fromkeys(names, np.nan)
    rng = np.random.default_rng(seed)
    orders = rng.permuted(np.tile(np.arange(n), (n_permutations, 1)), axis=1)
    permuted = typical(measure, pairs[np.arange(n), orders])
    observed = typical(measure, np.diag(pairs))
    sign = -1 if measure == "kl" else 1
    # Rounding must not tell a permutation from its equal.
    with np.errstate(invalid="ignore"):
        as_alike = (permuted == observed) | (sign * (permuted - observed) > -1e-12)
    percentiles = np.nanpercentile(permuted, [50, 2.5, 97.5], method="nearest")
    p = np.nan if np.isnan(observed) else (1 + as_alike.sum()) / (1 + n_permutations)
    return dict(zip(names, map(float, (*percentiles, p)), strict=True))
