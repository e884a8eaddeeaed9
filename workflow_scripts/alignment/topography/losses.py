"""Spatial losses: how unlike neighbours on the grid are, in their weights or in their activations.

Source: Truong & Hasson (arXiv 2508.00043) for weight similarity (WS); activation similarity (AS) is
this project's definition, its variant over all pairs follows Margalit et al. (2024).
"""

from collections.abc import Callable

import numpy as np
import torch
from torch import Tensor

from alignment.artifacts.errors import InputError
from alignment.topography.sheet import grid_distances, neighbour_pairs

# Below the rounding of float32, yet it keeps the gradient of a root at zero finite.
EPSILON = 1e-12
DISTANCES = ("euclidean", "cosine", "correlation")
ACTIVATION_PAIRS = ("neighbours", "weighted", "tdann")


def weight_dissimilarity(weights: Tensor, pairs: Tensor, distance: str = "euclidean") -> Tensor:
    """Return the mean distance of the incoming weights of neighbours.

    Parameters
    ----------
    weights : (U, D) tensor
        Incoming weights of every unit, without its bias.
    pairs : (P, 2) int tensor
    distance : {"euclidean", "cosine", "correlation"}
        ``||w_i - w_j||``, or one minus the cosine or the Pearson correlation.

    Returns
    -------
    scalar tensor
    """
    if distance == "euclidean":
        difference = weights[pairs[:, 0]] - weights[pairs[:, 1]]
        return (difference.square().sum(dim=1) + EPSILON).sqrt().mean()
    if distance == "correlation":
        weights = weights - weights.mean(dim=1, keepdim=True)
    elif distance != "cosine":
        raise ValueError(f"{distance!r} is not one of {', '.join(DISTANCES)}")
    unit = _to_length_one(weights)
    return 1 - (unit[pairs[:, 0]] * unit[pairs[:, 1]]).sum(dim=1).mean()


def activation_correlations(activations: Tensor, pairs: Tensor) -> Tensor:
    """Return the Pearson correlation over images of the activations of pairs of units.

    Parameters
    ----------
    activations : (N, U) tensor
    pairs : (P, 2) int tensor

    Returns
    -------
    (P,) tensor
        0 where a unit does not vary.
    """
    columns = _to_length_one((activations - activations.mean(dim=0)).T)
    return (columns @ columns.T)[pairs[:, 0], pairs[:, 1]]


def activation_dissimilarity(
    activations: Tensor, pairs: Tensor, weights: Tensor | None = None
) -> Tensor:
    """Return the mean over pairs of one minus the correlation of their activations over images.

    Parameters
    ----------
    activations : (N, U) tensor
        Before the non-linearity.
    pairs : (P, 2) int tensor
    weights : (P,) tensor, optional
        Of the pairs in the mean; equal by default.

    Returns
    -------
    scalar tensor in [0, 2]
    """
    r = activation_correlations(activations, pairs)
    return 1 - (r.mean() if weights is None else (weights * r).sum() / weights.sum())


def distance_mismatch(activations: Tensor, pairs: Tensor, closeness: Tensor) -> Tensor:
    """Return how little the correlations of pairs of units follow their closeness on the grid.

    Parameters
    ----------
    activations : (N, U) tensor
    pairs : (P, 2) int tensor
        All pairs of units.
    closeness : (P,) tensor
        1 / (1 + grid distance).

    Returns
    -------
    scalar tensor in [0, 1]
        ``(1 - Pearson r) / 2`` of the two.

    Notes
    -----
    Margalit et al. (2024), the spatial loss of their topographic networks (TDANN).
    """
    r = activation_correlations(activations, pairs)
    both = torch.stack([r, closeness.to(r.dtype)])
    first, second = _to_length_one(both - both.mean(dim=1, keepdim=True))
    return (1 - (first * second).sum()) / 2


def laplacian_pyramid(weights: Tensor, grid: tuple[int, int], factor: float) -> Tensor:
    """Return the loss of TopoNets, of the package ``topoloss``.

    Parameters
    ----------
    weights : (U, D) tensor
    grid : (rows, columns)
    factor : float
        By how much the sheet of weights is shrunk before it is compared with itself.

    Raises
    ------
    InputError
        The package is not installed.

    Notes
    -----
    Deb, Deb & Ratan Murty (2025).
    """
    try:
        from topoloss.losses.laplacian_pyramid import laplacian_pyramid_loss
    except ImportError as error:
        raise InputError(
            "config: topography: conditions: TopoLoss needs the package topoloss, which is not "
            "installed; run 'pip install topoloss' in the workflow's environment or drop it."
        ) from error
    sheet = weights.reshape(*grid, -1)
    return laplacian_pyramid_loss(sheet, factor_w=factor, factor_h=factor)


def spatial_loss(
    condition: str,
    grid: tuple[int, int],
    *,
    neighbourhood: str = "moore",
    wrap: bool = False,
    distance: str = "euclidean",
    activation_pairs: str = "neighbours",
    pyramid_factor: float = 3.0,
) -> Callable[[Tensor, Tensor], Tensor]:
    """Return the spatial loss of a condition.

    Parameters
    ----------
    condition : {"control", "WS", "AS", "TopoLoss"}
    grid : (rows, columns)
    neighbourhood, wrap
        See :func:`alignment.topography.sheet.neighbour_pairs`.
    distance : str
        Of weights; see :func:`weight_dissimilarity`.
    activation_pairs : {"neighbours", "weighted", "tdann"}
        Which pairs AS compares: neighbours alike; all pairs, weighted by 1 / (1 + grid distance);
        or all pairs by :func:`distance_mismatch`.
    pyramid_factor : float
        See :func:`laplacian_pyramid`.

    Returns
    -------
    callable
        ``loss(weights (U, D), activations (N, U))``, a scalar tensor.
    """
    if condition == "control":
        return lambda weights, activations: weights.new_zeros(())
    if condition == "TopoLoss":
        return lambda weights, activations: laplacian_pyramid(weights, grid, pyramid_factor)
    neighbours = torch.from_numpy(neighbour_pairs(grid, neighbourhood, wrap))
    if condition == "WS":
        return lambda weights, activations: weight_dissimilarity(weights, neighbours, distance)
    if condition != "AS":
        raise ValueError(f"unknown condition {condition!r}")
    if activation_pairs not in ACTIVATION_PAIRS:
        raise ValueError(f"{activation_pairs!r} is not one of {', '.join(ACTIVATION_PAIRS)}")
    if activation_pairs == "neighbours":
        return lambda weights, activations: activation_dissimilarity(activations, neighbours)
    n_units = grid[0] * grid[1]
    pairs = torch.from_numpy(np.argwhere(np.triu(np.ones((n_units, n_units)), 1)))
    far = torch.from_numpy(grid_distances(grid, wrap))[pairs[:, 0], pairs[:, 1]]
    closeness = (1 / (1 + far)).float()
    compare = {"weighted": activation_dissimilarity, "tdann": distance_mismatch}[activation_pairs]
    return lambda weights, activations: compare(activations, pairs, closeness)


def _to_length_one(rows):
    return rows / (rows.square().sum(dim=1, keepdim=True) + EPSILON).sqrt()
