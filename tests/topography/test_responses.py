"""Variance, entropy and dimensionality against numpy's and scipy's own."""

from itertools import pairwise

import numpy as np
import pytest
from scipy.stats import entropy as scipy_entropy

from alignment.topography.responses import effective_dimensionality, entropy, fires, variance

ACTIVATIONS = np.random.default_rng(0).normal(size=(60, 9)).astype(np.float32)


def test_variance_is_the_mean_over_units():
    expected = np.mean([np.var(column.astype(float)) for column in ACTIVATIONS.T])
    assert variance(ACTIVATIONS) == pytest.approx(expected)


def test_entropy_is_that_of_histograms_of_20_bins():
    expected = []
    for column in ACTIVATIONS.T.astype(float):
        edges = np.linspace(column.min(), column.max(), 21)
        counts = [
            ((column >= low) & ((column < high) | (high == edges[-1]))).sum()
            for low, high in pairwise(edges)
        ]
        expected.append(scipy_entropy(counts))
    found = entropy(ACTIVATIONS.astype(float), np.ones(9, dtype=bool))
    assert found == pytest.approx(np.mean(expected), rel=1e-9)
    some = np.arange(9) < 2
    assert entropy(ACTIVATIONS.astype(float), some) == pytest.approx(np.mean(expected[:2]))


def test_entropy_of_even_and_constant_units():
    even = np.repeat(np.arange(20.0), 3)[:, None]
    assert entropy(even, np.array([True])) == pytest.approx(np.log(20))
    assert entropy(np.ones((5, 1)), np.array([True])) == 0
    # Between which single precision has no other number
    near = np.array([1, np.nextafter(np.float32(1), 2)], dtype=np.float32)[:, None]
    assert entropy(near, np.array([True])) == pytest.approx(np.log(2))
    assert np.isnan(entropy(even, np.array([False])))


@pytest.mark.parametrize("shape", [(60, 9), (9, 60)])
def test_dimensionality_is_that_of_the_eigenvalues(shape):
    values = np.random.default_rng(1).normal(size=shape) @ np.diag(np.arange(1, shape[1] + 1))
    eigenvalues = np.linalg.eigvalsh(np.cov(values.T))
    expected = eigenvalues.sum() ** 2 / (eigenvalues**2).sum()
    assert effective_dimensionality(values) == pytest.approx(expected, rel=1e-9)


def test_planted_dimensions_are_found():
    rng = np.random.default_rng(2)
    planted = rng.normal(size=(20000, 4)) @ np.linalg.qr(rng.normal(size=(30, 4)))[0].T
    assert effective_dimensionality(planted) == pytest.approx(4, abs=0.05)
    one = np.outer(rng.normal(size=50), rng.normal(size=30))
    assert effective_dimensionality(one) == pytest.approx(1)
    assert np.isnan(effective_dimensionality(np.ones((5, 3))))


def test_a_unit_fires_if_any_image_excites_it():
    np.testing.assert_array_equal(fires(np.array([[-1, 0, 2], [-3, 0, -1.0]])), [0, 0, 1])
