"""What the units of a layer do over images: variance, entropy, dimensionality.

Activations are (N, U): images by units, before the ReLU unless said otherwise.
"""

import numpy as np

BINS = 20


def fires(activations: np.ndarray) -> np.ndarray:
    """Return which units are above zero in any image, (U,) bool."""
    return (activations > 0).any(axis=0)


def variance(activations: np.ndarray) -> float:
    """Return the variance over images of activations (N, U), the mean over units."""
    return float(activations.var(axis=0, dtype=np.float64).mean())


def entropy(activations: np.ndarray, units: np.ndarray, bins: int = BINS) -> float:
    """Return the entropy of units' histograms over images, the mean over units, in nats.

    Parameters
    ----------
    activations : (N, U) array
    units : (U,) bool array
        Those that count.
    bins : int
        Of equal width, between a unit's own minimum and maximum.

    Returns
    -------
    float
        NaN where no unit counts; 0 for a unit that does not vary.
    """
    values = []
    # In single precision there may be no room for all bins between two values.
    for column in activations.T[units].astype(np.float64):
        share = np.histogram(column, bins)[0] / len(column) if np.ptp(column) else np.ones(1)
        share = share[share > 0]
        values.append(-(share * np.log(share)).sum())
    return float(np.mean(values)) if values else np.nan


def effective_dimensionality(values: np.ndarray) -> float:
    """Return the participation ratio of the units' covariance.

    Parameters
    ----------
    values : (N, U) array
        Activations over images, or weights with a column per unit.

    Returns
    -------
    float
        ``(sum of eigenvalues)² / sum of squared eigenvalues``, from 1 to min(N - 1, U); NaN where
        nothing varies.
    """
    centred = np.asarray(values, dtype=np.float64)
    centred = centred - centred.mean(axis=0)
    if centred.shape[1] > centred.shape[0]:
        centred = centred.T  # the other Gram matrix has the same eigenvalues, and is smaller
    gram = centred.T @ centred
    # Sums of eigenvalues and of their squares are a trace and a sum of squares.
    trace, squares = np.trace(gram), (gram * gram).sum()
    return float(trace * trace / squares) if squares > 0 else np.nan
