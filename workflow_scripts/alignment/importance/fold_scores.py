"""The scores and the retained sets of all folds of one cohort and model."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from alignment.artifacts.tables import read_columns


def read_scores(paths: Sequence[str | Path]) -> np.ndarray:
    """Return the training AIS of every map in every fold, (folds, F), from the folds' tables."""
    return np.stack([read_columns(path)["ais"].astype(np.float64) for path in paths])


def read_retained(paths: Sequence[str | Path], n_maps: int) -> np.ndarray:
    """Return which maps each fold retained, (folds, F) bool, from the folds' tables."""
    retained = np.zeros((len(paths), n_maps), dtype=bool)
    for fold, path in zip(retained, paths, strict=True):
        # An empty table has no numbers to tell that its column holds numbers.
        fold[read_columns(path)["map"].astype(int)] = True
    return retained


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
