"""Scores and retained sets of all folds, from the rows of one table."""

from types import SimpleNamespace

import numpy as np

from alignment.artifacts.tables import groups_of
from alignment.importance.fold_ais import (
    mean_scores,
    retained_in,
    retained_of_folds,
    scores_of_folds,
)


def rows(*values):
    """A table of the columns seed, fold, map and ais from its rows."""
    names = ("seed", "fold", "map", "ais")
    return dict(zip(names, map(np.array, zip(*values, strict=True)), strict=True))


def test_scores_keep_the_folds_in_the_order_of_their_rows():
    folds, scores = scores_of_folds(
        rows((222, 1, 0, 0.1), (222, 1, 1, 0.2), (111, 0, 0, 0.3), (111, 0, 1, np.nan))
    )
    assert folds.tolist() == [[222, 1], [111, 0]]
    np.testing.assert_array_equal(scores, [[0.1, 0.2], [0.3, np.nan]])


def test_scores_are_those_of_their_maps_in_whatever_order_the_rows_are():
    rng = np.random.default_rng(0)
    expected = {(seed, fold): rng.random(5) for seed in (9, 3) for fold in (2, 0, 1)}
    table = [(*fold, f, ais) for fold, values in expected.items() for f, ais in enumerate(values)]
    shuffled = [table[k] for k in rng.permutation(len(table))]
    folds, scores = scores_of_folds(rows(*shuffled))
    assert folds.tolist() == [list(fold) for fold in dict.fromkeys(row[:2] for row in shuffled)]
    for fold, values in zip(folds.tolist(), scores, strict=True):
        np.testing.assert_array_equal(values, expected[tuple(fold)])


def test_a_map_without_a_row_is_undefined():
    _, scores = scores_of_folds(rows((1, 0, 0, 0.1), (1, 0, 2, 0.3), (1, 1, 1, 0.2)))
    np.testing.assert_array_equal(scores, [[0.1, np.nan, 0.3], [np.nan, 0.2, np.nan]])


def test_scores_are_averaged_over_the_folds_that_have_them():
    folds = np.array([[1, 2, np.nan, np.nan], [3, -2, 5, np.nan]])
    np.testing.assert_array_equal(mean_scores(folds), [2, 0, 5, np.nan])


def test_retained_sets_are_read_also_where_they_are_empty():
    folds = np.array([[222, 1], [111, 0], [111, 1]])
    table = rows((111, 0, 3, 0.2), (111, 0, 0, 0.1), (222, 1, 4, 0.5))
    assert retained_of_folds(table, folds, 5).tolist() == [
        [False, False, False, False, True],
        [True, False, False, True, False],
        [False] * 5,
    ]
    nothing = {name: column[:0] for name, column in table.items()}
    assert not retained_of_folds(nothing, folds, 5).any()


def test_a_fold_that_retained_nothing_has_no_rows():
    table = groups_of(rows((7, 0, 4, 0.1), (7, 1, 2, 0.3), (7, 0, 3, 0.2)), "seed", "fold")
    found = [retained_in(table, SimpleNamespace(seed=7, number=k)) for k in range(3)]
    assert [maps.tolist() for maps in found] == [[4, 3], [2], []]
    assert np.zeros(5)[found[2]].shape == (0,)  # fit to choose maps by
