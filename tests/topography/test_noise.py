"""Noise on images: moments, spectra and counts."""

import numpy as np
import pytest
from scipy.signal import periodogram

from alignment.topography.noise import add_noise, pink_noise

GREY = np.full((40, 32, 32, 3), 128, dtype=np.uint8)


def test_white_noise_has_its_level_as_deviation():
    noise = add_noise(GREY, "white", 0.1, 0) - np.float32(128 / 255)
    assert noise.mean() == pytest.approx(0, abs=0.001)
    assert noise.std() == pytest.approx(0.1, rel=0.01)
    shifted = noise[:, 1:] * noise[:, :-1]
    assert abs(shifted.mean()) < 1e-4


@pytest.mark.parametrize("kind", ["white", "pink", "salt_and_pepper"])
def test_pixels_stay_between_black_and_white_and_seeds_repeat(kind):
    noisy = add_noise(GREY[:4], kind, 0.9, 3)
    assert noisy.dtype == np.float32
    assert noisy.min() == 0
    assert noisy.max() == 1
    np.testing.assert_array_equal(noisy, add_noise(GREY[:4], kind, 0.9, 3))
    assert (noisy != add_noise(GREY[:4], kind, 0.9, 4)).any()


@pytest.mark.parametrize("shape", [(5, 28, 28, 1), (5, 32, 32, 3)])
def test_pink_noise_has_mean_0_and_deviation_1_in_each_image_and_channel(shape):
    noise = pink_noise(shape, np.random.default_rng(0))
    np.testing.assert_allclose(noise.mean(axis=(1, 2)), 0, atol=1e-6)
    np.testing.assert_allclose(noise.std(axis=(1, 2)), 1, rtol=1e-5)


@pytest.mark.parametrize("exponent", [0.0, 1.0, 2.0])
def test_power_falls_with_frequency_as_the_exponent_says(exponent):
    noise = pink_noise((400, 64, 64, 1), np.random.default_rng(1), exponent)[..., 0]
    # Along a row of the Fourier plane with no vertical frequency: the mean over the image's height.
    frequency, power = periodogram(noise.mean(axis=1), axis=-1, detrend=False)
    inside = slice(1, -1)
    slope = np.polyfit(np.log(frequency[inside]), np.log(power.mean(axis=0)[inside]), 1)[0]
    assert slope == pytest.approx(-exponent, abs=0.07)


def test_salt_and_pepper_changes_a_share_of_pixels_in_all_channels():
    noisy = add_noise(GREY, "salt_and_pepper", 0.15, 0)
    changed = noisy != np.float32(128 / 255)
    assert (changed.all(axis=-1) == changed.any(axis=-1)).all()
    counts = changed.all(axis=-1).sum(axis=(1, 2))
    assert (counts == round(0.15 * 32 * 32)).all()
    assert set(np.unique(noisy[changed])) == {0, 1}
    white = noisy[changed].mean()
    assert white == pytest.approx(0.5, abs=4 * 0.5 / np.sqrt(counts.sum()))
    assert (noisy.max(axis=-1) == noisy.min(axis=-1)).all()


def test_no_noise_changes_nothing():
    for kind in ("white", "pink", "salt_and_pepper"):
        np.testing.assert_array_equal(add_noise(GREY[:2], kind, 0.0, 0), np.float32(128 / 255))


def test_an_unknown_kind_is_refused():
    with pytest.raises(ValueError, match="'brown' is not one of white, pink"):
        add_noise(GREY[:1], "brown", 0.1, 0)
