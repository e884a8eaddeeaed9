"""The gain without the best map of each fold, against plain correlations."""

import numpy as np
import oracle
import pytest

from alignment.heads.pooled import PooledHead
from alignment.importance.folds import make_folds
from alignment.prediction.controls import Case
from alignment.prediction.fold_tests import compare_folds
from alignment.prediction.influence import (
    INFLUENCE_COLUMNS,
    SUMMARY_COLUMNS,
    measure_influence,
    summarize_influence,
)
from alignment.similarity.pairs import square, upper_triangle

RNG = np.random.default_rng(0)


def test_the_best_map_is_taken_from_all_maps_and_from_the_retained_ones():
    embedding, human = RNG.random((12, 8)), square(RNG.random(66), 12, 1.0)
    judgments = upper_triangle(human)
    fold = next(make_folds(np.arange(12), human, [111], 3).of(human))
    case = Case(PooledHead(embedding), judgments, "r2", "images", None, None, {})

    def fit_with(kept):
        off = np.where(np.isin(np.arange(8), kept), embedding, 0)
        similarities = upper_triangle(np.corrcoef(off))
        return oracle.fit(similarities[fold.test_pairs], judgments[fold.test_pairs], "r2")

    found = measure_influence(case, fold, np.array([5, 2, 7]))
    assert tuple(found) == INFLUENCE_COLUMNS
    assert found["best_map"] == 5
    assert found["full_without"] == pytest.approx(fit_with([0, 1, 2, 3, 4, 6, 7]))
    assert found["retained_without"] == pytest.approx(fit_with([2, 7]))
    assert measure_influence(case, fold, np.array([5])) == {}


def test_gains_with_and_without_the_best_map_are_of_the_same_folds():
    n = 10
    table = {
        "cohort": np.full(2 * n, "c"),
        "model": np.repeat(["m", "n"], n),
        "n_train": np.full(2 * n, 32),
        "n_test": np.full(2 * n, 8),
        "full": RNG.random(2 * n),
        "retained": RNG.random(2 * n),
        "best_map": np.array([3, 3, 4, 3, np.nan, 3, 5, 3, 3, 3] * 2, dtype=float),
        "full_without": RNG.random(2 * n),
        "retained_without": RNG.random(2 * n),
    }
    table["best_map"][n:] = np.nan  # of the second model one map is retained in every fold
    table["retained_without"][7] = np.nan  # two are retained, and one of them has no correlation
    (row,) = summarize_influence(table)
    assert tuple(row) == SUMMARY_COLUMNS
    here = np.array([True] * 4 + [False, True, True, False, True, True] + [False] * n)
    gains = table["retained"] - table["full"]
    test = compare_folds(
        *(table[name][here] for name in ("full_without", "retained_without", "n_train", "n_test"))
    )
    assert (row["model"], row["n_folds"], row["best_map"]) == ("m", 8, 3)
    assert row["best_share"] == pytest.approx(6 / 8)
    assert row["difference"] == pytest.approx(gains[here].mean())
    assert row["difference_without"] == pytest.approx(test["difference"])
    assert row["p_holm"] == pytest.approx(test["p_corrected"])
    assert row["interval_low"] < row["difference_without"] < row["interval_high"]
