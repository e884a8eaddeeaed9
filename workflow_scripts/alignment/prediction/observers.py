"""Fits computed observer by observer, and the noise ceiling that belongs beside them."""

from collections.abc import Mapping

import numpy as np

from alignment.artifacts.tables import groups_of
from alignment.similarity.fits import fit
from alignment.statistics.means import mean_of_defined

OBSERVER_COLUMNS = (
    *("n_observers", "observer_full", "observer_retained", "observer_lower", "observer_upper"),
)
SUMMARY_COLUMNS = (
    "cohort",
    "model",
    "correlation",
    "n_observers",
    "n_folds",
    *OBSERVER_COLUMNS[1:],
)


def correlation_of(kind: str) -> str:
    """Return the correlation that a fit is made of: the bounds hold for correlations only."""
    return "spearman" if kind == "spearman" else "pearson"


def observer_fits(
    similarities: np.ndarray, observers: np.ndarray, kind: str = "pearson"
) -> np.ndarray:
    """Return the correlation of similarities with every observer's judgments.

    Parameters
    ----------
    similarities : (n,) array
        RSM values of some pairs.
    observers : (S, n) array
        Every observer's similarity of these pairs; NaN where not judged.
    kind : {"pearson", "spearman"}

    Returns
    -------
    (S,) float64 array
    """
    fits = np.empty(len(observers))
    for s, values in enumerate(observers):
        judged = np.isfinite(values)
        fits[s] = fit(similarities[judged], values[judged], kind)
    return fits


def compare_observers(
    full: np.ndarray, retained: np.ndarray, observers: np.ndarray, kind: str = "pearson"
) -> dict[str, float]:
    """Compare all and the retained maps with single observers.

    Parameters
    ----------
    full, retained : (n,) arrays
        RSM values of some pairs with all and with the retained maps.
    observers : (S, n) array
    kind : {"pearson", "spearman"}

    Returns
    -------
    dict
        ``n_observers``; ``observer_full``, ``observer_retained``: mean correlations over the
        observers for whom both are defined; ``observer_lower``, ``observer_upper``: the noise
        ceiling, see :func:`noise_ceiling`.
    """
    full, retained = (observer_fits(values, observers, kind) for values in (full, retained))
    both = np.isfinite(full) & np.isfinite(retained)
    lower, upper = noise_ceiling(observers, kind)
    return {
        "n_observers": len(observers),
        "observer_full": mean_of_defined(full[both]),
        "observer_retained": mean_of_defined(retained[both]),
        "observer_lower": lower,
        "observer_upper": upper,
    }


def noise_ceiling(observers: np.ndarray, kind: str = "pearson") -> tuple[float, float]:
    """Return how well any model can correlate with single observers, on average.

    Parameters
    ----------
    observers : (S, n) array
        Every observer's similarity of some pairs; NaN where not judged.
    kind : {"pearson", "spearman"}

    Returns
    -------
    lower, upper : float
        Mean correlation of every observer with the mean of the others, and with the mean of all;
        NaN with fewer than two observers.

    Notes
    -----
    Nili et al. (2014), as in ``rsatoolbox.inference.boot_noise_ceiling``: observers are
    standardized (or ranked) before they are averaged.  Section 9 of the method: this is no ceiling
    of a fit with the mean judgments, which is far less noisy than one observer.
    """
    if len(observers) < 2:
        return np.nan, np.nan
    scaled = np.stack([_standardized(values, kind) for values in observers])
    judged = np.isfinite(scaled)
    count, total = judged.sum(axis=0), np.nansum(scaled, axis=0)
    bounds = []
    for without_own in (True, False):
        correlations = []
        for values, own in zip(scaled, judged, strict=True):
            left = count - own * without_own
            rest = total - np.where(own, values, 0) * without_own
            both = own & (left > 0)
            correlations.append(fit(rest[both] / left[both], values[both], kind))
        bounds.append(mean_of_defined(np.array(correlations)))
    return tuple(bounds)


def _standardized(values, kind):
    judged = np.isfinite(values)
    result = np.full(len(values), np.nan)
    own = values[judged]
    if kind == "spearman":
        from scipy.stats import rankdata  # costs a second

        # As shares of an observer's own pairs: of few pairs the last rank is a small number.
        result[judged] = (rankdata(own) - 0.5) / max(1, own.size)
    elif own.size:
        result[judged] = (own - own.mean()) / (own.std() or 1)
    return result


def summarize_observers(folds: Mapping[str, np.ndarray], kind: str) -> list[dict]:
    """Average over folds what single observers gave, for every cohort and model.

    Parameters
    ----------
    folds : dict of str to array
        Columns ``cohort, model`` and `OBSERVER_COLUMNS`, a row per fold.
    kind : {"r2", "pearson", "spearman"}
        The fit.

    Returns
    -------
    list of dict
        With the keys `SUMMARY_COLUMNS`; cohorts whose observers are not told apart are left out.
        Each mean is over the folds that have a value, of those where the retained maps have a fit.
    """
    rows = []
    for (cohort, model), table in groups_of(folds, "cohort", "model").items():
        defined = np.isfinite(table["observer_retained"])
        if defined.any():
            means = {name: mean_of_defined(table[name][defined]) for name in OBSERVER_COLUMNS[1:]}
            rows.append(
                {
                    "cohort": cohort,
                    "model": model,
                    "correlation": correlation_of(kind),
                    "n_observers": int(table["n_observers"][defined][0]),
                    "n_folds": int(defined.sum()),
                    **means,
                }
            )
    return rows
