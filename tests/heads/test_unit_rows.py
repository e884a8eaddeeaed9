"""Rows of unit length, and their similarities without a map, against the definition."""

import numpy as np
import oracle
import pytest

from alignment.heads.unit_rows import UnitRows, fit_over, taking_part
from alignment.similarity.pairs import pair_images

N_IMAGES, N_MAPS = 7, 6
similarities = pytest.mark.parametrize("similarity", ["pearson", "cosine"])


@pytest.fixture
def embedding():
    values = np.random.default_rng(0).gamma(1.0, size=(N_IMAGES, N_MAPS))
    values[:, 4] = 0
    values[2, 1] = 1e6  # carries its image nearly alone
    values[5] = 0
    values[5, 3] = 2  # carries its image alone
    return values


def without(embedding, f):
    off = embedding.copy()
    off[:, f] = 0
    return off


@similarities
def test_products_of_rows_are_similarities(embedding, similarity):
    rows = UnitRows(embedding, similarity)
    matrix = oracle.similarity_matrix(embedding, similarity)
    np.testing.assert_allclose(rows.similarity, matrix, atol=1e-12)
    np.testing.assert_allclose((rows.centred**2).sum(axis=1), 1, atol=1e-12)
    assert rows.defined.all()


@similarities
def test_similarities_without_a_map_are_the_definition(embedding, similarity):
    rows, (first, second) = UnitRows(embedding, similarity), pair_images(N_IMAGES)
    for f in range(N_MAPS):
        matrix = oracle.similarity_matrix(without(embedding, f), similarity)
        found = rows.without(f, first, second)
        np.testing.assert_allclose(found, matrix[first, second], atol=1e-9, err_msg=f"map {f}")


@similarities
def test_the_share_that_a_map_takes_away_is_that_of_the_definition(embedding, similarity):
    rows = UnitRows(embedding, similarity)

    def sums(values):
        if similarity == "pearson":
            values = values - values.mean(axis=1, keepdims=True)
        return (values * values).sum(axis=1)

    for f in range(N_MAPS):
        expected = 1 - sums(without(embedding, f)) / sums(embedding)
        np.testing.assert_allclose(rows.lost(f), expected, atol=1e-12)
    assert (rows.lost(4) == 0).all()


@pytest.mark.parametrize(
    ("similarity", "constant"), [("pearson", 0.5), ("pearson", 0.1), ("cosine", 0.0)]
)
def test_rows_that_do_not_vary_are_undefined(embedding, similarity, constant):
    embedding[3] = constant
    rows = UnitRows(embedding, similarity)
    assert rows.defined.tolist() == [i != 3 for i in range(N_IMAGES)]
    assert np.isnan(UnitRows(embedding, "cosine").rows_without([5], 3)).all()


def test_an_image_is_compared_with_those_judged_beside_it():
    judgments = np.array([[1, np.nan, 2.0], [np.nan, 1, 3], [2, 3, np.nan]])
    found = [taking_part(judgments, i).tolist() for i in range(3)]
    assert found == [[False, False, True], [False, False, True], [True, True, False]]
    assert judgments[0, 0] == 1


def test_a_fit_is_over_what_was_judged_if_rows_and_judgments_vary(embedding):
    judgments = np.random.default_rng(1).normal(size=(N_IMAGES, N_IMAGES))
    judgments[2] = 0.5
    judgments[3] = np.nan
    judgments[4, 1:] = np.nan  # a single other image
    judgments[5, 6] = np.nan
    embedding[6] = 0  # silent: only the fit of image 5 does without it
    rows = UnitRows(embedding, "cosine")
    found = [fit_over(rows, judgments, i) for i in range(N_IMAGES)]
    assert [is_defined for _, is_defined in found] == [False] * 5 + [True, True]
    for i, (part, _) in enumerate(found):
        np.testing.assert_array_equal(part, taking_part(judgments, i))
