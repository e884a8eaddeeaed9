"""Judgments that seem to have been read the wrong way round."""

import numpy as np
import pytest

from alignment.importance.direction import image_correlations, of_opposed
from alignment.similarity.pairs import upper_triangle

IMAGES = np.arange(2, 14)


@pytest.fixture
def similar():
    values = np.random.default_rng(0).normal(size=(16, 30))
    return np.corrcoef(values)


def said(similarities, judgments):
    found = image_correlations(IMAGES, upper_triangle(similarities), judgments)
    return of_opposed("all", "net", found)


def test_a_network_that_agrees_with_people_is_not_warned_of(similar):
    noise = np.random.default_rng(1).normal(size=similar.shape)
    assert said(similar, similar + (noise + noise.T) / 10) == ""


def test_a_network_that_finds_the_opposite_is_warned_of(similar):
    judgments = -similar
    judgments[4, 7] = judgments[7, 4] = np.nan
    sentence = said(similar, judgments)
    assert "in the cohort 'all'" in sentence
    assert "the network 'net'" in sentence
    assert "(median correlation -1.00)" in sentence
    assert "check the key kind of the judgments" in sentence


def test_images_outside_the_cohort_do_not_count(similar):
    judgments = similar.copy()
    outside = np.setdiff1d(np.arange(len(similar)), IMAGES)
    judgments[outside] = judgments[:, outside] = -5
    assert said(similar, judgments) == ""


@pytest.mark.parametrize("value", [np.nan, 0.5])
def test_nothing_is_said_where_no_image_has_a_correlation(similar, value):
    assert said(similar, np.full_like(similar, value)) == ""


def test_correlations_are_those_of_plain_loops(similar):
    judgments = np.random.default_rng(2).normal(size=similar.shape)
    judgments += judgments.T
    judgments[4, 7] = judgments[7, 4] = np.nan
    found = image_correlations(IMAGES, upper_triangle(similar), judgments)
    for k, i in enumerate(IMAGES):
        others = [j for j in IMAGES if j != i and {i, j} != {4, 7}]
        r = np.corrcoef(similar[i, others], judgments[i, others])[0, 1]
        np.testing.assert_allclose(found[k], r, atol=1e-12)
