"""Kinds of heatmaps are made from what they say, for pooled heads and for others."""

from functools import partial

import numpy as np
import pytest
import torch
from oracle import fit, similarity_matrix
from some_maps_on import Case

from alignment.heads.gradients import fit_gradients, gradient_shares, integrated_gradients
from alignment.heads.groups import alike_maps, group_scores
from alignment.heads.places import place_drops
from alignment.heads.recorded import place_inputs
from alignment.heads.shapley import shapley_values
from alignment.heatmaps import kinds
from alignment.heatmaps.heatmaps import heatmap
from alignment.heatmaps.kinds import PLACES, SCORES, WORTH, Known, heatmaps_by, map_by, worth_of
from alignment.heatmaps.rivals import activation_map, judgment_weights


class Arrays(dict):
    def __init__(self, tokens, **arrays):
        super().__init__(arrays)
        self.attributes = {"tokens": tokens}


few_orders = partial(shapley_values, permutations=20)


@pytest.fixture(autouse=True)
def _few_orders(monkeypatch):
    monkeypatch.setattr(kinds, "shapley_values", few_orders)


@pytest.fixture(params=["pooled", "layers"])
def case(request):
    return Case(request.param)


def known_of(case, open_head=None):
    known = case.maps, case.embed(case.maps), case.judgments, "pearson"
    run = case.head, torch.from_numpy(case.maps), []
    return Known(*known, case.kind == "pooled", open_head or (lambda: run))


def test_every_kind_is_worth_what_it_says(case):
    pooled, known = case.maps.mean(axis=(2, 3)), known_of(case)
    of_head = case.head, torch.from_numpy(case.maps), *(known.embedding, case.judgments, "pearson")
    images = case.images("pearson")
    expected = {
        "cam": judgment_weights(pooled, case.judgments),
        "grad_cam": fit_gradients(*of_head),
        "place": place_drops(*of_head),
        "places": place_drops(*of_head, reach=1),
        "groups": group_scores(images, alike_maps(pooled)),
        "shapley": few_orders(images),
        "gradient": gradient_shares(*of_head),
        "integrated": integrated_gradients(*of_head),
    }
    assert set(expected) == set(WORTH)
    for kind, values in expected.items():
        np.testing.assert_allclose(worth_of(kind, known), values, atol=1e-12)


@pytest.mark.parametrize("negative_scores", [False, True])
def test_a_map_is_made_as_its_kind_has_it(case, negative_scores):
    known = known_of(case)
    for kind in WORTH:
        worth, own = worth_of(kind, known)[0], case.maps[0]
        found = map_by(kind, own, worth, negative_scores)
        if kind in SCORES:
            expected = heatmap(own, worth, negative_scores)
        else:
            expected = worth if kind in PLACES else activation_map(own, worth)
        np.testing.assert_allclose(found, expected, atol=1e-6)
        whole = heatmaps_by(kind, known, negative_scores)
        assert whole.shape == (len(case.maps), *own.shape[1:])
        assert whole.dtype == np.float32
        clipped = np.maximum(expected, 0) if kind in PLACES else expected
        np.testing.assert_allclose(whole[0], clipped, atol=1e-6)
    scores = np.linspace(-1, 1, len(own))
    ais = map_by("ais", own, scores, negative_scores)
    np.testing.assert_array_equal(ais, heatmap(own, scores, negative_scores))


def test_the_mean_of_all_maps_knows_no_judgments(case):
    found = heatmaps_by("mean", known_of(case))
    np.testing.assert_allclose(found, case.maps.mean(axis=1), rtol=1e-6)


def test_kinds_that_run_no_layers_open_no_head():
    def refuse():
        raise AssertionError("the head was opened")

    known = known_of(Case("pooled"), refuse)
    for kind in ("cam", "groups", "shapley", "mean"):
        heatmaps_by(kind, known)
    with pytest.raises(AssertionError, match="the head was opened"):
        heatmaps_by("grad_cam", known)


def test_a_map_that_is_off_is_off_in_the_class_token_too():
    """As it is for AIS; a place leaves the class token as it is."""
    rng = np.random.default_rng(0)
    arrays = Arrays(
        feature_maps=rng.random((5, 4, 2, 2)), other_tokens=rng.random((5, 4, 1)), tokens="class"
    )
    judgments = rng.random((5, 5))

    class Head(torch.nn.Module):
        def forward(self, tokens):
            return (tokens[..., 0] * tokens.sum(-1)).flatten(1)

    every = np.concatenate(
        [arrays["other_tokens"], arrays["feature_maps"].reshape(5, 4, 4)], axis=2
    )

    def embed(tokens):
        return Head()(torch.from_numpy(tokens[:, :, None])).numpy()

    rows = np.array([0, 2, 3, 4, 1])
    known = Known(
        arrays["feature_maps"][rows],
        embed(every[rows]),
        judgments,
        "pearson",
        False,
        lambda: place_inputs(Head(), arrays, rows, torch.device("cpu")),
    )
    own = every[rows][2].copy()
    own[1] = 0
    fits = known.images.fits_of_sets(2, np.array([[True, False, True, True]]))
    alike = similarity_matrix(np.vstack([embed(own[None]), known.embedding]), "pearson")
    others = [0, 1, 3, 4]
    expected = fit(alike[0, 1:][others], judgments[2, others], "pearson")
    np.testing.assert_allclose(fits, [expected], atol=1e-12)
    for kind in ("groups", "shapley", "place", "grad_cam"):
        assert worth_of(kind, known).any()
