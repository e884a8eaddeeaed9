"""Shapley values against all orders of a few maps."""

from itertools import permutations

import numpy as np
import pytest
from oracle import similarity_matrix
from some_maps_on import Case, F, N

from alignment.heads.one_image import PooledImages
from alignment.heads.shapley import shapley_values


def rises(case, i, order, similarity="pearson"):
    """By how much each map of an order raises the fit; undefined fits are 0."""
    fits = [0.0]
    for k in range(len(order)):
        fits.append(float(np.nan_to_num(case.naive(i, list(order[: k + 1]), similarity))))
    return np.diff(fits)


@pytest.fixture(params=["pooled", "layers"])
def case(request):
    return Case(request.param)


def test_many_orders_come_close_to_all_of_them():
    case = Case("pooled")
    found = shapley_values(case.images("pearson"), permutations=1000)
    for i in (0, 2):
        active = np.flatnonzero(case.maps[i].any(axis=(1, 2)))
        orders = list(permutations(active))
        values = np.zeros((len(orders), F))
        for row, order in zip(values, orders, strict=True):
            row[list(order)] = rises(case, i, order)
        error = values.std(axis=0) / np.sqrt(1000)
        np.testing.assert_array_less(np.abs(found[i] - values.mean(axis=0)), 4 * error + 1e-12)


def test_an_estimate_is_the_mean_over_its_orders_and_their_reverse(case):
    found = shapley_values(case.images("cosine"), seed=3, permutations=4)
    generator = np.random.default_rng(3)
    for i in range(N):
        if np.isnan(case.naive(i, np.arange(F), "cosine")):
            assert np.isnan(found[i]).all()
            continue
        active, expected = np.flatnonzero(case.maps[i].any(axis=(1, 2))), np.zeros(F)
        for _ in range(2):
            order = generator.permutation(active)
            expected[order] += rises(case, i, order, "cosine") / 4
            expected[order[::-1]] += rises(case, i, order[::-1], "cosine") / 4
        np.testing.assert_allclose(found[i], expected, atol=1e-9)


def test_values_sum_to_the_fit_and_silent_maps_have_none(case):
    images = case.images("pearson")
    values = shapley_values(images, permutations=2)
    whole = [case.naive(i, np.arange(F), "pearson") for i in range(N)]
    np.testing.assert_allclose(values.sum(axis=1), whole, atol=1e-12)
    defined = np.isfinite(whole)
    assert defined.sum() == N - 2
    assert (values[defined][~images.active[defined]] == 0).all()
    again = shapley_values(images, seed=1, permutations=2)
    assert np.abs(again - values)[defined].max() > 1e-3


def test_equal_maps_are_worth_the_same_also_where_neither_is_missed():
    """What AIS misses: without one of some equal maps nothing is lost."""
    rng = np.random.default_rng(0)
    seen, rest = rng.random((2, 12, 2))
    embedding = np.concatenate([np.repeat(seen[:, :1], 3, axis=1), rest, seen[:, 1:]], axis=1)
    judgments = similarity_matrix(np.concatenate([seen[:, :1], rest * 0.1], axis=1), "cosine")
    values = shapley_values(PooledImages(embedding, judgments, "cosine"), permutations=2000)
    for f in (1, 2):
        np.testing.assert_allclose(values[:, f], values[:, 0], atol=0.05)
    assert np.ptp(values, axis=1).min() > 0.1
