"""Fits computed observer by observer, and the noise ceiling that belongs beside them."""

import numpy as np

from alignment.similarity.fits import fit


def correlation(kind: str) -> str:
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
        defined = np.isfinite(correlations)
        bounds.append(float(np.mean(np.array(correlations)[defined])) if defined.any() else np.nan)
    return tuple(bounds)


def _standardized(values, kind):
    judged = np.isfinite(values)
    result = np.full(len(values), np.nan)
    own = values[judged]
    if kind == "spearman":
        from scipy.stats import rankdata  # costs a second

        result[judged] = rankdata(own)
    elif own.size:
        result[judged] = (own - own.mean()) / (own.std() or 1)
    return result
