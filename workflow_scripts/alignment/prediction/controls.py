"""What pruning is to be compared with: random sets, active maps, and the tests against them."""

import numpy as np

from alignment.importance.activity import active_units
from alignment.statistics.holm import with_holm
from alignment.prediction.fold_tests import compare_folds

# The columns of the table of folds that hold the test fit of each control.
CONTROLS = {"random": "random_mean", "activity": "activity", "reweighted": "reweighted"}
TESTS = (
    *("cohort", "model", "control", "n_folds", "test_control", "test_retained", "difference"),
    *("t_corrected", "p_corrected", "p_holm"),
)


def random_sets(n_maps: int, size: int, n_draws: int, rng: np.random.Generator) -> np.ndarray:
    """Draw sets of maps, all equally probable.

    Parameters
    ----------
    n_maps, size, n_draws : int
    rng : numpy.random.Generator

    Returns
    -------
    (n_draws, n_maps) bool array
        With `size` True values in every row.
    """
    return rng.permuted(np.tile(np.arange(n_maps) < size, (n_draws, 1)), axis=1)


def activity(feature_maps: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return how active every map is in every image.

    Parameters
    ----------
    feature_maps : (N, F, H, W) array

    Returns
    -------
    share : (N, F) float64 array
        Share of the map's H x W units that are not zero.
    strength : (N, F) float64 array
        Mean absolute value of its units.
    """
    n_units = feature_maps.shape[2] * feature_maps.shape[3]
    share = active_units(feature_maps) / n_units
    return share, np.abs(feature_maps).mean(axis=(2, 3), dtype=np.float64)


def most_active(share: np.ndarray, strength: np.ndarray, images: np.ndarray) -> np.ndarray:
    """Return the maps from the most active to the least in some images.

    Parameters
    ----------
    share, strength : (N, F) arrays
        See :func:`activity`.  Strength decides between equal shares, as in networks whose units
        are never exactly zero.
    images : (n,) int array
        The training images of a fold.

    Returns
    -------
    (F,) int array of map indices
    """
    return np.lexsort((-strength[images].mean(axis=0), -share[images].mean(axis=0)))


def only(maps: np.ndarray, n_maps: int) -> np.ndarray:
    """Return the (1, n_maps) bool array that has some maps on."""
    return np.isin(np.arange(n_maps), maps)[None]


def compare_controls(folds: dict) -> list[dict]:
    """Compare the retained maps with every control, for every cohort and model.

    Parameters
    ----------
    folds : dict of str to array
        Columns of the table of folds.  A control without any defined fit is left out.

    Returns
    -------
    list of dict
        One row a cohort, model and control, with the keys `TESTS`: number of folds where both are
        defined, mean fits, their difference (retained - control), the corrected resampled t
        statistic, its two-sided p, since a rival may win, and p corrected by Holm's method over
        all rows.  See :func:`alignment.prediction.fold_tests.compare_folds`.
    """
    rows = []
    keys = dict.fromkeys(zip(folds["cohort"].tolist(), folds["model"].tolist(), strict=True))
    for cohort, model in keys:
        here = (folds["cohort"] == cohort) & (folds["model"] == model)
        for control, column in CONTROLS.items():
            fits = folds[column][here]
            if not np.isfinite(fits).any():
                continue
            test = compare_folds(
                fits, folds["retained"][here], folds["n_train"][here], folds["n_test"][here]
            )
            rows.append(
                {
                    "cohort": cohort,
                    "model": model,
                    "control": control,
                    "n_folds": test["n_folds"],
                    "test_control": test["test_full"],
                    "test_retained": test["test_retained"],
                    "difference": test["difference"],
                    "t_corrected": test["t_corrected"],
                    "p_corrected": 2 * np.minimum(test["p_corrected"], 1 - test["p_corrected"]),
                }
            )
    return with_holm(rows, "p_corrected")
