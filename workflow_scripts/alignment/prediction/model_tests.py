"""Does one model predict held-out judgments better than another?  Tests over the same folds."""

from collections.abc import Mapping
from itertools import combinations

import numpy as np

from alignment.prediction.fold_tests import RIVAL_COLUMNS, compare_rivals, with_intervals

MAPS = ("full", "retained")
COLUMNS = (
    *("cohort", "maps", "model_a", "model_b", "n_folds", "test_a", "test_b"),
    *RIVAL_COLUMNS,
)


def compare_models(predictions: Mapping[tuple[str, str], Mapping[str, np.ndarray]]) -> list[dict]:
    """Compare the test fits of each pair of models in every cohort.

    Parameters
    ----------
    predictions : mapping of (cohort, model) to table
        One row per fold: ``seed``, ``fold``, ``n_train``, ``n_test``, ``test_full`` and
        ``test_retained``.  Models of a cohort share its folds, in whatever order.

    Returns
    -------
    list of dict
        One row per cohort, kind of maps (`MAPS`: all, or those that each model retained) and pair
        of models, with the keys `COLUMNS`: number of folds where both are defined, mean fits, their
        difference (a - b), the corrected resampled t statistic, its two-sided p, p corrected by
        Holm's method over all rows, and the standard error and interval of the difference that go
        with it.  None where there is one model.

    Notes
    -----
    See :mod:`alignment.prediction.fold_tests`.
    """
    rows = []
    for cohort in dict.fromkeys(cohort for cohort, _ in predictions):
        tables = {m: _by_fold(table) for (c, m), table in predictions.items() if c == cohort}
        for maps in MAPS:
            for a, b in combinations(tables, 2):
                sizes = tables[a]["n_train"], tables[a]["n_test"]
                fits = tables[b][f"test_{maps}"], tables[a][f"test_{maps}"]
                test = compare_rivals(*fits, *sizes)
                test["test_b"], test["test_a"] = test.pop("test_rival"), test.pop("test_own")
                rows.append({"cohort": cohort, "maps": maps, "model_a": a, "model_b": b, **test})
    return [{name: row[name] for name in COLUMNS} for row in with_intervals(rows, sides=2)]


def _by_fold(table):
    order = np.lexsort((table["fold"], table["seed"]))
    return {name: column[order] for name, column in table.items()}
