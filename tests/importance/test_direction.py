"""Judgments that seem to have been read the wrong way round."""

import numpy as np
import pytest

from alignment.importance.direction import of_opposed
from alignment.similarity.pairs import upper_triangle

IMAGES = np.arange(2, 14)


@pytest.fixture
def similar():
    values = np.random.default_rng(0).normal(size=(16, 30))
    return np.corrcoef(values)


def said(similarities, judgments):
    return of_opposed("all", "net", IMAGES, upper_triangle(similarities), judgments)


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
