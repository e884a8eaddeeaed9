"""Every measure of one network's units, from what its topographic layer does with images.

Rows are (measure, level, value); the level is NaN where a measure has none.  docs/topography.md
says what each measure is.
"""

from collections.abc import Mapping

import numpy as np

from alignment.statistics.means import mean_of_defined
from alignment.topography import tuning
from alignment.topography.localization import (
    correlation_by_distance,
    distance_to_most_correlated,
    localization,
    pair_values,
    unit_correlations,
)
from alignment.topography.responses import effective_dimensionality, entropy, fires, variance
from alignment.topography.sheet import morans_i

COLUMNS = ["condition", "lambda", "seed", "measure", "level", "value"]
UNIT_COLUMNS = [
    *("condition", "lambda", "seed", "unit", "fires", "orientation", "symmetry_left_right"),
    *("symmetry_up_down", "eccentricity", "preferred_class", "highest_auc"),
]
QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)
STRONG = 0.5
Row = tuple[str, float, float]


def measure(
    recorded: Mapping[str, np.ndarray], distances: np.ndarray, pairs: np.ndarray
) -> list[Row]:
    """Return all measures of a network's units.

    Parameters
    ----------
    recorded : mapping
        ``activations`` (N, U) by test images, before the ReLU, with their ``labels`` (N,);
        ``mirrored_left_right``, ``mirrored_up_down``, ``without_centre`` and ``without_surround``
        (N, U) by the same images changed; ``gratings`` (orientations, frequencies, phases, U);
        ``weights`` (U, D).
    distances : (U, U) array
        On the grid.
    pairs : (P, 2) int array
        Of neighbours.
    """
    before, weights = recorded["activations"], recorded["weights"]
    sides = {"before": before, "after": np.maximum(before, 0)}
    deviation = float(weights.std(dtype=np.float64))
    rows = [
        *_spatial_losses(before, weights, pairs),
        ("weight_deviation", np.nan, deviation),
        ("dimensionality_weights", np.nan, effective_dimensionality(weights.T)),
        ("morans_i", np.nan, mean_of_defined(morans_i(before, pairs))),
        ("silent_units", np.nan, int((~fires(before)).sum())),
    ]
    for side, activations in sides.items():
        rows += [
            (f"variance_{side}", np.nan, variance(activations)),
            (f"scaled_variance_{side}", np.nan, variance(activations) / deviation**2),
            (f"entropy_{side}", np.nan, entropy(activations, fires(before))),
            (f"dimensionality_{side}", np.nan, effective_dimensionality(activations)),
            *_localization(activations, distances, side),
        ]
    return rows + _tuning(recorded, pairs)


def unit_profiles(recorded: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Return the tuning of each unit, a (U,) array under each of `UNIT_COLUMNS` from ``unit`` on.

    Parameters
    ----------
    recorded : mapping
        See :func:`measure`.
    """
    before = recorded["activations"]
    auc = tuning.class_auc(before, recorded["labels"])
    return {
        "unit": np.arange(before.shape[1]),
        "fires": fires(before),
        "orientation": tuning.orientation_selectivity(np.maximum(recorded["gratings"], 0)),
        "symmetry_left_right": tuning.mirror_symmetry(before, recorded["mirrored_left_right"]),
        "symmetry_up_down": tuning.mirror_symmetry(before, recorded["mirrored_up_down"]),
        "eccentricity": tuning.eccentricity(
            before, recorded["without_centre"], recorded["without_surround"]
        ),
        "preferred_class": np.nanargmax(auc, axis=0),
        "highest_auc": np.nanmax(auc, axis=0),
    }


def _spatial_losses(before, weights, pairs):
    """What the losses of WS and AS come to, whatever the network was trained for."""
    apart = np.linalg.norm(weights[pairs[:, 0]] - weights[pairs[:, 1]], axis=1).mean()
    r = unit_correlations(before)[pairs[:, 0], pairs[:, 1]]
    return [
        ("spatial_loss_weights", np.nan, float(apart)),
        ("spatial_loss_activations", np.nan, 1 - mean_of_defined(r)),
    ]


def _localization(activations, distances, side):
    r = unit_correlations(activations)
    near, chance = distance_to_most_correlated(r, distances)
    _, values = pair_values(r, distances)
    rows = [
        (f"localization_{side}", np.nan, localization(r, distances)),
        (f"distance_to_most_correlated_{side}", np.nan, near),
        (f"distance_by_chance_{side}", np.nan, chance),
        (f"share_strong_positive_{side}", np.nan, mean_of_defined(values > STRONG)),
        (f"share_strong_negative_{side}", np.nan, mean_of_defined(values < -STRONG)),
    ]
    curve = zip(*correlation_by_distance(r, distances), strict=True)
    rows += [(f"correlation_at_distance_{side}", *point) for point in curve]
    if len(values):
        quantiles = zip(QUANTILES, np.quantile(values, QUANTILES), strict=True)
        rows += [(f"correlation_quantile_{side}", *point) for point in quantiles]
    return rows


def _tuning(recorded, pairs):
    profiles = unit_profiles(recorded)
    auc = tuning.class_auc(recorded["activations"], recorded["labels"])
    n_experts, n_classes = tuning.experts(auc)
    smoothness = morans_i(auc[np.isfinite(auc).all(axis=1)], pairs)
    names = ("orientation", "symmetry_left_right", "symmetry_up_down", "eccentricity")
    return [
        *((name, np.nan, mean_of_defined(profiles[name])) for name in names),
        ("units_without_orientation", np.nan, int(np.isnan(profiles["orientation"]).sum())),
        ("expert_units", np.nan, n_experts),
        ("expert_classes", np.nan, n_classes),
        ("morans_i_auc", np.nan, mean_of_defined(smoothness)),
    ]
