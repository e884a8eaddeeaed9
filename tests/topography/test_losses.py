"""The spatial losses against loops over neighbours, numerical gradients, and planted sheets."""

import itertools
import sys

import numpy as np
import pytest
import torch
from scipy.spatial.distance import correlation, cosine, euclidean

from alignment.artifacts.errors import InputError
from alignment.topography.losses import (
    activation_dissimilarity,
    distance_mismatch,
    spatial_loss,
    weight_dissimilarity,
)
from alignment.topography.sheet import grid_distances, neighbour_pairs, positions

GRID = (4, 3)
PAIRS = neighbour_pairs(GRID)
ALL_PAIRS = np.array(list(itertools.combinations(range(12), 2)))
rng = np.random.default_rng(0)
WEIGHTS = torch.from_numpy(rng.normal(size=(12, 7)))
ACTIVATIONS = torch.from_numpy(rng.normal(size=(9, 12)))
PLAIN = {"euclidean": euclidean, "cosine": cosine, "correlation": correlation}
OPTIONS = {
    "WS euclidean": ("WS", {"distance": "euclidean"}),
    "WS cosine": ("WS", {"distance": "cosine"}),
    "WS correlation": ("WS", {"distance": "correlation"}),
    "WS rook, wrapped": ("WS", {"neighbourhood": "rook", "wrap": True}),
    "AS": ("AS", {}),
    "AS weighted": ("AS", {"activation_pairs": "weighted"}),
    "AS tdann": ("AS", {"activation_pairs": "tdann"}),
}


@pytest.mark.parametrize("distance", PLAIN)
def test_weight_dissimilarity_is_that_of_a_loop(distance):
    expected = np.mean([PLAIN[distance](WEIGHTS[i], WEIGHTS[j]) for i, j in PAIRS])
    found = weight_dissimilarity(WEIGHTS, torch.from_numpy(PAIRS), distance)
    assert found.item() == pytest.approx(expected, rel=1e-9)


def test_activation_dissimilarity_is_that_of_a_loop():
    a = ACTIVATIONS.numpy()
    expected = np.mean([correlation(a[:, i], a[:, j]) for i, j in PAIRS])
    found = activation_dissimilarity(ACTIVATIONS, torch.from_numpy(PAIRS))
    assert found.item() == pytest.approx(expected, rel=1e-9)


def test_all_pairs_count_by_their_closeness():
    a, far = ACTIVATIONS.numpy(), grid_distances(GRID)
    above = weight = 0.0
    for i, j in ALL_PAIRS:
        above += correlation(a[:, i], a[:, j]) / (1 + far[i, j])
        weight += 1 / (1 + far[i, j])
    found = spatial_loss("AS", GRID, activation_pairs="weighted")(WEIGHTS, ACTIVATIONS)
    assert found.item() == pytest.approx(above / weight, rel=1e-6)


def test_the_mismatch_of_distances_is_a_correlation():
    a, far = ACTIVATIONS.numpy(), grid_distances(GRID)
    r = [np.corrcoef(a[:, i], a[:, j])[0, 1] for i, j in ALL_PAIRS]
    closeness = [1 / (1 + far[i, j]) for i, j in ALL_PAIRS]
    expected = (1 - np.corrcoef(r, closeness)[0, 1]) / 2
    found = distance_mismatch(ACTIVATIONS, torch.from_numpy(ALL_PAIRS), torch.tensor(closeness))
    assert found.item() == pytest.approx(expected, rel=1e-6)


@pytest.mark.parametrize("option", OPTIONS)
def test_gradients_are_those_of_small_steps(option):
    condition, keys = OPTIONS[option]
    loss = spatial_loss(condition, GRID, **keys)
    inputs = [x.clone().requires_grad_() for x in (WEIGHTS, ACTIVATIONS)]
    assert torch.autograd.gradcheck(lambda w, a: loss(w, a) + 0 * (w.sum() + a.sum()), inputs)


@pytest.mark.parametrize("option", OPTIONS)
def test_units_without_weights_or_variance_have_finite_gradients(option):
    condition, keys = OPTIONS[option]
    weights, activations = WEIGHTS.float(), ACTIVATIONS.float()
    weights[:5] = 0
    activations[:, :5] = 0.3
    weights.requires_grad_()
    activations.requires_grad_()
    loss = spatial_loss(condition, GRID, **keys)(weights, activations)
    loss.backward()
    for grad in (weights.grad, activations.grad):
        assert torch.isfinite(grad if grad is not None else torch.zeros(1)).all()
    assert torch.isfinite(loss)


def test_equal_neighbours_cost_nothing_and_opposite_ones_most():
    same = torch.ones(6, 12) * torch.arange(6.0)[:, None]
    flat = torch.ones(12, 3)
    assert spatial_loss("AS", GRID)(flat, same).item() == pytest.approx(0, abs=1e-5)
    assert spatial_loss("WS", GRID)(flat, same).item() == pytest.approx(0, abs=1e-5)
    row, column = positions(GRID).T
    sign = torch.from_numpy((-1.0) ** (row + column)).float()
    opposite = spatial_loss("AS", GRID, neighbourhood="rook")(flat, same * sign)
    assert opposite.item() == pytest.approx(2, abs=1e-5)


def test_the_control_has_no_loss():
    assert spatial_loss("control", GRID)(WEIGHTS, ACTIVATIONS).item() == 0
    with pytest.raises(ValueError, match="unknown condition 'ws'"):
        spatial_loss("ws", GRID)
    with pytest.raises(ValueError, match="'all' is not one of neighbours, weighted, tdann"):
        spatial_loss("AS", GRID, activation_pairs="all")


def test_toponets_loss_is_that_of_its_package():
    import topoloss

    layer = torch.nn.Linear(7, 121).double()
    layer.fc1 = torch.nn.Linear(7, 121)
    pyramid = topoloss.LaplacianPyramid.from_layer(
        model=layer, layer=layer.fc1, factor_h=3.0, factor_w=3.0, scale=1.0
    )
    expected = topoloss.TopoLoss(losses=[pyramid]).compute(model=layer)
    found = spatial_loss("TopoLoss", (11, 11), pyramid_factor=3.0)(layer.fc1.weight, None)
    assert found.item() == pytest.approx(expected.item())


def test_a_missing_package_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "topoloss.losses.laplacian_pyramid", None)
    with pytest.raises(InputError, match=r"TopoLoss needs the package topoloss, .*'pip install"):
        spatial_loss("TopoLoss", GRID)(WEIGHTS, ACTIVATIONS)
