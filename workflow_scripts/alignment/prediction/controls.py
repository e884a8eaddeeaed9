"""What the retained maps are compared with on the same folds, and the tests against each of it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from alignment.heads.map_sets import only
from alignment.heads.opening import Head
from alignment.importance.activity import active_units
from alignment.importance.folds import Fold
from alignment.prediction.fold_tests import EQUAL, RIVAL_COLUMNS, compare_rivals, with_intervals
from alignment.prediction.reweighting import reweight, terms_of
from alignment.prediction.ridge import weighted_products
from alignment.similarity.fits import fit
from alignment.similarity.pairs import pair_images

TESTS = (
    *("cohort", "model", "control", "n_folds", "test_control", "test_retained"),
    *RIVAL_COLUMNS,
)


@dataclass(frozen=True)
class Case:
    """One cohort and model, as the controls look at it.

    Attributes
    ----------
    head : Head
    judgments : (P,) array
        Human similarities of the dataset's pairs.
    fit : {"r2", "pearson", "spearman"}
    unit : {"images", "pairs"}
    activity : pair of (N, F) arrays
        See :func:`map_activity`.
    features : (N, D) array
        Whose products are reweighted.
    settings : mapping
        The section ``controls`` of the config.
    """

    head: Head
    judgments: np.ndarray
    fit: str
    unit: str
    activity: tuple[np.ndarray, np.ndarray] | None
    features: np.ndarray | None
    settings: Mapping[str, Any]


@dataclass(frozen=True)
class Control:
    """Something that the retained maps are compared with.

    Attributes
    ----------
    name : str
        In the table of tests.
    label : str
        In figures.
    columns : tuple of str
        Of the table of folds; the first holds the test fit.
    wanted : callable
        Tells from the section ``controls`` of the config whether it is measured.
    measure : callable
        ``measure(case, fold, n_retained, test_retained)`` returns the values of the columns as a
        dict, from the number of maps that the fold retained and their test fit.
    """

    name: str
    label: str
    columns: tuple[str, ...]
    wanted: Callable[[Mapping[str, Any]], bool]
    measure: Callable[[Case, Fold, int, float], dict[str, float]]

    @property
    def column(self) -> str:
        """The column of the test fit."""
        return self.columns[0]


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


def map_activity(feature_maps: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
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
        See :func:`map_activity`.  Strength decides between equal shares.
    images : (n,) int array
        The training images of a fold.

    Returns
    -------
    (F,) int array of map indices
    """
    return np.lexsort((-strength[images].mean(axis=0), -share[images].mean(axis=0)))


def measure_random_sets(case: Case, fold: Fold, n_retained: int, test_retained: float) -> dict:
    """Fit random sets of as many maps as are retained.

    Draws without a defined fit, as where a single map is on, are left out.  Nothing where all maps
    are retained, since every draw would be the retained set itself.
    """
    if n_retained == case.head.n_maps:
        return {}
    rng = np.random.default_rng([fold.seed, fold.number])
    sets = random_sets(case.head.n_maps, n_retained, case.settings["random_draws"], rng)
    fits = _test_fits(case, fold, sets)
    fits = fits[np.isfinite(fits)]
    if not len(fits):
        return {}
    return {
        "random_mean": fits.mean(),
        "random_sd": fits.std(ddof=1) if len(fits) > 1 else np.nan,
        # Sets that differ in silent maps alone fit equally well, but for the last digit.
        "random_share": np.mean(fits >= test_retained - EQUAL)
        if np.isfinite(test_retained)
        else np.nan,
    }


def measure_active_maps(case: Case, fold: Fold, n_retained: int, test_retained: float) -> dict:
    """Fit as many maps as are retained, the most active in the training images.

    Nothing where all maps are equally active, as in networks whose units are never zero, or where
    all are retained.
    """
    if n_retained == case.head.n_maps:
        return {}
    first, second = (images[fold.train_pairs] for images in pair_images(case.head.n_images))
    images = np.unique([first, second])
    if np.ptp(case.activity[0][images].mean(axis=0)) == 0:
        return {}
    order = most_active(*case.activity, images)
    (value,) = _test_fits(case, fold, only(order[:n_retained], case.head.n_maps))
    return {"activity": value}


def measure_reweighting(case: Case, fold: Fold, n_retained: int, test_retained: float) -> dict:
    """Fit products of dimensions with weights learned on the training side."""
    found = reweight(
        case.features, fold, case.judgments, unit=case.unit, seed=fold.seed, kind=case.fit
    )
    first, second = (images[fold.test_pairs] for images in pair_images(len(case.features)))
    predicted = weighted_products(case.features, found.weights, first, second)
    return {
        "reweighted": float(fit(predicted, case.judgments[fold.test_pairs], case.fit)),
        "penalty": found.penalty,
    }


def _test_fits(case, fold, sets):
    return case.head.fits_of_sets(sets, fold.test_pairs, case.judgments, case.fit)


# In the order of tables and figures.
CONTROLS = (
    Control(
        "random",
        "random sets",
        ("random_mean", "random_sd", "random_share"),
        lambda settings: settings["random_draws"] > 0,
        measure_random_sets,
    ),
    Control(
        "activity",
        "most active maps",
        ("activity",),
        lambda settings: settings["activity"],
        measure_active_maps,
    ),
    Control(
        "reweighted",
        "reweighted",
        ("reweighted", "penalty"),
        lambda settings: settings["reweighting"] != "none",
        measure_reweighting,
    ),
)
LABELS = {control.name: control.label for control in CONTROLS}


def features_of(embedding: np.ndarray, similarity: str, reweighting: str) -> np.ndarray:
    """Return the rows (N, D) whose products are reweighted: see ``controls`` in the config."""
    rows = embedding.astype(np.float64)
    return terms_of(rows, similarity) if reweighting == "similarity" else rows


def compare_controls(folds: dict) -> list[dict]:
    """Compare the retained maps with every control, for every cohort and model.

    Parameters
    ----------
    folds : dict of str to array
        Columns of the table of folds.  A control without any defined fit is left out.

    Returns
    -------
    list of dict
        One row per cohort, model and control, with the keys `TESTS`: number of folds where both are
        defined, mean fits, their difference (retained - control), the corrected resampled t
        statistic, its two-sided p, since a rival may win, p corrected by Holm's method over all
        rows, and the standard error and interval of the difference that go with it.  See
        :mod:`alignment.prediction.fold_tests`.
    """
    rows = []
    keys = dict.fromkeys(zip(folds["cohort"].tolist(), folds["model"].tolist(), strict=True))
    for cohort, model in keys:
        here = (folds["cohort"] == cohort) & (folds["model"] == model)
        for control in CONTROLS:
            fits = folds[control.column][here]
            if not np.isfinite(fits).any():
                continue
            test = compare_rivals(
                fits, folds["retained"][here], folds["n_train"][here], folds["n_test"][here]
            )
            test["test_control"] = test.pop("test_rival")
            test["test_retained"] = test.pop("test_own")
            rows.append({"cohort": cohort, "model": model, "control": control.name, **test})
    return [{name: row[name] for name in TESTS} for row in with_intervals(rows, sides=2)]
