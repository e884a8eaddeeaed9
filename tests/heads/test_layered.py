"""Fits from similarities that are written down, block by block."""

import numpy as np
import pytest

from alignment.heads.layered import LayeredHead, SavedRemovals, fits_of_steps
from alignment.similarity.fits import FITS, fit, fit_drop
from alignment.similarity.pairs import pair_images, square

N_IMAGES, N_MAPS = 6, 5
N_PAIRS = N_IMAGES * (N_IMAGES - 1) // 2
kinds = pytest.mark.parametrize("kind", FITS)


class Recorded(LayeredHead):
    """A head whose similarities are drawn; it answers in blocks of two."""

    n_images, n_maps = N_IMAGES, N_MAPS

    def __init__(self, rng):
        self.values, self.asked = rng.random((N_MAPS, N_PAIRS)), []

    def switched_off(self):
        raise NotImplementedError

    def growing(self, order, pairs):
        self.asked.append((order.tolist(), pairs.tolist()))
        for start in range(0, N_MAPS, 2):
            yield self.values[start : start + 2, pairs]

    def similarities_of_sets(self, sets, pairs):
        return self.values[: len(sets), pairs]


@kinds
def test_each_side_is_fitted_with_its_own_pairs(kind):
    rng = np.random.default_rng(0)
    head, judgments, order = Recorded(rng), rng.random(N_PAIRS), np.array([3, 1, 0, 4, 2])
    sides = [np.array([0, 4, 5, 9, 14]), np.array([1, 2, 7]), np.array([3, 6, 8, 10])]
    found = head.growing_fits(order, sides, judgments, kind)
    # All sides together in one pass.
    assert head.asked == [(order.tolist(), np.concatenate(sides).tolist())]
    for fits, side in zip(found, sides, strict=True):
        assert fits.shape == (N_MAPS,)
        for k in range(N_MAPS):
            assert fits[k] == pytest.approx(fit(head.values[k, side], judgments[side], kind))
    sets = np.ones((3, N_MAPS), dtype=bool)
    fits = head.fits_of_sets(sets, sides[0], judgments, kind)
    expected = fit(head.values[:3, sides[0]], judgments[sides[0]], kind)
    np.testing.assert_array_equal(fits, expected)


def test_a_side_without_pairs_has_no_fit():
    judgments = np.random.default_rng(0).random(N_PAIRS)
    steps = iter([np.random.default_rng(1).random((N_MAPS, 4))])
    some, none = fits_of_steps(steps, [np.arange(4), np.arange(0)], judgments, "r2")
    assert np.isfinite(some).all()
    assert np.isnan(none).all()


@pytest.fixture
def saved():
    """RSM, that without each map, and that of one side, as they are kept in a file."""
    rng = np.random.default_rng(0)
    rsm = rng.uniform(-1, 1, N_PAIRS)
    matrix = square(rsm, N_IMAGES, 1.0)
    return {
        "rsm": rsm,
        "rsm_without": rsm + 0.1 * rng.normal(size=(N_MAPS, N_PAIRS)),
        "rsm_without_one_side": matrix[:, None]
        + 0.1 * rng.normal(size=(N_IMAGES, N_MAPS, N_IMAGES)),
    }


@pytest.fixture
def human():
    return square(np.random.default_rng(1).random(N_PAIRS), N_IMAGES, 1.0)


@kinds
@pytest.mark.parametrize("memory", [1, 4 * 8 * 15 * 2, 10**9])
def test_maps_are_scored_by_what_is_left_without_them(saved, human, kind, memory):
    judgments, pairs = human[pair_images(N_IMAGES)], np.array([0, 3, 4, 8, 9, 13])
    saved["rsm_without"][2] = saved["rsm"]
    full, fit_without, ais = SavedRemovals(saved, memory).map_scores(pairs, judgments, kind)
    expected = fit_drop(saved["rsm"][pairs], saved["rsm_without"][:, pairs], judgments[pairs], kind)
    for found, right in zip((full, fit_without, ais), expected, strict=True):
        np.testing.assert_allclose(found, right, atol=1e-14)
    assert (ais[2], fit_without[2]) == (0, full)


def test_scores_of_an_image_are_differences_of_correlations_over_the_others(saved, human):
    rsm, one_side = square(saved["rsm"], N_IMAGES), saved["rsm_without_one_side"]
    images = np.array([0, 2, 3, 5])
    ais, fit_full = SavedRemovals(saved).image_scores(images, human)
    assert ais.shape == (4, N_MAPS)
    for k, i in enumerate(images):
        others = [j for j in images if j != i]
        full = np.corrcoef(rsm[i, others], human[i, others])[0, 1]
        assert fit_full[k] == pytest.approx(full, abs=1e-12)
        for f in range(N_MAPS):
            without = np.corrcoef(one_side[i, f, others], human[i, others])[0, 1]
            assert ais[k, f] == pytest.approx(full - without, abs=1e-12)


def test_what_an_image_has_with_itself_plays_no_part(saved, human):
    images = np.arange(N_IMAGES)
    expected = SavedRemovals(saved).image_scores(images, human)
    for i in images:
        saved["rsm_without_one_side"][i, :, i], human[i, i] = -7, np.nan
    for found, before in zip(
        SavedRemovals(saved).image_scores(images, human), expected, strict=True
    ):
        np.testing.assert_array_equal(found, before)


def test_pairs_that_nobody_judged_play_no_part(saved, human):
    human[0, 3] = np.nan
    others = [1, 2, 4, 5]
    ais, fit_full = SavedRemovals(saved).image_scores(np.arange(N_IMAGES), human)
    full = np.corrcoef(square(saved["rsm"], N_IMAGES)[0, others], human[0, others])[0, 1]
    assert fit_full[0] == pytest.approx(full, abs=1e-12)
    without = np.corrcoef(saved["rsm_without_one_side"][0, 1, others], human[0, others])[0, 1]
    assert ais[0, 1] == pytest.approx(full - without, abs=1e-12)


def test_without_variation_scores_are_undefined(saved, human):
    human[2] = 0.5
    saved["rsm_without_one_side"][3, 1] = 0.25
    ais, fit_full = SavedRemovals(saved).image_scores(np.arange(N_IMAGES), human)
    assert np.isnan(fit_full).tolist() == [i == 2 for i in range(N_IMAGES)]
    assert np.isnan(ais[2]).all()
    assert np.isnan(ais[3]).tolist() == [f == 1 for f in range(N_MAPS)]


def test_a_map_that_changes_nothing_scores_exactly_zero(saved, human):
    saved["rsm_without_one_side"][:, 2] = square(saved["rsm"], N_IMAGES, 1.0)
    ais, _ = SavedRemovals(saved).image_scores(np.arange(N_IMAGES), human)
    assert (ais[:, 2] == 0).all()
