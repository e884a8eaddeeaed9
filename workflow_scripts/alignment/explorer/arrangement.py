"""Pictures arranged in the plane so that those that are alike lie close together."""

import numpy as np

STEPS = 300
SETTLED = 1e-6  # share of the stress that a step must still gain
IN_CACHE = 2**16  # numbers of an array of which several stay in a processor's cache


def arrange(similarities: np.ndarray, start: np.ndarray | None = None) -> np.ndarray:
    """Return positions whose distances are as close as can be to ``1 - similarity``.

    Parameters
    ----------
    similarities : (n, n) array
        Symmetric; pairs that are NaN take no part.
    start : (n, 2) array, optional
        Where to begin; by default classical scaling, with the mean in place of missing pairs.

    Returns
    -------
    (n, 2) float64 array
        Centred on 0.

    Notes
    -----
    Metric multidimensional scaling by majorization of the weighted stress (de Leeuw, 1977).
    """
    n = len(similarities)
    wanted = 1 - np.asarray(similarities, dtype=np.float64)
    weights = np.isfinite(wanted) & ~np.eye(n, dtype=bool)
    if not weights.any():
        return np.zeros((n, 2))
    wanted = np.where(weights, wanted, wanted[weights].mean())
    np.fill_diagonal(wanted, 0)
    places = _classical(wanted) if start is None else np.array(start, dtype=np.float64)
    settle = _inverse_of_laplacian(weights)
    wanted[~weights] = 0
    before = np.inf
    for _ in range(STEPS):
        stress, pulled = _pull(places, wanted, weights)
        if before - stress <= SETTLED * stress:
            break
        before = stress
        places = settle(pulled)
    return places - places.mean(axis=0)


def _pull(places, wanted, weights):
    """Return the stress of an arrangement, and where each picture is pulled by the others.

    A few rows at a time, which stay in the processor's cache.
    """
    n = len(places)
    rows_at_once = max(1, IN_CACHE // n)
    stress, pulled = 0.0, np.empty((n, 2))
    x, y = places.T
    for start in range(0, n, rows_at_once):
        rows = slice(start, start + rows_at_once)
        distances = np.subtract.outer(x[rows], x) ** 2
        distances += np.subtract.outer(y[rows], y) ** 2
        np.sqrt(distances, out=distances)
        error = distances - wanted[rows]
        error *= weights[rows]
        stress += np.vdot(error, error)
        distances[distances == 0] = np.inf  # such a pair pulls nowhere
        pull = np.divide(wanted[rows], distances, out=error)
        pulled[rows] = pull.sum(axis=1)[:, None] * places[rows] - pull @ places
    return stress, pulled


def _inverse_of_laplacian(weights):
    """Return the product with the pseudoinverse of the pairs' Laplacian, as a function."""
    n = len(weights)
    if np.count_nonzero(weights) == n * (n - 1):
        return lambda values: (values - values.mean(axis=0)) / n
    laplacian = np.diag(weights.sum(axis=1)) - weights.astype(np.float64)
    if _connected(weights):
        # Where all pictures are connected the null space is known: the same shift of all.
        inverse = np.linalg.inv(laplacian + 1 / n) - 1 / n
    else:
        inverse = np.linalg.pinv(laplacian, hermitian=True)
    return lambda values: inverse @ values


def _connected(weights):
    """Tell whether pairs lead from the first picture to every other one."""
    reached = np.zeros(len(weights), dtype=bool)
    reached[0], before = True, 0
    while before < np.count_nonzero(reached):
        before = np.count_nonzero(reached)
        reached |= weights[reached].any(axis=0)
    return before == len(weights)


def _classical(distances):
    """Classical scaling: the two main axes of the doubly centred squares."""
    squares = distances**2
    centred = squares - squares.mean(axis=0) - squares.mean(axis=1)[:, None] + squares.mean()
    values, vectors = np.linalg.eigh(-centred / 2)
    return vectors[:, :-3:-1] * np.sqrt(np.maximum(values[:-3:-1], 0))


def on_unit_scale(similarities: np.ndarray) -> np.ndarray:
    """Return judgments on whatever scale, such as 1 to 7, from 0, the least alike, to 1.

    Parameters
    ----------
    similarities : (n, n) array
        NaN where a pair was not judged; the diagonal does not count.
    """
    similarities = np.asarray(similarities, dtype=np.float64)
    pairs = np.where(np.eye(len(similarities), dtype=bool), np.nan, similarities)
    if not np.isfinite(pairs).any():
        return pairs
    low, high = np.nanmin(pairs), np.nanmax(pairs)
    return (similarities - low) / ((high - low) or 1)


def align(places: np.ndarray, to: np.ndarray) -> np.ndarray:
    """Turn, mirror and scale an arrangement until it lies on another as closely as it can.

    Parameters
    ----------
    places, to : (n, 2) arrays
        Both centred on 0.

    Returns
    -------
    (n, 2) float64 array

    Notes
    -----
    Orthogonal Procrustes analysis with scaling; the result has the other's mean square.
    """
    u, _, v = np.linalg.svd(places.T @ to)
    turned = places @ u @ v
    size = np.sqrt((turned**2).sum())
    return turned * (np.sqrt((to**2).sum()) / size if size > 0 else 1)
