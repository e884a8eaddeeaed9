"""Do models find the same parts of an image important, and is it a matter of how sure they are?"""

from collections.abc import Mapping

import numpy as np

from alignment.artifacts.tables import groups_of
from alignment.heatmaps.placement import place
from alignment.similarity.correlations import pearson
from alignment.statistics.bootstrap import bootstrap_interval, mean_with_interval
from alignment.statistics.holm import with_holm
from alignment.statistics.means import mean_of_defined

# Pixels of the longer side at which heatmaps of different images are compared: the maps are a few
# cells wide, so that a finer picture would change the third decimal.
COARSE = 64
COLUMNS = ["cohort", "image", "model_a", "model_b", "correlation", "correlation_others"]
COLUMNS += ["correlation_means", "entropy_a", "entropy_b", "empty_a", "empty_b"]
MEANS_COLUMNS = ["cohort", "image", "model", "correlation"]
MEANS_SUMMARY_COLUMNS = ["cohort", "model", "n_images", "n", "correlation", "correlation_sd"]
MEANS_SUMMARY_COLUMNS += ["correlation_low", "correlation_high"]
SUMMARY_COLUMNS = ["cohort", "model_a", "model_b", "n_images", "n_empty", "n"]
SUMMARY_COLUMNS += ["correlation", "correlation_sd", "correlation_low", "correlation_high"]
SUMMARY_COLUMNS += ["correlation_others", "difference", "difference_low", "difference_high"]
SUMMARY_COLUMNS += ["correlation_means", "beyond_means", "beyond_means_low", "beyond_means_high"]
SUMMARY_COLUMNS += ["n_entropy", "entropy_rho", "entropy_p", "entropy_p_holm"]


def class_entropies(logits: np.ndarray) -> np.ndarray:
    """Return the entropy of each image's class probabilities, the softmax of its logits.

    Parameters
    ----------
    logits : (N, K) array

    Returns
    -------
    (N,) float64 array
        In nats, between 0 and log K.
    """
    logits = np.asarray(logits, dtype=np.float64)
    shifted = logits - logits.max(axis=1, keepdims=True)
    log_sums = np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    log_p = shifted - log_sums
    return -(np.exp(log_p) * log_p).sum(axis=1)


def heatmap_correlation(
    a: np.ndarray, b: np.ndarray, size: tuple[int, int], framing: str = "stretch"
) -> float:
    """Return the Pearson correlation of two heatmaps at the resolution of a picture.

    Parameters
    ----------
    a, b : (H, W) arrays
        They may differ in shape.
    size : (width, height) in pixels
    framing : {"stretch", "crop", "pad"}
        How the picture was brought to the networks' square input; what they did not see takes no
        part.

    Returns
    -------
    float
        NaN where a heatmap does not vary, such as an empty one.
    """
    return pearson(place(a, size, framing), place(b, size, framing))


def compare_heatmaps(
    a: np.ndarray, b: np.ndarray, sizes: list[tuple[int, int]], framing: str = "stretch"
) -> tuple[np.ndarray, np.ndarray]:
    """Correlate two models' heatmaps of every image, and of different images.

    Parameters
    ----------
    a : (N, H, W) array
    b : (N, H', W') array
    sizes : N pairs (width, height) in pixels
        Of the pictures.
    framing : {"stretch", "crop", "pad"}

    Returns
    -------
    own : (N,) float64 array
        See :func:`heatmap_correlation`.
    others : (N,) float64 array
        The mean correlation of model a's heatmap of an image with model b's heatmaps of all other
        images, laid on the picture of that image and scaled to at most `COARSE` pixels: what
        agreement owes to where things usually are in a photograph.  NaN where none is defined.

    Notes
    -----
    Section 9 of the method: agreement of two models' heatmaps.
    """
    own = correlate_each(a, b, sizes, framing)
    others = np.full(len(a), np.nan)
    coarse = [_coarse(size) for size in sizes]
    for size in dict.fromkeys(coarse):
        here = [i for i, other in enumerate(coarse) if other == size]
        r = _correlations(
            np.stack([_standardized(a[i], size, framing) for i in here]),
            np.stack([_standardized(values, size, framing) for values in b]),
        )
        r[np.arange(len(here)), here] = np.nan
        defined = np.isfinite(r).any(axis=1)
        others[np.array(here)[defined]] = np.nanmean(r[defined], axis=1)
    return own, others


def correlate_each(
    a: np.ndarray, b: np.ndarray, sizes: list[tuple[int, int]], framing: str = "stretch"
) -> np.ndarray:
    """Return :func:`heatmap_correlation` of two maps of every image, (N,) float64.

    Parameters are those of :func:`compare_heatmaps`.
    """
    triples = zip(a, b, sizes, strict=True)
    return np.array([heatmap_correlation(*maps, framing) for maps in triples], dtype=float)


def _coarse(size):
    longer = max(size)
    return tuple(max(1, round(side * min(1, COARSE / longer))) for side in size)


def _standardized(values, size, framing):
    """Return a placed heatmap as a vector of mean 0 and length 1, NaN where it does not vary."""
    placed = place(values, size, framing).astype(np.float64)
    placed = placed[np.isfinite(placed)]
    if np.ptp(placed) == 0:
        return np.full(placed.shape, np.nan)
    placed -= placed.mean()
    return placed / np.sqrt(placed @ placed)


def _correlations(a, b):
    # NaN in a heatmap makes its own pairs NaN and no others; the warning about it is needless.
    with np.errstate(invalid="ignore"):
        return a @ b.T


def summarize_agreement(table: Mapping[str, np.ndarray]) -> list[dict]:
    """Summarize the agreement of each pair of models over the images of each cohort.

    Parameters
    ----------
    table : dict of str to array
        Columns as in `COLUMNS`.

    Returns
    -------
    list of dict
        One row per cohort and pair of models, with the keys `SUMMARY_COLUMNS`: ``n_empty`` images
        have an empty heatmap in either model, ``n`` a defined correlation; means over these, with
        95 % bootstrap intervals over images (``_low``, ``_high``); ``difference`` is own minus
        others, and ``beyond_means`` own minus that of the plain means of all maps, for which no
        judgments are needed.  ``entropy_rho`` is the Spearman correlation of the agreement with the
        larger of the two class entropies over ``n_entropy`` images, ``entropy_p`` its two-sided
        p-value, Holm-corrected over all rows in ``entropy_p_holm``.
    """
    rows = []
    for (cohort, a, b), one in groups_of(table, "cohort", "model_a", "model_b").items():
        rows.append({"cohort": cohort, "model_a": a, "model_b": b, **_summary(one)})
    return with_holm(rows, "entropy_p", "entropy_p_holm")


def summarize_means(table: Mapping[str, np.ndarray]) -> list[dict]:
    """Summarize how alike heatmaps by AIS are to the plain means of all maps.

    Parameters
    ----------
    table : dict of str to array
        Columns as in `MEANS_COLUMNS`.

    Returns
    -------
    list of dict
        One row per cohort and model, with the keys `MEANS_SUMMARY_COLUMNS`: means over the ``n``
        images whose correlation is defined, with 95 % bootstrap intervals over images.
    """
    groups = groups_of(table, "cohort", "model")
    return [
        {"cohort": cohort, "model": model, "n_images": len(one["image"]), **_spread_of(one)}
        for (cohort, model), one in groups.items()
    ]


def _summary(one):
    r = one["correlation"]
    entropy = np.maximum(one["entropy_a"], one["entropy_b"])
    related = np.isfinite(r) & np.isfinite(entropy)
    rho, p = _spearman_test(r[related], entropy[related])
    return {
        "n_images": len(r),
        "n_empty": int((one["empty_a"] | one["empty_b"]).sum()),
        **_spread_of(one),
        "correlation_others": mean_of_defined(one["correlation_others"]),
        **mean_with_interval("difference", r - one["correlation_others"]),
        "correlation_means": mean_of_defined(one["correlation_means"]),
        **mean_with_interval("beyond_means", r - one["correlation_means"]),
        "n_entropy": int(related.sum()),
        "entropy_rho": rho,
        "entropy_p": p,
    }


def _spread_of(one):
    """Summarize the correlations of a table over its images."""
    defined = one["correlation"][np.isfinite(one["correlation"])]
    sd = float(np.std(defined, ddof=1)) if len(defined) > 1 else np.nan
    low, high = bootstrap_interval(defined)
    return {
        "n": len(defined),
        "correlation": mean_of_defined(defined),
        "correlation_sd": sd,
        "correlation_low": low,
        "correlation_high": high,
    }


def _spearman_test(x, y):
    from scipy.stats import spearmanr  # costs a second, which the other users save

    if len(x) < 3 or np.ptp(x) == 0 or np.ptp(y) == 0:
        return np.nan, np.nan
    test = spearmanr(x, y)
    return float(test.statistic), float(test.pvalue)
