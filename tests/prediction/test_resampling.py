"""The bootstrap over images, against pairs that are written down as often as they count."""

import tracemalloc

import numpy as np
import pytest

from alignment.prediction import resampling
from alignment.prediction.resampling import (
    draw_images,
    fits_of_resampled_images,
    interval,
    mean_over_folds,
    resampled_fits,
)
from alignment.similarity.fits import fit
from alignment.similarity.pairs import pair_images, upper_triangle


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


def test_judgments_that_differ_by_rounding_alone_are_ties():
    rng = np.random.default_rng(0)
    values, judgments = rng.random(40), rng.integers(0, 5, 40) / 7
    rounded = judgments + rng.choice([-1e-16, 0, 1e-16], 40)
    assert len(np.unique(rounded)) > 5
    weights = rng.integers(0, 3, (4, 40))
    found, expected = (
        resampled_fits(values, each, weights, "spearman") for each in (rounded, judgments)
    )
    np.testing.assert_array_equal(found, expected)


def test_ranks_take_no_more_memory_than_the_counts():
    """Of 2,000 pairs that all differ: a table of values by values would be 32 MB."""
    rng = np.random.default_rng(0)
    values, weights = rng.random(2000), rng.integers(0, 3, size=(2, 2000)).astype(float)
    tracemalloc.start()
    resampled_fits(values, values, weights, "spearman")
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 2e6


def test_what_is_undefined_stays_so():
    judgments = np.array([0.1, 0.5, 0.2, 0.9])
    counts = np.array([[1, 1, 1, 1], [1, 2, 0, 0], [1, 1, 1, 0]])
    fits = resampled_fits([0.3, 0.1, 0.2, 0.5], judgments, counts)
    assert np.isfinite(fits).tolist() == [True, False, True]  # two different pairs tell nothing
    fits = resampled_fits([0.3, 0.1, 0.2, np.nan], judgments, counts)
    assert np.isfinite(fits).tolist() == [False, False, True]
    assert np.isnan(resampled_fits([0.3] * 4, judgments, counts)).all()


@pytest.mark.parametrize("kind", ["r2", "pearson", "spearman"])
def test_resamples_of_equal_judgments_have_no_fit(kind):
    """Two levels of judgments: what rounding leaves of them is no variation."""
    rng = np.random.default_rng(0)
    first, second = pair_images(8)
    judgments = np.where(np.arange(28) % 7 == 0, 0.9, 0.1)
    similarities = rng.random(28)
    counts = draw_images(8, 300, rng)
    found = fits_of_resampled_images(similarities, judgments, first, second, counts, kind)
    expected = []
    for count in counts:
        pairs = np.repeat(np.arange(28), count[first] * count[second])
        some = len(np.unique(pairs)) >= 3
        expected.append(fit(similarities[pairs], judgments[pairs], kind) if some else np.nan)
    np.testing.assert_allclose(found, expected, atol=1e-12)
    assert 10 < np.isnan(found).sum() < 200


def plain_similarities(rng, n):
    return rng.random(n * (n - 1) // 2)


def with_an_undefined_pair(rng, n):
    similarities = plain_similarities(rng, n)
    similarities[7] = np.nan
    return similarities


def nearly_all_alike(rng, n):
    """Many resamples hold no pair that differs, and in many others few do."""
    similarities = np.ones(n * (n - 1) // 2)
    similarities[3] = 0.5
    return similarities


@pytest.mark.parametrize("kind", ["r2", "pearson", "spearman"])
@pytest.mark.parametrize("memory", [1, 10**8])
@pytest.mark.parametrize("share", [1.0, 0.6])
@pytest.mark.parametrize(
    "similarities_of", [plain_similarities, with_an_undefined_pair, nearly_all_alike]
)
@pytest.mark.parametrize("n", [4, 15])
def test_counting_images_is_counting_pairs(similarities_of, share, memory, kind, n):
    rng = np.random.default_rng(3)
    n_all = n + 2  # two images are in no pair
    first, second = pair_images(n)
    similarities = np.resize(similarities_of(rng, max(n, 8)), len(first))
    judgments = rng.random(len(first)).round(1)
    chosen = np.flatnonzero(rng.random(len(first)) < share)
    first, second = first[chosen], second[chosen]
    counts = draw_images(n_all, 300, rng)
    arguments = similarities[chosen], judgments[chosen]
    expected = resampled_fits(*arguments, counts[:, first] * counts[:, second], kind)
    found = fits_of_resampled_images(*arguments, first, second, counts, kind, memory)
    np.testing.assert_allclose(found, expected, atol=1e-12)
    assert np.isfinite(found).any() or n == 4
    assert np.isnan(found).any() or similarities_of is plain_similarities


def test_pairs_are_counted_only_where_sums_cost_digits(monkeypatch):
    monkeypatch.setattr(resampling, "resampled_fits", None)
    rng = np.random.default_rng(4)
    first, second = pair_images(20)
    values = rng.random((2, len(first)))
    counts = draw_images(20, 1000, rng)
    assert np.isfinite(fits_of_resampled_images(*values, first, second, counts)).all()


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


def test_fits_are_averaged_over_the_folds_in_which_both_are_defined():
    fits = np.array(
        [
            [[0.1, 0.2, np.nan, 0.4], [0.5, np.nan, np.nan, 0.8]],
            [[0.3, 0.4, 0.6, np.nan], [0.7, 0.8, np.nan, np.nan]],
            [[0.8, 0.9, np.nan, 0.2], [0.9, 0.4, 0.1, 0.2]],
        ]
    )
    full, retained, n_folds = mean_over_folds(fits)
    assert n_folds.tolist() == [3, 2, 0, 2]
    np.testing.assert_allclose(full, [0.4, 0.65, np.nan, 0.3])
    np.testing.assert_allclose(retained, [0.7, 0.6, np.nan, 0.5])


def test_the_mean_over_folds_is_that_of_plain_loops():
    rng = np.random.default_rng(0)
    fits = rng.random((5, 2, 40))
    fits[rng.random(fits.shape) < 0.3] = np.nan
    full, retained, n_folds = mean_over_folds(fits)
    for r in range(40):
        pairs = [fold[:, r] for fold in fits if not np.isnan(fold[:, r]).any()]
        assert n_folds[r] == len(pairs)
        expected = np.mean(pairs, axis=0) if pairs else [np.nan, np.nan]
        np.testing.assert_allclose([full[r], retained[r]], expected)
