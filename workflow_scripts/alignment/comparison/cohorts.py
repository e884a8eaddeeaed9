"""Are the same maps important in different cohorts of a dataset?"""

from itertools import combinations

import numpy as np

from alignment.similarity.correlations import pearson, spearman

ROUNDING = 1e-12  # of a sum of squares: what taking one term away may leave of it
COLUMNS = ["dataset", "model", "cohort_a", "cohort_b", "n_images_a", "n_images_b", "n_shared"]
COLUMNS += ["n_maps", "correlation", "rank_correlation", "influential_map", "correlation_without"]


def compare_cohorts(scores: dict[str, np.ndarray], images: dict[str, np.ndarray]) -> list[dict]:
    """Correlate the maps' mean AIS between each two cohorts of one dataset and model.

    Parameters
    ----------
    scores : dict of cohort to (F,) array
        Mean training AIS over the folds; undefined ones (NaN) are left out.
    images : dict of cohort to int array
        Rows of the dataset: cohorts that share images share some of their AIS.

    Returns
    -------
    list of dict
        One row per pair of cohorts, with the keys `COLUMNS` but ``dataset`` and ``model``:
        ``correlation`` is Pearson's, ``rank_correlation`` Spearman's, over ``n_maps`` maps;
        ``correlation_without`` is Pearson's without the ``influential_map``, whose absence changes
        it most.

    Notes
    -----
    Section 9 of the method: similarity of AIS between cohorts.
    """
    return [
        {
            "cohort_a": a,
            "cohort_b": b,
            "n_images_a": len(images[a]),
            "n_images_b": len(images[b]),
            "n_shared": len(np.intersect1d(images[a], images[b])),
            "n_maps": int((np.isfinite(scores[a]) & np.isfinite(scores[b])).sum()),
            "correlation": pearson(scores[a], scores[b]),
            "rank_correlation": spearman(scores[a], scores[b]),
            **without_one(scores[a], scores[b]),
        }
        for a, b in combinations(scores, 2)
    ]


def without_one(a: np.ndarray, b: np.ndarray) -> dict[str, float]:
    """Return the map whose absence changes Pearson's correlation most, and the correlation then.

    Parameters
    ----------
    a, b : (F,) arrays
        Maps that are undefined (NaN) in either are left out.

    Returns
    -------
    dict
        ``influential_map`` and ``correlation_without``; NaN where nothing is defined without a map.

    Notes
    -----
    Each sum over maps loses one term, so that all F correlations take as long as one.
    """
    maps = np.flatnonzero(np.isfinite(a) & np.isfinite(b))
    n = len(maps)
    nothing = {"influential_map": np.nan, "correlation_without": np.nan}
    if n < 3:
        return nothing
    x, y = a[maps] - a[maps].mean(), b[maps] - b[maps].mean()
    # Deviations sum to zero: without x, the mean of the other n - 1 is -x / (n - 1).
    left = n / (n - 1)
    products, squares_x, squares_y = (
        (u * v).sum() - left * u * v for u, v in ((x, y), (x, x), (y, y))
    )
    for squares, whole in ((squares_x, (x * x).sum()), (squares_y, (y * y).sum())):
        squares[squares <= ROUNDING * whole] = np.nan  # all other maps are equal
    with np.errstate(invalid="ignore", divide="ignore"):
        without = products / np.sqrt(squares_x * squares_y)
    change = np.abs(without - pearson(a, b))
    if not np.isfinite(change).any():
        return nothing
    most = int(np.nanargmax(change))
    return {"influential_map": int(maps[most]), "correlation_without": float(without[most])}
