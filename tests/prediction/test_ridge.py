"""Ridge regression on products that are never written down, against scikit-learn."""

import numpy as np
import pytest
from sklearn.linear_model import Ridge

from alignment.prediction import ridge
from alignment.prediction.ridge import product_spread, ridge_path, weighted_products
from alignment.similarity.pairs import pair_images


def data(n_images=14, n_dimensions=9, seed=0):
    rng = np.random.default_rng(seed)
    embedding = np.maximum(rng.normal(size=(n_images, n_dimensions)), 0)
    return embedding, rng.random(n_images * (n_images - 1) // 2)


def naive_products(embedding, first, second):
    return np.array([embedding[i] * embedding[j] for i, j in zip(first, second, strict=True)])


@pytest.mark.parametrize(
    ("n_images", "n_dimensions"), [(14, 9), (6, 40), (30, 120), (3, 2)], ids=lambda n: str(n)
)
def test_the_weights_are_those_of_scikit_learn(n_images, n_dimensions):
    embedding, judgments = data(n_images, n_dimensions)
    first, second = pair_images(n_images)
    penalties = np.array([1e-2, 1.0, 100.0])
    path = ridge_path(embedding, first, second, judgments, penalties)
    products = naive_products(embedding, first, second)
    for weights, penalty in zip(path, penalties, strict=True):
        expected = Ridge(alpha=penalty, solver="svd").fit(products, judgments).coef_
        np.testing.assert_allclose(weights, expected, rtol=1e-4, atol=1e-5 * abs(expected).max())


def test_any_list_of_pairs_will_do():
    embedding, judgments = data()
    first, second = (images[[3, 8, 20, 21, 50, 77, 90]] for images in pair_images(14))
    judgments = judgments[:7]
    (weights,) = ridge_path(embedding, first, second, judgments, [0.5])
    products = naive_products(embedding, first, second)
    np.testing.assert_allclose(weights, Ridge(alpha=0.5).fit(products, judgments).coef_, rtol=1e-6)
    np.testing.assert_allclose(
        weighted_products(embedding, weights, first, second), products @ weights, rtol=1e-12
    )
    two = weighted_products(embedding, np.stack([weights, 2 * weights]), first, second)
    np.testing.assert_allclose(two[1], 2 * products @ weights, rtol=1e-12)


def test_the_unit_of_the_penalty_is_the_spread_of_the_products():
    embedding, _ = data()
    first, second = (images[[3, 8, 20, 21, 50]] for images in pair_images(14))
    products = naive_products(embedding, first, second)
    expected = ((products - products.mean(axis=0)) ** 2).sum(axis=1).mean()
    assert product_spread(embedding, first, second) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("embedding", "judgments"),
    [(np.ones((4, 3)), np.arange(6.0)), (np.eye(4, 3), np.ones(6)), (np.zeros((4, 3)), np.ones(6))],
)
def test_with_nothing_to_learn_the_weights_are_zero(embedding, judgments):
    assert (ridge_path(embedding, *pair_images(4), judgments, np.array([0.1, 1])) == 0).all()


@pytest.mark.parametrize("sign", [0, -1])
@pytest.mark.parametrize(("n_images", "n_dimensions"), [(14, 9), (30, 60), (60, 40), (3, 2)])
def test_of_many_images_the_weights_are_exact(n_images, n_dimensions, sign, monkeypatch):
    monkeypatch.setattr(ridge, "_by_bidiagonalization", None)  # is not called
    embedding, judgments = data(n_images, n_dimensions)
    embedding += sign * 0.5
    first, second = pair_images(n_images)
    order = np.random.default_rng(2).permutation(len(first))  # pairs come in any order
    first, second = first[order], second[order]
    products = naive_products(embedding, first, second)
    penalties = product_spread(embedding, first, second) * np.array([0.1, 10.0, 1000.0])
    path = ridge_path(embedding, first, second, judgments, penalties)
    for weights, penalty in zip(path, penalties, strict=True):
        expected = Ridge(alpha=penalty, solver="svd").fit(products, judgments).coef_
        np.testing.assert_allclose(weights, expected, rtol=1e-9, atol=1e-9 * abs(expected).max())


def test_both_ways_predict_the_same():
    embedding, judgments = data(50, 30, seed=4)
    judgments = judgments - judgments.mean()
    first, second = pair_images(50)
    penalties = product_spread(embedding, first, second) * 10.0 ** np.arange(-1, 4)
    arguments = embedding, first, second, judgments, penalties
    exact, found = (
        weighted_products(embedding, weights, first, second)
        for weights in (
            ridge._by_normal_equations(*arguments),
            ridge._by_bidiagonalization(*arguments, ridge.TOLERANCE),
        )
    )
    errors = np.linalg.norm(found - exact, axis=1) / np.linalg.norm(exact, axis=1)
    assert errors.max() < 1e-6


@pytest.mark.parametrize("left_out", [[], [5]])
def test_the_way_depends_on_images_and_pairs(left_out, monkeypatch):
    taken = []
    for way in ("_by_normal_equations", "_by_bidiagonalization"):
        function = getattr(ridge, way)

        def noted(*arguments, way=way, function=function):
            taken.append(way)
            return function(*arguments)

        monkeypatch.setattr(ridge, way, noted)
    for n_images, n_dimensions in ((10, 20), (10, 200)):
        embedding, judgments = data(n_images, n_dimensions)
        first, second, judgments = (
            np.delete(values, left_out) for values in (*pair_images(n_images), judgments)
        )
        ridge_path(embedding, first, second, judgments, [1.0])
    many = "_by_bidiagonalization" if left_out else "_by_normal_equations"
    assert taken == [many, "_by_bidiagonalization"]


def test_a_penalty_that_is_nearly_none_does_no_harm():
    embedding, judgments = data(14, 9)
    first, second = pair_images(14)
    (weights,) = ridge_path(embedding, first, second, judgments, [1e-14])
    expected = Ridge(alpha=1e-14, solver="svd").fit(
        naive_products(embedding, first, second), judgments
    )
    np.testing.assert_allclose(weights, expected.coef_, rtol=1e-4)


@pytest.mark.parametrize("left_out", [[], [5]])
@pytest.mark.parametrize("n_images", [12, 60])
def test_a_dimension_that_is_the_same_in_all_images_changes_nothing(n_images, left_out):
    embedding, judgments = data(n_images, 8, seed=6)
    first, second = (np.delete(pairs, left_out) for pairs in pair_images(n_images))
    judgments = np.delete(judgments, left_out)
    large = np.column_stack([embedding, np.full(n_images, 1e6)])
    spread = product_spread(embedding, first, second)
    assert product_spread(large, first, second) == pytest.approx(spread)
    expected, found = (
        ridge_path(values, first, second, judgments, spread * np.array([0.1, 10]))
        for values in (embedding, large)
    )
    np.testing.assert_allclose(found[:, :8], expected, atol=1e-10 * np.abs(expected).max())
    assert (found[:, 8] == 0).all()


def test_the_spread_keeps_its_digits_beside_a_dimension_that_hardly_varies():
    embedding, _ = data(30, 8, seed=6)
    first, second = pair_images(30)
    noise = np.random.default_rng(0).normal(size=30)
    large = np.column_stack([embedding, 1e5 + 1e-5 * noise])
    products = large[first] * large[second]
    expected = ((products - products.mean(axis=0)) ** 2).sum(axis=1).mean()
    assert product_spread(large, first, second) == pytest.approx(expected, rel=1e-6)
