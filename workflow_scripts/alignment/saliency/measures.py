"""How alike a heatmap and a saliency map are, and how well a map predicts fixations.

All maps are rows of pixels, so that many heatmaps can be compared with many saliency maps at once.
"""

import numpy as np

TOP_SHARES = (0.05, 0.10, 0.15)
RELATIVE_RISKS = tuple(f"relative_risk_{100 * share:.0f}" for share in TOP_SHARES)
OVERLAPS = (*RELATIVE_RISKS, "cc", "sim", "kl")
FIXATION_MEASURES = ("nss", "auc_judd")
# The spacing of doubles at 1, as in Bylinskii et al.'s code
EPSILON = 2.2204e-16
# Pixels at a time when all pairs of maps are compared pixel by pixel: these fit a cache
STRIP = 4096


def top_areas(maps: np.ndarray, shares: tuple[float, ...] = TOP_SHARES) -> np.ndarray:
    """Mark the pixels where a map is highest.

    Parameters
    ----------
    maps : (n, P) array
    shares : sequence of float
        Of the pixels.

    Returns
    -------
    (len(shares), n, P) bool array
        True where the map exceeds its quantile 1 - share, the lower of the two values that the
        quantile lies between: of P different values exactly ceil(share (P - 1)) do, the pixels that
        an overlay at this percentile shows.  Pixels at the quantile itself are out, so that ties
        make the area smaller, and a flat map has none.
    """
    n_pixels = maps.shape[1]
    # Rounded: 0.07 * 100 is a little more than 7.
    counts = [int(np.ceil(round(share * (n_pixels - 1), 6))) for share in shares]
    positions = [n_pixels - 1 - count for count in counts]
    sorted_there = np.partition(maps, positions, axis=1)
    return np.stack([maps > sorted_there[:, [position]] for position in positions])


def relative_risk(heatmap_tops: np.ndarray, saliency_tops: np.ndarray) -> np.ndarray:
    """Return how much likelier a pixel is to matter where a picture is salient.

    Parameters
    ----------
    heatmap_tops : (R, P) bool array
    saliency_tops : (C, P) bool array

    Returns
    -------
    (R, C) float64 array
        P(heatmap in its top | saliency in its top) / P(heatmap in its top | saliency not in its
        top).  1: unrelated.  Infinite where no pixel outside the salient area is in the heatmap's;
        NaN where either area is empty.

    Notes
    -----
    Section 8 of the method (Truong, Pesenti & Hasson, 2025).
    """
    # Counts up to 2^24 are exact in float32.
    heat, salient = heatmap_tops.astype(np.float32), saliency_tops.astype(np.float32)
    both = (heat @ salient.T).astype(np.float64)
    n_heat = heatmap_tops.sum(axis=1)[:, None]
    n_salient = saliency_tops.sum(axis=1)[None, :]
    with np.errstate(invalid="ignore", divide="ignore"):
        inside = both / n_salient
        outside = (n_heat - both) / (heatmap_tops.shape[1] - n_salient)
        return inside / outside


def correlation(heatmaps: np.ndarray, saliency: np.ndarray) -> np.ndarray:
    """Return CC, the Pearson correlation over pixels: (R, C), NaN for flat maps."""
    return _standardised(heatmaps) @ _standardised(saliency).T / heatmaps.shape[1]


def similarity(heatmaps: np.ndarray, saliency: np.ndarray) -> np.ndarray:
    """Return SIM, the sum over pixels of the lesser of two maps of sum 1: (R, C), 0 to 1."""
    heat, salient = (_shares(maps).astype(np.float32) for maps in (heatmaps, saliency))
    total = np.zeros((len(heat), len(salient)))
    for start in range(0, heat.shape[1], STRIP):
        strip = np.ascontiguousarray(salient[:, start : start + STRIP])
        lesser = np.empty_like(strip)
        for row, values in enumerate(heat[:, start : start + STRIP]):
            np.minimum(strip, values, out=lesser)
            total[row] += lesser.sum(axis=1)
    return total


def divergence(heatmaps: np.ndarray, saliency: np.ndarray) -> np.ndarray:
    """Return KL, with saliency as the reference: (R, C), 0 for equal maps, else above.

    sum_p S log(S / (H + epsilon)), in nats, of a saliency map S and a heatmap H of sum 1.  A pixel
    that is salient but not in the heatmap costs about S log(1 / epsilon), 36 S.
    """
    heat, salient = _shares(heatmaps), _shares(saliency)
    with np.errstate(invalid="ignore", divide="ignore"):
        own = np.where(salient > 0, salient * np.log(salient), salient).sum(axis=1)
    return own[None, :] - np.log(heat + EPSILON) @ salient.T


def compare_maps(heatmaps: np.ndarray, saliency: np.ndarray) -> dict[str, np.ndarray]:
    """Compare every heatmap with every saliency map.

    Parameters
    ----------
    heatmaps : (R, P) array
        At the resolution of the saliency maps.  Negative values count as zero in SIM and KL, which
        are of densities; relative risk and CC take values as they are.
    saliency : (C, P) array
        Non-negative.

    Returns
    -------
    dict of str to (R, C) float64 array
        ``relative_risk_5``, ``_10``, ``_15``, ``cc``, ``sim``, ``kl``.  NaN for a flat heatmap, as
        an empty one is, and for a flat saliency map; a relative risk also where ties leave either
        without a top area, SIM and KL also where a heatmap has no positive value.

    Notes
    -----
    CC, SIM and KL as in Bylinskii et al. (2019), What do different evaluation metrics tell us about
    saliency models?  IEEE TPAMI 41, 740-757.
    """
    heatmaps, saliency = (np.asarray(maps, dtype=np.float64) for maps in (heatmaps, saliency))
    risks = [
        relative_risk(heat, salient)
        for heat, salient in zip(top_areas(heatmaps), top_areas(saliency), strict=True)
    ]
    result = dict(zip(RELATIVE_RISKS, risks, strict=True)) | {
        "cc": correlation(heatmaps, saliency),
        "sim": similarity(heatmaps, saliency),
        "kl": divergence(heatmaps, saliency),
    }
    undefined = is_flat(heatmaps)[:, None] | is_flat(saliency)[None, :]
    return {measure: np.where(undefined, np.nan, values) for measure, values in result.items()}


def is_flat(maps: np.ndarray) -> np.ndarray:
    """Say of every row whether it is one value throughout: (n,) bool."""
    return np.ptp(maps, axis=1) == 0


def predict_fixations(values: np.ndarray, fixated: np.ndarray) -> dict[str, float]:
    """Say how well a map predicts where people looked.

    Parameters
    ----------
    values : (P,) array
    fixated : (P,) bool array
        Pixels that were looked at, once or more often.

    Returns
    -------
    dict
        ``nss``: mean of the map at fixated pixels, in standard deviations from its mean over all
        pixels (Peters et al., 2005); ``auc_judd``: area under the curve of the share of fixated
        pixels against that of the others above the map's value at each fixated pixel, joined by
        straight lines (Judd et al., 2009).  Judd's code breaks ties at random; this is the
        expectation of that.  NaN where nobody looked; ``nss`` also for a flat map.
    """
    values, n_fixated = np.asarray(values, dtype=np.float64), int(fixated.sum())
    if not 0 < n_fixated < len(values):
        return dict.fromkeys(FIXATION_MEASURES, np.nan)
    at_fixations, elsewhere = np.sort(values[fixated])[::-1], np.sort(values[~fixated])
    above = len(elsewhere) - np.searchsorted(elsewhere, at_fixations, side="right")
    tied = len(elsewhere) - above - np.searchsorted(elsewhere, at_fixations)
    # Of k equally high fixated pixels, the i-th stands below i / (k + 1) of the others as high.
    _, first, group, count = np.unique(
        -at_fixations, return_index=True, return_inverse=True, return_counts=True
    )
    within = (np.arange(n_fixated) - first[group] + 1) / (count[group] + 1)
    alarms = (above + tied * within) / len(elsewhere)
    hits = np.arange(1, n_fixated + 1) / n_fixated
    curve = np.concatenate([[0], hits, [1]]), np.concatenate([[0], alarms, [1]])
    deviation = values.std()
    nss = (at_fixations.mean() - values.mean()) / deviation if deviation > 0 else np.nan
    return {"nss": float(nss), "auc_judd": float(np.trapezoid(*curve))}


def _standardised(maps: np.ndarray) -> np.ndarray:
    centred = maps - maps.mean(axis=1, keepdims=True)
    with np.errstate(invalid="ignore", divide="ignore"):
        return centred / np.sqrt((centred**2).mean(axis=1, keepdims=True))


def _shares(maps: np.ndarray) -> np.ndarray:
    positive = np.maximum(maps, 0)
    with np.errstate(invalid="ignore", divide="ignore"):
        return positive / positive.sum(axis=1, keepdims=True)
