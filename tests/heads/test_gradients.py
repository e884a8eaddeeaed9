"""Gradients of a picture's fit by its maps against differences of the definition."""

import numpy as np
import pytest
import torch
from oracle import fit, similarity_matrix
from torch import nn

from alignment.heads.gradients import fit_gradients

HEADS = {
    "pooled": nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten()),
    "layers": nn.Sequential(nn.Flatten(), nn.Linear(4 * 6, 5), nn.Tanh(), nn.Linear(5, 6)),
}


def test_what_passes_the_maps_by_takes_part_and_stays():
    """The same as a head that has it inside, image by image."""
    rng = np.random.default_rng(0)
    maps, beside = (torch.from_numpy(rng.random((4, 3, 2, 2))) for _ in range(2))
    judgments = rng.random((4, 4))

    def head(values, ways):
        return (values * ways + ways).amax((2, 3))

    embedding = head(maps, beside).numpy()
    found = fit_gradients(head, maps, embedding, judgments, beside=[beside])
    for i in range(4):
        alone = fit_gradients(
            lambda values, i=i: head(values, beside[i : i + 1]), maps, embedding, judgments
        )
        np.testing.assert_allclose(found[i], alone[i], atol=1e-12)
    assert np.abs(found).max() > 1e-3


@pytest.fixture(params=HEADS)
def head(request):
    torch.manual_seed(0)
    for layer in HEADS[request.param]:
        if isinstance(layer, nn.Linear):
            layer.reset_parameters()
    return HEADS[request.param].double().requires_grad_(False)


@pytest.mark.parametrize("similarity", ["pearson", "cosine"])
def test_the_gradient_is_the_limit_of_differences(head, similarity):
    rng = np.random.default_rng(0)
    maps, judgments = rng.random((6, 4, 2, 3)), rng.random((6, 6))
    judgments[1, [0, 5]] = np.nan
    judgments[3] = 2.0

    def r(changed, i):
        part = [j for j in range(6) if j != i and np.isfinite(judgments[i, j])]
        whole = np.vstack([head(torch.from_numpy(changed[i : i + 1])), embedding[part]])
        row = similarity_matrix(whole, similarity)[0, 1:]
        return fit(row, judgments[i, part], "pearson")

    embedding = head(torch.from_numpy(maps)).numpy()
    found = fit_gradients(head, torch.from_numpy(maps), embedding, judgments, similarity)
    step = 1e-5
    for i in range(6):
        if i == 3:
            assert np.isnan(found[i]).all()
            continue
        for f in range(4):
            # Every place of the map a little more: the sum of the gradient over places.
            more, less = maps.copy(), maps.copy()
            more[i, f] += step
            less[i, f] -= step
            slope = (r(more, i) - r(less, i)) / (2 * step)
            assert found[i, f] == pytest.approx(slope / 6, rel=1e-4, abs=1e-8)
