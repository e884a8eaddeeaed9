"""Gradients of a picture's fit by its maps against differences of the definition."""

import numpy as np
import pytest
import torch
from oracle import fit, similarity_matrix
from torch import nn

from alignment.heads.gradients import fit_gradients, gradient_shares, integrated_gradients

HEADS = {
    "pooled": nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten()),
    "layers": nn.Sequential(nn.Flatten(), nn.Linear(4 * 6, 5), nn.Tanh(), nn.Linear(5, 6)),
}


@pytest.mark.parametrize("function", [fit_gradients, gradient_shares, integrated_gradients])
def test_what_passes_the_maps_by_takes_part_and_stays(function):
    """The same as a head that has it inside, image by image."""
    rng = np.random.default_rng(0)
    maps, beside = (torch.from_numpy(rng.random((4, 3, 2, 2))) for _ in range(2))
    judgments = rng.random((4, 4))

    def head(values, ways):
        return (values * ways + ways).amax((2, 3))

    embedding = head(maps, beside).numpy()
    found = function(head, maps, embedding, judgments, beside=[beside])
    for i in range(4):
        alone = function(
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


class Case:
    """A few images, two of them with gaps in their judgments, and r_i by the definition."""

    def __init__(self, head, similarity):
        rng = np.random.default_rng(0)
        self.maps, self.judgments = rng.random((6, 4, 2, 3)), rng.random((6, 6))
        self.judgments[1, [0, 5]] = np.nan
        self.judgments[3] = 2.0  # nobody tells the others apart
        self.head, self.similarity = head, similarity
        self.embedding = head(torch.from_numpy(self.maps)).numpy()
        known = head, torch.from_numpy(self.maps), self.embedding, self.judgments, similarity
        self.known = known

    def r(self, own, i):
        """The fit of image i with other maps (F, H, W)."""
        part = [j for j in range(6) if j != i and np.isfinite(self.judgments[i, j])]
        whole = np.vstack([self.head(torch.from_numpy(own[None])), self.embedding[part]])
        row = similarity_matrix(whole, self.similarity)[0, 1:]
        return fit(row, self.judgments[i, part], "pearson")

    def slope(self, own, i, where, step=1e-5):
        """By how much the fit rises as the maps grow at some places, by differences."""
        more, less = own.copy(), own.copy()
        more[where] += step
        less[where] -= step
        return (self.r(more, i) - self.r(less, i)) / (2 * step)


@pytest.fixture(params=["pearson", "cosine"])
def case(head, request):
    return Case(head, request.param)


def test_the_gradient_is_the_limit_of_differences(case):
    found = fit_gradients(*case.known)
    for i in range(6):
        if i == 3:
            assert np.isnan(found[i]).all()
            continue
        for f in range(4):
            # Every place of the map a little more: the sum of the gradient over places.
            slope = case.slope(case.maps[i], i, f)
            assert found[i, f] == pytest.approx(slope / 6, rel=1e-4, abs=1e-8)


def places():
    return [(y, x) for y in range(2) for x in range(3)]


def test_gradient_times_activity_by_differences(case):
    found = gradient_shares(*case.known)
    assert not found[3].any()
    for i in (0, 1, 5):
        for place in places():
            maps = case.maps[i]
            expected = sum(maps[f, *place] * case.slope(maps, i, (f, *place)) for f in range(4))
            assert found[i][place] == pytest.approx(expected, rel=1e-4, abs=1e-8)


def test_integrated_gradients_are_the_mean_over_the_path_by_differences(case):
    found = integrated_gradients(*case.known, steps=2)
    blank = np.broadcast_to(case.maps.mean(axis=(0, 2, 3))[:, None, None], (4, 2, 3))
    assert not found[3].any()
    for i in (0, 1):
        expected = np.zeros((2, 3))
        for way in (1 / 4, 3 / 4):
            own = blank + way * (case.maps[i] - blank)
            for place in places():
                for f in range(4):
                    step = case.maps[i, f, *place] - blank[f, *place]
                    expected[place] += step * case.slope(own, i, (f, *place)) / 2
        np.testing.assert_allclose(found[i], expected, rtol=1e-3, atol=1e-7)


@pytest.mark.parametrize("function", [fit_gradients, gradient_shares, integrated_gradients])
def test_a_silent_image_leaves_those_judged_beside_it_without_a_fit(case, function):
    head, maps, embedding, judgments, similarity = case.known
    embedding = embedding.copy()
    embedding[5] = 0
    found = function(head, maps, embedding, judgments, similarity)
    nothing = np.isnan if function is fit_gradients else (lambda values: values == 0)
    whole = function(*case.known)
    for i in range(6):
        if i == 1:  # not judged beside it
            np.testing.assert_allclose(found[i], whole[i])
        else:
            assert nothing(found[i]).all()


def test_integrated_gradients_sum_to_what_the_maps_add_to_the_blank(case):
    blank = np.broadcast_to(case.maps.mean(axis=(0, 2, 3))[:, None, None], (4, 2, 3)).copy()
    images = [0, 1, 2, 4, 5]
    added = [case.r(case.maps[i], i) - case.r(blank, i) for i in images]
    errors = []
    for steps in (4, 40, 400):
        found = integrated_gradients(*case.known, steps=steps)[images].sum(axis=(1, 2))
        errors.append(np.abs(found - added).max())
    assert errors[0] > 10 * errors[1] > 100 * errors[2]
    assert errors[2] < 1e-3


def test_a_path_from_zeros_says_nothing_where_the_embedding_is_the_mean_of_the_maps():
    """All along it the gradient is the same but for a factor, and the shares sum to zero."""
    case = Case(HEADS["pooled"].double(), "pearson")
    found = gradient_shares(*case.known)
    np.testing.assert_allclose(found.sum(axis=(1, 2)), 0, atol=1e-12)
    for way in (0.01, 0.5):
        maps = torch.from_numpy(way * case.maps)
        np.testing.assert_allclose(
            gradient_shares(case.head, maps, *case.known[2:]), found, atol=1e-9
        )
