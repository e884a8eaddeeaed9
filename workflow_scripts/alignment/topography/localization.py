"""Whether units that respond alike lie close together on the grid."""

import numpy as np

NEAREST = 5


def unit_correlations(activations: np.ndarray) -> np.ndarray:
    """Return the Pearson correlation over images of any two units.

    Parameters
    ----------
    activations : (N, U) array

    Returns
    -------
    (U, U) float64 array
        NaN in the row and column of a unit that does not vary, 1 on the diagonal of the others.
    """
    columns = np.asarray(activations, dtype=np.float64)
    flat = np.ptp(columns, axis=0) == 0
    columns = columns - columns.mean(axis=0)
    with np.errstate(invalid="ignore", divide="ignore"):
        columns /= np.sqrt((columns * columns).sum(axis=0))
    r = np.clip(columns.T @ columns, -1, 1)
    np.fill_diagonal(r, 1)
    r[flat] = r[:, flat] = np.nan
    return r


def pair_values(r: np.ndarray, distances: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return grid distance and correlation of every pair of units that has one, two (P,) arrays."""
    first, second = np.triu_indices(len(r), 1)
    pairs = np.isfinite(r[first, second])
    return distances[first, second][pairs], r[first, second][pairs]


def localization(r: np.ndarray, distances: np.ndarray) -> float:
    """Return minus the Spearman correlation of grid distance with the units' correlation.

    Parameters
    ----------
    r : (U, U) array
        See :func:`unit_correlations`.
    distances : (U, U) array
        See :func:`alignment.topography.sheet.grid_distances`.

    Returns
    -------
    float
        1 where correlation falls strictly with distance; NaN where it does not vary.
    """
    from scipy.stats import rankdata  # a second's import, not needed to draw

    ranks = [rankdata(values) for values in pair_values(r, distances)]
    if any(np.ptp(rank) == 0 if len(rank) else True for rank in ranks):
        return np.nan
    return -float(np.corrcoef(*ranks)[0, 1])


def distance_to_most_correlated(
    r: np.ndarray, distances: np.ndarray, n: int = NEAREST
) -> tuple[float, float]:
    """Return how far away the units lie that a unit correlates with most, and what chance gives.

    Parameters
    ----------
    r, distances : (U, U) arrays
    n : int
        Of the most correlated units; ties go to the lower index.

    Returns
    -------
    observed, chance : float
        Mean grid distance over units; by chance, that to any other unit that has a correlation.
    """
    units = np.flatnonzero(np.isfinite(np.diagonal(r)))
    if len(units) <= n:
        return np.nan, np.nan
    r, distances = r[np.ix_(units, units)].copy(), distances[np.ix_(units, units)]
    np.fill_diagonal(r, -np.inf)
    nearest = np.argsort(-r, axis=1, kind="stable")[:, :n]
    observed = np.take_along_axis(distances, nearest, axis=1).mean()
    return float(observed), float(distances.sum() / (len(units) * (len(units) - 1)))


def correlation_by_distance(r: np.ndarray, distances: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the mean correlation of the units at each whole grid distance.

    Returns
    -------
    distance : (B,) float64 array
        Grid distances, rounded to whole steps.
    correlation : (B,) float64 array
    """
    apart, values = pair_values(r, distances)
    steps = np.round(apart)
    found = np.unique(steps)
    return found, np.array([values[steps == step].mean() for step in found])
