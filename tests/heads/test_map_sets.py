"""Sets of maps against the definition and against all pairs' products written down."""

import numpy as np
import oracle
import pytest

from alignment.heads.map_sets import fits_of_sets, only, similarities_of_sets
from alignment.similarity.fits import fit
from alignment.similarity.pairs import pair_images

similarities = pytest.mark.parametrize("similarity", ["pearson", "cosine"])
N_IMAGES, N_MAPS = 12, 9


def embedding_and_sets():
    rng = np.random.default_rng(0)
    embedding = np.maximum(rng.normal(size=(N_IMAGES, N_MAPS)), 0)
    embedding[:, 4] = 0
    embedding[5, 0] = 1e4
    sets = rng.random((8, N_MAPS)) < 0.6
    sets[0], sets[1], sets[2], sets[3] = True, False, np.arange(N_MAPS) == 4, np.arange(N_MAPS) == 1
    return embedding, sets


@similarities
def test_similarities_are_the_definition(similarity):
    embedding, sets = embedding_and_sets()
    first, second = pair_images(N_IMAGES)
    found = similarities_of_sets(embedding, sets, first, second, similarity)
    for values, kept in zip(found, sets, strict=True):
        matrix = oracle.similarity_matrix(
            oracle.with_maps(embedding, np.flatnonzero(kept)), similarity
        )
        np.testing.assert_allclose(values, matrix[first, second], atol=1e-12)
    assert np.isfinite(found[0]).all()


@similarities
@pytest.mark.parametrize("kind", ["r2", "pearson", "spearman"])
@pytest.mark.parametrize("memory", [1, 5000, 10**8])
def test_fits_are_those_of_products_written_down(kind, similarity, memory):
    embedding, sets = embedding_and_sets()
    rng = np.random.default_rng(1)
    pairs = np.sort(rng.choice(N_IMAGES * (N_IMAGES - 1) // 2, 30, replace=False))
    first, second = (images[pairs] for images in pair_images(N_IMAGES))
    judgments = rng.random(30)
    similarities = [
        oracle.similarity_matrix(oracle.with_maps(embedding, np.flatnonzero(kept)), similarity)
        for kept in sets
    ]
    expected = [fit(matrix[first, second], judgments, kind) for matrix in similarities]
    found = fits_of_sets(embedding, sets, first, second, judgments, similarity, kind, memory)
    np.testing.assert_allclose(found, expected, atol=1e-12)
    assert np.isfinite(found[0])
    assert np.isnan(found[[1, 2]]).all()


def test_no_set_has_no_fit():
    embedding, sets = embedding_and_sets()
    first, second = pair_images(N_IMAGES)
    assert fits_of_sets(embedding, sets[:0], first, second, np.ones(len(first))).shape == (0,)
    assert similarities_of_sets(embedding, sets[:0], first, second).shape == (0, len(first))


def test_only_some_maps_are_on():
    assert only([2, 0], 4).tolist() == [[True, False, True, False]]
    assert only([], 3).tolist() == [[False] * 3]
