"""Heatmaps: how the scores of maps weigh them."""

import numpy as np
import pytest

from alignment.heatmaps.heatmaps import heatmap, is_noise, of_empty, of_flat

MAPS = np.arange(24, dtype=np.float32).reshape(4, 2, 3) ** 2


@pytest.mark.parametrize(
    ("ais", "negative", "weights"),
    [
        ([1, 3, 0, 0], False, [0.25, 0.75, 0, 0]),
        ([1e-5, 3e-5, -8e-5, 0], False, [0.25, 0.75, 0, 0]),
        ([1, 3, np.nan, -1], False, [0.25, 0.75, 0, 0]),
        ([1, 3, -4, 0], True, [0.125, 0.375, -0.5, 0]),
        # The plain sum is negative: dividing by it would turn the signs round.
        ([1, -3, 0, -4], True, [0.125, -0.375, 0, -0.5]),
        ([1, np.nan, 0, -1], True, [0.5, 0, 0, -0.5]),
        ([-2, 0, 0, 0], True, [-1, 0, 0, 0]),
    ],
)
def test_weights(ais, negative, weights):
    expected = sum(w * values.astype(np.float64) for w, values in zip(weights, MAPS, strict=True))
    result = heatmap(MAPS, np.array(ais), negative)
    assert result.dtype == np.float32
    np.testing.assert_allclose(result, expected, rtol=1e-6)


@pytest.mark.parametrize(
    ("ais", "negative"),
    [([-1, -2, 0, np.nan], False), ([0, 0, 0, 0], True), ([np.nan] * 4, True)],
)
def test_no_usable_score_gives_an_empty_heatmap(ais, negative):
    result = heatmap(MAPS, np.array(ais, dtype=float), negative)
    assert result.shape == (2, 3)
    assert (result == 0).all()


def test_empty_heatmaps_are_told_of_in_one_sentence():
    heatmaps = np.ones((9, 2, 3))
    images = np.array([f"p{k}" for k in range(9)])
    assert of_empty(heatmaps, images, "c", "m", "of that") == ""
    heatmaps[[2, 5]] = 0
    said = "2 of 9 images of the cohort 'c' have an empty heatmap by m, since of that: p2, p5."
    assert of_empty(heatmaps, images, "c", "m", "of that") == said
    heatmaps[:7] = 0
    said = of_empty(heatmaps, images, "c", "m", "of that")
    assert said.startswith("7 of 9 images")
    assert said.endswith(": p0, p1, p2, p3, p4, ...")


def test_a_map_that_is_flat_in_many_images_is_told_of_in_one_sentence():
    said = "the map 'cam' is flat, and so points nowhere, in 2 of 9 images of the cohort 'c': a, b."
    assert of_flat(["a", "b"], 9, "c", "cam") == said
    assert of_flat(list("abcdef"), 9, "c", "cam").endswith(
        "in 6 of 9 images of the cohort 'c': a, b, c, d, e, ..."
    )


@pytest.mark.parametrize(
    ("r", "expected"), [(-0.3, True), (0.094, True), (0.096, False), (0.1, False), (np.nan, False)]
)
def test_what_is_printed_as_less_than_a_tenth_is_noise(r, expected):
    assert is_noise(r) is expected
