"""Pictures arranged in the plane so that those that are alike lie close together."""

import numpy as np

STEPS = 300
SETTLED = 1e-6  # share of the stress that a step must still gain


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
    laplacian = np.diag(weights.sum(axis=1)) - weights
    inverse = np.linalg.pinv(laplacian.astype(np.float64), hermitian=True)
    before = np.inf
    for _ in range(STEPS):
        distances = np.sqrt(((places[:, None] - places[None]) ** 2).sum(axis=2))
        stress = (weights * (distances - wanted) ** 2).sum()
        if before - stress <= SETTLED * stress:
            break
        before = stress
        pull = np.where(weights & (distances > 0), wanted, 0) / np.where(
            distances > 0, distances, 1
        )
        places = inverse @ (pull.sum(axis=1)[:, None] * places - pull @ places)
    return places - places.mean(axis=0)


def _classical(distances):
    """Classical scaling: the two main axes of the doubly centred squares."""
    squares = distances**2
    centred = squares - squares.mean(axis=0) - squares.mean(axis=1)[:, None] + squares.mean()
    values, vectors = np.linalg.eigh(-centred / 2)
    return vectors[:, :-3:-1] * np.sqrt(np.maximum(values[:-3:-1], 0))


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
