"""Measures of overlap: by hand on tiny maps, against other implementations, and on planted maps."""

import numpy as np
import pytest
from scipy.stats import entropy, pearsonr
from sklearn.metrics import confusion_matrix

from alignment.heatmaps.overlays import above, blend
from alignment.saliency.measures import (
    EPSILON,
    OVERLAPS,
    RELATIVE_RISKS,
    STRIP,
    TOP_SHARES,
    compare_maps,
    predict_fixations,
    relative_risk,
    similarity,
    top_areas,
)

RNG = np.random.default_rng(0)


def compare_two(heatmap, saliency):
    compared = compare_maps(np.array([heatmap]), np.array([saliency]))
    return {measure: values.item() for measure, values in compared.items()}


# Top areas


@pytest.mark.parametrize("n_pixels", [21, 100, 101, 30625])
def test_a_top_area_holds_its_share_of_different_values(n_pixels):
    values = RNG.permutation(n_pixels).astype(float)
    for share, area in zip(TOP_SHARES, top_areas(values[None]), strict=True):
        assert area.sum() == np.ceil(round(share * (n_pixels - 1), 6))
        assert values[area[0]].min() > values[~area[0]].max()


@pytest.mark.parametrize("share", [0.05, 0.07, 0.1, 0.15, 0.4])
@pytest.mark.parametrize("n_pixels", [101, 340])
def test_a_top_area_is_what_an_overlay_shows_at_this_percentile(share, n_pixels):
    values = RNG.random(n_pixels).astype(np.float32)
    picture = np.zeros((1, n_pixels, 3), dtype=np.uint8)
    area = above(values[None], 100 - 100 * share)
    drawn = blend(picture, values[None], lambda level: np.ones((*level.shape, 4)), area)
    np.testing.assert_array_equal(top_areas(values[None], (share,))[0], drawn.any(axis=-1))


def test_pixels_tied_at_the_quantile_are_out():
    values = np.array([[5.0] + [4.0] * 4 + [1.0] * 16])
    assert top_areas(values, (0.05, 0.1, 0.2)).sum(axis=(1, 2)).tolist() == [1, 1, 1]
    assert top_areas(values, (0.25,)).sum() == 5
    assert not top_areas(np.full((1, 50), 3.0)).any()


# Relative risk


def test_relative_risk_is_that_of_a_confusion_matrix():
    heat, salient = RNG.random((3, 400)), RNG.random((4, 400))
    salient[0] += heat[0]
    compared = compare_maps(heat, salient)
    for measure, a, b in zip(RELATIVE_RISKS, top_areas(heat), top_areas(salient), strict=True):
        for r in range(3):
            for c in range(4):
                (tn, fp), (fn, tp) = confusion_matrix(b[c], a[r])
                expected = (tp / (tp + fn)) / (fp / (fp + tn)) if fp else np.inf
                assert compared[measure][r, c] == pytest.approx(expected)


def test_relative_risk_by_hand():
    """2 of 4 salient pixels are in the heatmap's area, and 1 of 6 others: 0.5 / (1 / 6) = 3."""
    heat = np.array([[1, 1, 0, 0, 1, 0, 0, 0, 0, 0]], dtype=bool)
    salient = np.array([[1, 1, 1, 1, 0, 0, 0, 0, 0, 0]], dtype=bool)
    assert relative_risk(heat, salient).item() == pytest.approx(3)
    assert relative_risk(salient, salient).item() == np.inf
    assert relative_risk(salient, ~salient & heat).item() == 0
    assert np.isnan(relative_risk(heat, np.zeros_like(heat))).all()
    assert np.isnan(relative_risk(np.zeros_like(heat), salient)).all()


# CC, SIM, KL


def test_densities_by_hand():
    """Shares .5 .5 0 0 and .25 .25 .25 .25."""
    compared = compare_two([2.0, 2, 0, 0], [1.0, 1, 1, 1.0 + 1e-12])
    assert compared["sim"] == pytest.approx(0.5)
    # Two pixels at .25 ln(.25 / .5), two at .25 ln(.25 / epsilon)
    expected = 0.5 * np.log(0.5) + 0.5 * np.log(0.25 / EPSILON)
    assert compared["kl"] == pytest.approx(expected)


def test_densities_are_those_of_other_implementations():
    heat, salient = RNG.random((3, STRIP + 500)), RNG.random((4, STRIP + 500)) ** 3
    salient[1, ::7] = 0
    compared = compare_maps(heat, salient)
    for r in range(3):
        for c in range(4):
            p, q = heat[r] / heat[r].sum(), salient[c] / salient[c].sum()
            assert compared["cc"][r, c] == pytest.approx(pearsonr(heat[r], salient[c])[0])
            assert compared["sim"][r, c] == pytest.approx(1 - np.abs(p - q).sum() / 2, rel=1e-5)
            assert compared["kl"][r, c] == pytest.approx(entropy(q, p + EPSILON))
            # As Bylinskii et al. write it, with epsilon inside the logarithm too
            written = (q * np.log(EPSILON + q / (EPSILON + p))).sum()
            assert compared["kl"][r, c] == pytest.approx(written)


def test_cc_by_hand():
    assert compare_two([1.0, 2, 3, 4], [2.0, 4, 6, 8])["cc"] == pytest.approx(1)
    assert compare_two([1.0, 2, 3, 4], [4.0, 3, 2, 1])["cc"] == pytest.approx(-1)
    assert compare_two([1.0, 0, 0], [0.0, 1, 0])["cc"] == pytest.approx(-0.5)


def test_negative_values_count_nothing_in_densities():
    compared = compare_two([2.0, 2, -7, -1], [1.0, 1, 0, 0])
    assert compared["sim"] == pytest.approx(1)
    assert compared["kl"] == pytest.approx(0, abs=1e-12)
    assert compared["cc"] < 0.95


@pytest.mark.parametrize(
    ("heatmap", "saliency"),
    [
        (np.zeros(40), np.arange(40.0)),
        (np.full(40, 3.0), np.arange(40.0)),
        (np.arange(40.0), np.zeros(40)),
        (np.arange(40.0), np.full(40, 7.0)),
    ],
    ids=["zero heatmap", "flat heatmap", "zero map", "flat map"],
)
def test_an_empty_heatmap_and_a_flat_map_have_no_measures(heatmap, saliency):
    assert np.isnan(list(compare_two(heatmap, saliency).values())).all()


def test_a_heatmap_without_positive_values_has_a_top_but_is_no_density():
    """Where maps that hurt take part nothing may speak for a picture: its top hurts least."""
    heatmap, saliency = RNG.random((2, 400))
    compared, below = (compare_two(values, saliency) for values in (heatmap, heatmap - 2))
    for measure in (*RELATIVE_RISKS, "cc"):
        assert below[measure] == pytest.approx(compared[measure])
    assert np.isnan([below["sim"], below["kl"]]).all()


# Planted truth


def test_saliency_equal_to_the_heatmap_has_the_top_values():
    values = RNG.random(2000)
    compared = compare_two(values, 5 * values)
    assert [compared[measure] for measure in RELATIVE_RISKS] == [np.inf] * 3
    assert compared["cc"] == pytest.approx(1)
    assert compared["sim"] == pytest.approx(1, abs=1e-6)
    assert compared["kl"] == pytest.approx(0, abs=1e-12)


def test_the_measures_grow_with_the_share_of_the_heatmap_in_the_saliency():
    heat, noise = RNG.random((2, 20000))
    graded = np.stack([w * heat + (1 - w) * noise for w in (0, 0.3, 0.6, 0.9)])
    compared = compare_maps(heat[None], graded)
    for measure in OVERLAPS:
        steps = np.diff(compared[measure][0])
        assert (steps < 0).all() if measure == "kl" else (steps > 0).all(), measure


def test_sim_of_many_strips_is_that_of_one():
    maps = RNG.random((2, 3 * STRIP + 17))
    shares = maps / maps.sum(axis=1, keepdims=True)
    expected = np.minimum(shares[0], shares[1]).sum()
    assert similarity(maps[:1], maps[1:]).item() == pytest.approx(expected, rel=1e-5)


# Fixations


def test_nss_by_hand():
    """Mean 2.5, deviation sqrt(1.25): (4 - 2.5 + 3 - 2.5) / 2 / sqrt(1.25)."""
    predicted = predict_fixations(np.array([1.0, 2, 3, 4]), np.array([0, 0, 1, 1], dtype=bool))
    assert predicted["nss"] == pytest.approx(1 / np.sqrt(1.25))


def test_auc_judd_by_hand():
    """Fixated 4 and 2, others 3, 1, 1, 1: (0, 0), (0, 1/2), (1/4, 1), (1, 1)."""
    values, fixated = np.array([4.0, 2, 3, 1, 1, 1]), np.array([1, 1, 0, 0, 0, 0], dtype=bool)
    expected = 0.25 * 0.75 + 0.75
    assert predict_fixations(values, fixated)["auc_judd"] == pytest.approx(expected)
    assert predict_fixations(-values, fixated)["auc_judd"] < 0.5


def test_auc_judd_of_ties_perfect_and_flat_maps():
    fixated = np.array([1, 1, 0, 0, 0], dtype=bool)
    assert predict_fixations(np.array([5.0, 5, 1, 2, 0]), fixated)["auc_judd"] == pytest.approx(1)
    # One of the others is as high, and so above the first or second a third of the time each:
    # (0, 0), (1/9, 1/2), (2/9, 1), (1, 1).
    tied = predict_fixations(np.array([5.0, 5, 5, 2, 0]), fixated)
    assert tied["auc_judd"] == pytest.approx(0.25 / 9 + 0.75 / 9 + 7 / 9)
    flat = predict_fixations(np.full(5, 2.0), fixated)
    assert flat["auc_judd"] == pytest.approx(0.25 / 3 + 0.75 / 3 + 1 / 3)
    assert np.isnan(flat["nss"])


def judd(values, fixated, rng):
    """As in Judd's code: ties are broken by noise, and no two values are alike."""
    noisy = values + 1e-7 * rng.random(len(values))
    n, n_pixels = fixated.sum(), len(values)
    hits, alarms = [0], [0]
    for i, threshold in enumerate(sorted(noisy[fixated], reverse=True), start=1):
        hits.append(i / n)
        alarms.append(((noisy >= threshold).sum() - i) / (n_pixels - n))
    return np.trapezoid([*hits, 1], [*alarms, 1])


def test_auc_judd_is_what_judds_code_gives_on_average():
    rng = np.random.default_rng(0)
    values = rng.integers(0, 6, 60).astype(float)
    fixated = np.zeros(60, dtype=bool)
    fixated[rng.choice(60, 9, replace=False)] = True
    expected = np.mean([judd(values, fixated, rng) for _ in range(2000)])
    assert predict_fixations(values, fixated)["auc_judd"] == pytest.approx(expected, abs=0.003)
    different = values + np.arange(60) / 100
    assert predict_fixations(different, fixated)["auc_judd"] == pytest.approx(
        judd(different, fixated, rng)
    )


def test_without_fixations_there_is_nothing_to_predict():
    predicted = predict_fixations(np.arange(5.0), np.zeros(5, dtype=bool))
    assert np.isnan([predicted["nss"], predicted["auc_judd"]]).all()
