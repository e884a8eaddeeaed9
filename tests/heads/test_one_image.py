"""An image with only some of its maps on, against the definition set by set."""

import numpy as np
import pytest
from some_maps_on import Case, F, N

from alignment.heads.one_image import AT_A_TIME


@pytest.fixture(params=["pooled", "layers"])
def case(request):
    return Case(request.param)


@pytest.mark.parametrize("similarity", ["pearson", "cosine"])
def test_fits_are_those_of_images_without_the_other_maps(case, similarity):
    images, rng = case.images(similarity), np.random.default_rng(1)
    sets = rng.random((AT_A_TIME + 3, F)) < 0.5
    sets[0], sets[1] = False, True
    for i in range(N):
        found = images.fits_of_sets(i, sets)
        expected = [case.naive(i, np.flatnonzero(on), similarity) for on in sets]
        np.testing.assert_allclose(found, expected, atol=1e-9)
        assert np.isnan(found).all() == (i in (3, 4))
        order = rng.permutation(F)
        growing = [case.naive(i, order[: k + 1], similarity) for k in range(F)]
        np.testing.assert_allclose(images.growing_fits(i, order), growing, atol=1e-9)


def test_active_maps_are_those_that_are_not_silent(case):
    np.testing.assert_array_equal(
        case.images("pearson").active, case.maps.reshape(N, F, -1).any(axis=2)
    )


def test_an_image_that_is_silent_leaves_the_others_without_a_fit(case):
    if case.kind == "layers":  # whose biases are never silent: a row of one value is
        case.head[-1].weight.data.zero_()
        case.head[-1].bias.data.fill_(1)
    else:
        case.maps[5] = 0
    found = case.images("pearson").fits_of_sets(2, np.ones((1, F), dtype=bool))
    assert np.isnan(found).all()


@pytest.mark.parametrize("similarity", ["pearson", "cosine"])
def test_images_that_are_nearly_alike_have_a_fit_where_the_definition_has(similarity):
    """Similarities that deviate by 1e-8 are more than rounding, as in every other score."""
    case, rng = Case("pooled"), np.random.default_rng(2)
    case.maps = rng.random((1, F, 2, 3)) + 3e-4 * rng.random((N, F, 2, 3))
    everything = np.ones((1, F), dtype=bool)
    for i in (0, 1, 2, 5, 6):
        expected = case.naive(i, np.arange(F), similarity)
        assert np.isfinite(expected)
        found = case.images(similarity).fits_of_sets(i, everything)
        np.testing.assert_allclose(found, expected, atol=1e-5)
