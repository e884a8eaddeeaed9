"""AIS of units against the definition, and on units with a planted part."""

import numpy as np
import pytest

from alignment.heads.pooled import PooledRemovals
from alignment.similarity.pairs import upper_triangle
from alignment.topography.importance import leave_units_out, to_input
from alignment.topography.sheet import patches

rng = np.random.default_rng(0)


def naive(embedding, judgments, group, similarity="pearson"):
    changed = embedding.copy()
    changed[:, group] = 0
    fits = []
    for rows in (embedding, changed):
        if similarity == "cosine":  # a correlation of vectors that are mirrored at zero
            rows = np.concatenate([rows, -rows], axis=1)
        r = [
            np.corrcoef(rows[i], rows[j])[0, 1]
            for i in range(len(rows))
            for j in range(i + 1, len(rows))
        ]
        kept = np.isfinite(judgments)
        fits.append(np.corrcoef(np.array(r)[kept], judgments[kept])[0, 1] ** 2)
    return fits[0], fits[0] - fits[1]


@pytest.mark.parametrize("similarity", ["pearson", "cosine"])
def test_units_and_patches_are_left_out_as_defined(similarity):
    embedding, judgments = rng.random((9, 12)), rng.random(36)
    judgments[4] = np.nan
    for groups in (np.eye(12, dtype=bool), patches((3, 4))):
        fit, ais = leave_units_out(embedding, judgments, groups, similarity=similarity)
        for group, found in zip(groups, ais, strict=True):
            expected = naive(embedding, judgments, group, similarity)
            assert (fit, found) == pytest.approx(expected)


@pytest.mark.parametrize("similarity", ["pearson", "cosine"])
def test_single_units_score_as_pooled_maps_do(similarity):
    embedding, judgments = np.maximum(rng.normal(size=(10, 20)), 0), rng.random(45)
    removals = PooledRemovals(embedding, similarity)
    _, _, expected = removals.map_scores(np.arange(45), judgments, "r2")
    units = np.eye(20, dtype=bool)
    found = leave_units_out(embedding, judgments, units, similarity=similarity)[1]
    np.testing.assert_allclose(found, expected, atol=1e-12)


def test_the_unit_that_carries_the_judgments_has_the_highest_score():
    embedding = rng.random((14, 12))
    embedding[:, 5] = np.repeat([0, 6], 7)
    judgments = upper_triangle(np.equal.outer(embedding[:, 5], embedding[:, 5]).astype(float))
    fit, ais = leave_units_out(embedding, judgments, np.eye(12, dtype=bool))
    assert fit > 0.5
    assert ais.argmax() == 5


def test_pictures_become_grey_and_inverted_for_digits():
    pictures = np.zeros((2, 3, 4, 4))
    pictures[1] = 1
    pictures[1, 2] = 0.5
    found = to_input(pictures, 1)
    assert found.shape == (2, 4, 4, 1)
    np.testing.assert_allclose(found[0], 1)
    np.testing.assert_allclose(found[1], 0.5 * 0.114, atol=1e-6)
    np.testing.assert_allclose(to_input(pictures, 3)[1, 0, 0], [1, 1, 0.5])
