"""The grid that a layer's units lie on: neighbours, distances, and how smooth a map is.

Unit k of a grid of R rows and C columns lies at row k // C and column k % C.
"""

from collections.abc import Sequence

import numpy as np

NEIGHBOURHOODS = ("moore", "rook")


def positions(grid: Sequence[int]) -> np.ndarray:
    """Return the row and column of every unit, (U, 2) int."""
    rows, columns = grid
    return np.stack(np.divmod(np.arange(rows * columns), columns), axis=1)


def offsets(grid: Sequence[int], wrap: bool = False) -> np.ndarray:
    """Return how many rows and columns lie between any two units, (U, U, 2) int, not negative.

    With `wrap` the grid is a torus, and the shorter way round counts.
    """
    places = positions(grid)
    apart = np.abs(places[:, None] - places[None])
    return np.minimum(apart, np.asarray(grid) - apart) if wrap else apart


def grid_distances(grid: Sequence[int], wrap: bool = False) -> np.ndarray:
    """Return the Euclidean distance of any two units on the grid, (U, U) float64."""
    return np.sqrt((offsets(grid, wrap) ** 2).sum(axis=-1))


def neighbour_pairs(
    grid: Sequence[int], neighbourhood: str = "moore", wrap: bool = False
) -> np.ndarray:
    """Return every pair of neighbours once, in ascending order.

    Parameters
    ----------
    grid : (rows, columns)
    neighbourhood : {"moore", "rook"}
        The 8 units around a unit, or the 4 that share a side with it.
    wrap : bool
        Whether units at one edge are neighbours of those at the opposite edge.

    Returns
    -------
    (P, 2) int array
        First index below the second; 420 pairs on 11 x 11 with 8 neighbours and no wrap.
    """
    if neighbourhood not in NEIGHBOURHOODS:
        raise ValueError(f"{neighbourhood!r} is not one of {', '.join(NEIGHBOURHOODS)}")
    apart = offsets(grid, wrap)
    steps = apart.max(axis=-1) if neighbourhood == "moore" else apart.sum(axis=-1)
    return np.argwhere(np.triu(steps == 1))


def patches(grid: Sequence[int]) -> np.ndarray:
    """Return which units lie in the 3 x 3 patch around each unit, cut at the edges, (U, U) bool."""
    return offsets(grid).max(axis=-1) <= 1


def morans_i(values: np.ndarray, pairs: np.ndarray) -> np.ndarray:
    """Return Moran's I of maps: how alike neighbours are.

    Parameters
    ----------
    values : (..., U) array
        One value per unit.
    pairs : (P, 2) int array
        Pairs of neighbours, each once.

    Returns
    -------
    (...,) float64 array
        ``U / W sum_ij w_ij z_i z_j / sum_i z_i²`` with z the deviations from the mean, w_ij = 1
        for neighbours and W their sum over both orders, 2 P.  NaN for a map that does not vary.
        Expected by chance: -1 / (U - 1).

    Notes
    -----
    Moran (1950).
    """
    z = np.asarray(values, dtype=np.float64)
    z = z - z.mean(axis=-1, keepdims=True)
    squares = (z * z).sum(axis=-1)
    products = np.einsum("...p,...p->...", z[..., pairs[:, 0]], z[..., pairs[:, 1]])
    flat = np.ptp(np.asarray(values), axis=-1) == 0
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(flat, np.nan, z.shape[-1] / len(pairs) * products / squares)


def morans_i_p(values: np.ndarray, pairs: np.ndarray, draws: int, seed: int) -> float:
    """Return how often a map whose units are shuffled is at least as smooth as the map itself.

    Parameters
    ----------
    values : (U,) array
    pairs : (P, 2) int array
    draws : int
        Shuffles; the map itself is counted as one more.
    seed : int

    Returns
    -------
    float
        One-sided p of positive autocorrelation, at least 1 / (draws + 1); NaN for a map that does
        not vary.
    """
    observed = morans_i(values, pairs)
    if np.isnan(observed):
        return np.nan
    shuffled = np.random.default_rng(seed).permuted(np.tile(values, (draws, 1)), axis=1)
    # Shuffles as smooth as the map itself count, also where sums in another order round downwards.
    at_least = morans_i(shuffled, pairs) >= observed - 1e-12
    return float((1 + at_least.sum()) / (draws + 1))
