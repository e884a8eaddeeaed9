"""The bootstrap over images, against pairs that are written down as often as they count."""

import numpy as np
import pytest

from alignment.similarity.fits import fit
from alignment.similarity.pairs import pair_images, upper_triangle
from alignment.prediction.resampling import draw_images, interval, resampled_fits


def test_as_many_images_are_drawn_as_there_are():
    counts = draw_images(12, 500, np.random.default_rng(0))
    assert counts.shape == (500, 12)
    assert (counts.sum(axis=1) == 12).all()
    assert (counts == 0).mean() == pytest.approx((11 / 12) ** 12, abs=0.02)


@pytest.mark.parametrize("kind", ["r2", "pearson", "spearman"])
def test_a_fit_is_that_of_the_resampled_pairs_without_an_image_and_its_copy(kind):
    rng = np.random.default_rng(0)
    n = 9
    rsm, human = (np.corrcoef(rng.normal(size=(n, 5))).round(1) for _ in range(2))  # with ties
    counts = draw_images(n, 30, rng)
    first, second = pair_images(n)
    fits = resampled_fits(
        upper_triangle(rsm), upper_triangle(human), counts[:, first] * counts[:, second], kind
    )
    for value, drawn in zip(fits, counts, strict=True):
        images = np.repeat(np.arange(n), drawn)
        pairs = [
            (i, j)
            for k, i in enumerate(images)
            for j in images[k + 1 :]
            if i != j  # an image and its copy
        ]
        x, y = (np.array([matrix[pair] for pair in pairs]) for matrix in (rsm, human))
        assert value == pytest.approx(float(fit(x, y, kind)), abs=1e-12)


def test_what_is_undefined_stays_so():
    judgments = np.array([0.1, 0.5, 0.2, 0.9])
    counts = np.array([[1, 1, 1, 1], [1, 2, 0, 0], [1, 1, 1, 0]])
    fits = resampled_fits([0.3, 0.1, 0.2, 0.5], judgments, counts)
    assert np.isfinite(fits).tolist() == [True, False, True]  # two different pairs tell nothing
    fits = resampled_fits([0.3, 0.1, 0.2, np.nan], judgments, counts)
    assert np.isfinite(fits).tolist() == [False, False, True]
    assert np.isnan(resampled_fits([0.3] * 4, judgments, counts)).all()


def test_an_interval_holds_the_middle_of_what_resamples_gave():
    values = np.append(np.arange(1001.0), np.nan)
    assert interval(values) == pytest.approx((25, 975))
    assert np.isnan(interval(np.array([np.nan]))).all()


def test_intervals_cover_the_truth_about_as_often_as_they_say():
    """Two noisy copies of the judgments predict equally well: their true difference is 0."""
    rng = np.random.default_rng(1)
    n, n_data_sets = 40, 200
    first, second = pair_images(n)
    covered = 0
    for _ in range(n_data_sets):
        # Noise that belongs to images, so that pairs depend on one another as real ones do.
        latent = rng.normal(size=(n, 4))
        human = upper_triangle(np.corrcoef(latent + 0.5 * rng.normal(size=latent.shape)))
        copies = [
            upper_triangle(np.corrcoef(latent + 0.5 * rng.normal(size=latent.shape)))
            for _ in range(2)
        ]
        counts = draw_images(n, 200, rng)
        counts = counts[:, first] * counts[:, second]
        a, b = (resampled_fits(copy, human, counts) for copy in copies)
        low, high = interval(a - b)
        covered += low <= 0 <= high
    assert covered / n_data_sets > 0.88
