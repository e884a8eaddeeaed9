"""Similarities of embeddings against plain loops, in double precision."""

import numpy as np
import oracle
import pytest
import torch

from alignment.heads.embeddings import Embeddings

similarities = pytest.mark.parametrize("similarity", ["pearson", "cosine"])


@pytest.fixture
def rows():
    """Three variants of five embeddings, one of which is zero in the second variant."""
    values = np.random.default_rng(0).normal(size=(3, 5, 7)) + 1
    values[1, 2] = 0
    return values


@similarities
def test_every_variant_has_the_similarities_of_plain_loops(rows, similarity):
    found = Embeddings(torch.from_numpy(rows), similarity).similarity().numpy()
    for variant, expected in zip(found, rows, strict=True):
        matrix = oracle.similarity_matrix(expected, similarity)
        np.testing.assert_allclose(variant, matrix, atol=1e-12)
    assert np.isnan(found[1, 2]).all()
    assert np.isfinite(found[[0, 2]]).all()


@similarities
def test_two_sets_of_embeddings_are_compared_row_by_row(rows, similarity):
    one, other = Embeddings(torch.from_numpy(rows[0, :2]), similarity), rows[2]
    found = one.similarity(Embeddings(torch.from_numpy(other), similarity)).numpy()
    stacked = oracle.similarity_matrix(np.vstack([rows[0, :2], other]), similarity)
    np.testing.assert_allclose(found, stacked[:2, 2:], atol=1e-12)


@similarities
def test_a_matrix_is_symmetric_to_the_last_digit(similarity):
    values = torch.from_numpy(np.random.default_rng(1).normal(size=(40, 300)))
    matrix = Embeddings(values, similarity).similarity()
    assert torch.equal(matrix, matrix.T)


def test_single_precision_is_accumulated_in_double():
    """A difference of 1e-4 on top of a similarity near 1 survives."""
    rng = np.random.default_rng(2)
    base = rng.random(4000)
    values = (base + 1e-2 * rng.normal(size=(6, 4000))).astype(np.float32)
    found = Embeddings(torch.from_numpy(values)).similarity().numpy()
    np.testing.assert_allclose(found, np.corrcoef(values.astype(np.float64)), atol=1e-12)


def test_an_embedding_that_does_not_vary_is_undefined_for_pearson_alone():
    values = torch.ones(3, 8)
    values[0] = torch.arange(8.0)
    values[1] = 0.1  # not exact in binary
    pearson = Embeddings(values).similarity()
    assert torch.isnan(pearson).tolist() == [[False, True, True], [True] * 3, [True] * 3]
    assert torch.isfinite(Embeddings(values, "cosine").similarity()).all()
