"""The scores and the retained sets of all folds of one cohort and model, from their tables."""

from collections.abc import Mapping

import numpy as np

from alignment.importance.folds import Fold


def scores_of_folds(table: Mapping[str, np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """Return the training AIS of every map in every fold.

    Parameters
    ----------
    table : dict of str to array
        Columns ``seed, fold, map, ais``: a row per map and fold, in any order.

    Returns
    -------
    folds : (n, 2) int array
        Seed and number of every fold, in the order of their first rows.
    scores : (n, F) float64 array
    """
    keys = np.stack([table["seed"], table["fold"]], axis=1)
    distinct, first, place = np.unique(keys, axis=0, return_index=True, return_inverse=True)
    order = np.argsort(first)
    row = np.empty(len(order), dtype=int)
    row[order] = np.arange(len(order))
    scores = np.full((len(order), int(table["map"].max()) + 1), np.nan)
    scores[row[place], table["map"]] = table["ais"]
    return distinct[order], scores


def retained_of_folds(
    table: Mapping[str, np.ndarray], folds: np.ndarray, n_maps: int
) -> np.ndarray:
    """Return which maps each fold retained.

    Parameters
    ----------
    table : dict of str to array
        Columns ``seed, fold, map``: a row per retained map; a fold may retain none.
    folds : (n, 2) int array
        Seed and number of every fold.
    n_maps : int

    Returns
    -------
    (n, F) bool array
    """
    retained = np.zeros((len(folds), n_maps), dtype=bool)
    row = {tuple(fold): k for k, fold in enumerate(folds.tolist())}
    for seed, fold, f in zip(table["seed"], table["fold"], table["map"], strict=True):
        retained[row[int(seed), int(fold)], int(f)] = True
    return retained


def retained_in(
    tables: Mapping[tuple[int, int], Mapping[str, np.ndarray]], fold: Fold
) -> np.ndarray:
    """Return the maps that a fold retained.

    Parameters
    ----------
    tables : mapping of (seed, number) to dict of str to array
        The column ``map`` for every fold that retained any.
    fold : Fold

    Returns
    -------
    (n,) int array
    """
    table = tables.get((fold.seed, fold.number))
    return np.zeros(0, dtype=int) if table is None else table["map"]


def mean_scores(scores: np.ndarray) -> np.ndarray:
    """Return each map's mean AIS over the folds in which it is defined.

    Parameters
    ----------
    scores : (folds, F) array

    Returns
    -------
    (F,) float64 array
        NaN for a map that is defined in none.
    """
    n = np.isfinite(scores).sum(axis=0)
    with np.errstate(invalid="ignore"):
        return np.where(n > 0, np.nansum(scores, axis=0) / n, np.nan)
