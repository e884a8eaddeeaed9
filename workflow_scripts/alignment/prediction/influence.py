"""Does the gain hang on one map?  All and the retained maps without the best one of each fold."""

from collections import Counter
from collections.abc import Mapping

import numpy as np

from alignment.artifacts.tables import groups_of
from alignment.heads.map_sets import only
from alignment.importance.folds import Fold
from alignment.prediction.controls import Case
from alignment.prediction.fold_tests import compare_folds, with_intervals
from alignment.statistics.means import mean_of_defined

INFLUENCE_COLUMNS = ("best_map", "full_without", "retained_without")
SUMMARY_COLUMNS = ("cohort", "model", "n_folds", "best_map", "best_share", "difference")
SUMMARY_COLUMNS += ("full_without", "retained_without", "difference_without")
SUMMARY_COLUMNS += ("t_corrected", "p_corrected", "p_holm", "interval_low", "interval_high")


def measure_influence(case: Case, fold: Fold, maps: np.ndarray) -> dict[str, float]:
    """Fit all and the retained maps to the test pairs of a fold, both without the best map.

    Parameters
    ----------
    case : Case
    fold : Fold
    maps : (n,) int array
        The maps that the fold retained, the best by its training AIS first.

    Returns
    -------
    dict
        With the keys `INFLUENCE_COLUMNS`; empty where fewer than two maps were retained.
    """
    if len(maps) < 2:
        return {}
    n_maps = case.head.n_maps
    sets = np.concatenate(
        [only(np.delete(np.arange(n_maps), maps[0]), n_maps), only(maps[1:], n_maps)]
    )
    full, retained = case.head.fits_of_sets(sets, fold.test_pairs, case.judgments, case.fit)
    return {"best_map": int(maps[0]), "full_without": full, "retained_without": retained}


def summarize_influence(folds: Mapping[str, np.ndarray]) -> list[dict]:
    """Test over folds what the retained maps gain without the best one.

    Parameters
    ----------
    folds : dict of str to array
        Columns of the table of folds.

    Returns
    -------
    list of dict
        One row per cohort and model, with the keys `SUMMARY_COLUMNS`: the map that is the best in
        most folds, and the share of folds in which it is; ``difference``: the gain with it, over
        the same folds; ``difference_without``: the gain without the best map of each fold, with
        the one-sided corrected test, and the two-sided interval, of the table of predictions.
        No map is retained anew: what a fold would choose without its best map may gain more.
    """
    rows = []
    for (cohort, model), table in groups_of(folds, "cohort", "model").items():
        # With one map left, as of two, the embeddings of a pooled network have no correlation.
        here = np.isfinite([table[name] for name in INFLUENCE_COLUMNS]).all(axis=0)
        if not here.any():
            continue
        best, times = Counter(table["best_map"][here].astype(int).tolist()).most_common(1)[0]
        without = (table[name][here] for name in ("full_without", "retained_without"))
        test = compare_folds(*without, table["n_train"][here], table["n_test"][here])
        rows.append(
            test
            | {
                "cohort": cohort,
                "model": model,
                "best_map": best,
                "best_share": times / here.sum(),
                "full_without": test["test_full"],
                "retained_without": test["test_retained"],
                "gain": mean_of_defined((table["retained"] - table["full"])[here]),
            }
        )
    rows = with_intervals(rows, sides=1)
    for row in rows:
        row["difference_without"], row["difference"] = row["difference"], row.pop("gain")
    return [{name: row[name] for name in SUMMARY_COLUMNS} for row in rows]
