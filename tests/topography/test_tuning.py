"""Tuning of units against independent computations and planted preferences."""

import numpy as np
import pytest
from scipy.stats import pearsonr
from sklearn.metrics import roc_auc_score

from alignment.topography.tuning import (
    FREQUENCIES,
    centre_and_surround,
    class_auc,
    eccentricity,
    experts,
    gratings,
    hidden,
    mirror_symmetry,
    orientation_selectivity,
)

rng = np.random.default_rng(0)


@pytest.mark.parametrize("shape", [(28, 28, 1), (32, 32, 3)])
def test_gratings_have_their_orientation_and_frequency(shape):
    pictures = gratings(shape)
    assert pictures.shape == (12, 3, 4, *shape)
    assert pictures.min() == pytest.approx(0, abs=0.02)
    assert pictures.max() == pytest.approx(1, abs=0.02)
    for o in range(12):
        for f, cycles in enumerate(FREQUENCIES):
            picture = pictures[o, f, 1, ..., 0].astype(float)
            padded = np.abs(np.fft.fft2(picture - picture.mean(), (256, 256)))
            row, column = np.unravel_index(padded.argmax(), padded.shape)
            ky, kx = (np.fft.fftfreq(256)[k] * shape[0] for k in (row, column))
            assert np.hypot(kx, ky) == pytest.approx(cycles, abs=0.35)
            angle = np.degrees(np.arctan2(ky, kx)) - 15 * o
            assert abs((angle + 90) % 180 - 90) < 8


def test_phases_shift_by_a_quarter_and_channels_are_alike():
    pictures = gratings((32, 32, 3))
    np.testing.assert_allclose(pictures[:, :, 0] + pictures[:, :, 2], 1, atol=1e-6)
    np.testing.assert_array_equal(pictures[..., 0], pictures[..., 2])


def naive_selectivity(responses):
    """One unit: (orientations, frequencies, phases)."""
    best = max(range(responses.shape[1]), key=lambda f: responses[:, f].mean())
    sine = cosine = total = 0.0
    for k in range(len(responses)):
        r = responses[k, best].mean()
        sine += r * np.sin(2 * np.pi * k / len(responses))
        cosine += r * np.cos(2 * np.pi * k / len(responses))
        total += r
    return np.hypot(sine, cosine) / total


def test_orientation_selectivity_is_that_of_a_loop():
    responses = rng.random((12, 3, 4, 6))
    expected = [naive_selectivity(responses[..., u]) for u in range(6)]
    np.testing.assert_allclose(orientation_selectivity(responses), expected, rtol=1e-12)


def test_planted_orientations():
    responses = np.zeros((12, 3, 4, 3))
    responses[5, 1, :, 0] = 2
    responses[:, 2, :, 1] = 3
    found = orientation_selectivity(responses)
    assert found[0] == pytest.approx(1)
    assert found[1] == pytest.approx(0, abs=1e-12)
    assert np.isnan(found[2])


def test_mirror_symmetry_is_pearsons_r_per_unit():
    a, b = rng.normal(size=(2, 40, 5))
    expected = [pearsonr(a[:, u], b[:, u]).statistic for u in range(5)]
    np.testing.assert_allclose(mirror_symmetry(a, b), expected, atol=1e-12)
    np.testing.assert_allclose(mirror_symmetry(a, a), 1)


@pytest.mark.parametrize("side", [28, 32])
def test_centre_and_surround_are_halves(side):
    centre, surround = centre_and_surround(side, side)
    assert centre.sum() == surround.sum() == side * side / 2
    assert (centre ^ surround).all()
    y, x = np.mgrid[:side, :side] - (side - 1) / 2
    apart = np.hypot(y, x)
    assert apart[centre].max() <= apart[surround].min()


def test_regions_are_replaced_by_grey():
    images = rng.integers(0, 256, (3, 8, 8, 3), dtype=np.uint8)
    centre, surround = centre_and_surround(8, 8)
    grey = np.array([0.1, 0.2, 0.3])
    found = hidden(images, centre, grey)
    np.testing.assert_allclose(found[:, centre], np.broadcast_to(grey, (3, 32, 3)), rtol=1e-6)
    np.testing.assert_allclose(found[:, surround], images[:, surround] / 255, rtol=1e-6)


def test_planted_eccentricities():
    whole = rng.normal(size=(20, 4))
    change = rng.normal(size=20)
    without_centre, without_surround = whole.copy(), whole.copy()
    without_centre[:, 0] += change
    without_surround[:, 1] += change
    without_centre[:, 2] += 3 * change
    without_surround[:, 2] -= change
    found = eccentricity(whole, without_centre, without_surround)
    np.testing.assert_allclose(found[:3], [1, -1, 0.5])
    assert np.isnan(found[3])


def test_auc_is_that_of_sklearn_with_ties():
    activations = np.maximum(rng.normal(size=(80, 6)), 0).round(1)
    labels = rng.integers(0, 4, 80)
    labels[labels == 2] = 3
    found = class_auc(activations, labels)
    for k in (0, 1, 3):
        for u in range(6):
            assert found[k, u] == pytest.approx(roc_auc_score(labels == k, activations[:, u]))
    assert np.isnan(found[2]).all()


def test_experts_are_counted_with_their_classes():
    auc = np.array([[0.95, 0.5, 0.91, 0.9], [0.2, 0.92, 0.95, 0.1], [np.nan] * 4])
    assert experts(auc) == (3, 2)
