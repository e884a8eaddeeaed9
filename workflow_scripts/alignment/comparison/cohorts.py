"""Are the same maps important in different cohorts of a dataset?"""

from itertools import combinations

import numpy as np

from alignment.similarity.correlations import pearson, spearman

COLUMNS = ["dataset", "model", "cohort_a", "cohort_b", "n_images_a", "n_images_b", "n_shared"]
COLUMNS += ["n_maps", "correlation", "rank_correlation"]


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
        ``correlation`` is Pearson's, ``rank_correlation`` Spearman's, over ``n_maps`` maps.

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
        }
        for a, b in combinations(scores, 2)
    ]
