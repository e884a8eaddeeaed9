"""Is importance only activity?  Scores of a map against how much of it is active."""

from collections.abc import Mapping

import numpy as np

from alignment.artifacts.tables import groups_of
from alignment.similarity.correlations import average_ranks, spearman
from alignment.statistics.bootstrap import mean_with_interval

COLUMNS = ["cohort", "image", "model", "n_maps", "n_active", "correlation", "correlation_active"]
COLUMNS += ["most_active_units", "n_most_active", "most_active_rank"]
SUMMARY_COLUMNS = ["cohort", "model", "n_images", "n_maps", "n", "correlation", "correlation_sd"]
SUMMARY_COLUMNS += ["correlation_low", "correlation_high", "n_positive", "correlation_active"]
SUMMARY_COLUMNS += ["correlation_active_low", "correlation_active_high", "n_ranked"]
SUMMARY_COLUMNS += ["most_active_rank_median", "n_top_tenth", "n_bottom_tenth"]


def active_units(feature_maps: np.ndarray) -> np.ndarray:
    """Return how many units of each map are non-zero.

    Parameters
    ----------
    feature_maps : (..., F, H, W) array

    Returns
    -------
    (..., F) int array
    """
    return np.count_nonzero(feature_maps, axis=(-2, -1))


def compare_activity(ais: np.ndarray, units: np.ndarray) -> dict:
    """Relate the scores of an image's maps to their activity.

    Parameters
    ----------
    ais : (F,) array
        AIS_if of one image; undefined ones (NaN) are left out.
    units : (F,) int array
        Non-zero units of each map.

    Returns
    -------
    dict
        ``n_maps``: maps with a score; ``n_active``: those of them that are not silent;
        ``correlation``: Spearman, over all maps; ``correlation_active``: over the active ones alone
        (a silent map scores 0); ``most_active_units``: non-zero units of the most active map;
        ``n_most_active``: how many maps tie for it; ``most_active_rank``: its rank by AIS, 1 for
        the highest score, the mean where several tie.  NaN where not defined, as where all tie.

    Notes
    -----
    Section 9 of the method: is AIS only activity?
    """
    scored = np.isfinite(ais)
    ais, units = ais[scored], units[scored]
    active = units > 0
    result = {
        "n_maps": len(ais),
        "n_active": int(active.sum()),
        "correlation": spearman(ais, units),
        "correlation_active": spearman(ais[active], units[active]),
    }
    if not active.any():
        return result | {
            "most_active_units": 0,
            "n_most_active": 0,
            "most_active_rank": np.nan,
        }
    most = units == units.max()
    # Where maps have both signs, no unit is zero: then no map is more active than another.
    all_tie = most.all() and len(units) > 1
    return result | {
        "most_active_units": int(units.max()),
        "n_most_active": int(most.sum()),
        "most_active_rank": np.nan if all_tie else float(average_ranks(-ais)[most].mean()),
    }


def summarize_activity(table: Mapping[str, np.ndarray]) -> list[dict]:
    """Summarize the relation of scores and activity over the images of each cohort and model.

    Parameters
    ----------
    table : dict of str to array
        Columns as in `COLUMNS`.

    Returns
    -------
    list of dict
        One row per cohort and model, with the keys `SUMMARY_COLUMNS`: means over the ``n`` images
        whose correlation is defined, with 95 % bootstrap intervals over images (``_low``,
        ``_high``); ``n_positive``: images with a positive correlation; ``most_active_rank_median``:
        over the ``n_ranked`` images that have an active map; ``n_top_tenth``, ``n_bottom_tenth``:
        images in which the most active map is among the tenth of the maps with the highest, the
        lowest scores.
    """
    groups = groups_of(table, "cohort", "model")
    return [{"cohort": c, "model": m, **_summary(one)} for (c, m), one in groups.items()]


def _summary(one):
    r = one["correlation"][np.isfinite(one["correlation"])]
    ranked = np.isfinite(one["most_active_rank"])
    ranks, n_maps = one["most_active_rank"][ranked], one["n_maps"][ranked]
    row = {
        "n_images": len(one["image"]),
        "n_maps": int(one["n_maps"].max()),
        "n": len(r),
        "correlation_sd": float(r.std(ddof=1)) if len(r) > 1 else np.nan,
        "n_positive": int((r > 0).sum()),
        "n_ranked": len(ranks),
        "most_active_rank_median": float(np.median(ranks)) if len(ranks) else np.nan,
        "n_top_tenth": int((ranks <= n_maps / 10).sum()),
        "n_bottom_tenth": int((n_maps + 1 - ranks <= n_maps / 10).sum()),
    }
    for name in ("correlation", "correlation_active"):
        row |= mean_with_interval(name, one[name])
    return row
