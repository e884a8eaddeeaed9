"""Heatmaps against saliency maps of their own and of other pictures: places, tests, intervals."""

from functools import partial

import numpy as np
import pytest
from scipy.stats import permutation_test as scipy_permutation_test

from alignment.heatmaps.placement import place
from alignment.saliency import comparison as saliency_comparison
from alignment.saliency.comparison import (
    COLUMNS,
    as_pixels,
    compare_all_pairs,
    compare_image,
    fixated_pixels,
    permutation_test,
    typical,
)
from alignment.saliency.measures import OVERLAPS, RELATIVE_RISKS, compare_maps, predict_fixations
from alignment.statistics.bootstrap import bootstrap_interval

RNG = np.random.default_rng(0)
SIZE = (60, 40)  # width, height


def smooth(rng, n, shape=(5, 5)):
    return [rng.random(shape).astype(np.float32) for _ in range(n)]


# Where maps lie


@pytest.mark.parametrize("framing", ["stretch", "crop", "pad"])
def test_maps_of_any_size_come_to_the_pixels_that_the_network_saw(framing):
    heatmap = RNG.random((7, 7)).astype(np.float32)
    placed = place(heatmap, SIZE, framing)
    own_size, coarse = placed.copy(), RNG.random((8, 12))
    own_size[np.isnan(own_size)] = 9
    heat, salient, seen = as_pixels([heatmap], [own_size, coarse], SIZE, framing)
    assert seen.shape == (40, 60)
    assert seen.sum() == (40 * 40 if framing == "crop" else 40 * 60)
    np.testing.assert_array_equal(heat[0], placed[seen])
    np.testing.assert_array_equal(salient[0], heat[0])
    np.testing.assert_array_equal(salient[1], place(coarse, SIZE, "stretch")[seen])


def test_large_pictures_are_compared_with_one_map_at_a_time(monkeypatch):
    heatmap = RNG.random((4, 4)).astype(np.float32)
    maps = {"own": place(heatmap, SIZE), "flat": np.zeros((3, 3)), "coarse": RNG.random((8, 12))}
    fixations = np.array([[3.0, 5.0], [20.0, 30.0]])
    at_once = compare_image(heatmap, maps, SIZE, "crop", fixations)
    seen = []
    monkeypatch.setattr(
        saliency_comparison,
        "compare_maps",
        lambda heat, salient: seen.append(len(salient)) or compare_maps(heat, salient),
    )
    monkeypatch.setattr(saliency_comparison, "MOST_PIXELS", SIZE[0] * SIZE[1] - 1)
    one_by_one = compare_image(heatmap, maps, SIZE, "crop", fixations)
    assert seen == [1, 1, 1]
    for row, expected in zip(one_by_one, at_once, strict=True):
        assert row.pop("source") == expected.pop("source")
        np.testing.assert_allclose(list(row.values()), list(expected.values()), rtol=1e-9)


def test_an_image_has_a_row_a_source_with_every_column():
    heatmap = RNG.random((4, 4)).astype(np.float32)
    maps = {"own": place(heatmap, SIZE), "flat": np.zeros((3, 3))}
    own, flat = compare_image(heatmap, maps, SIZE, "stretch")
    assert {"image", *own} == set(COLUMNS)
    assert (own["source"], own["empty_heatmap"], own["flat_map"]) == ("own", False, False)
    assert own["relative_risk_10"] == np.inf
    assert own["cc"] == pytest.approx(1)
    assert flat["flat_map"]
    assert np.isnan([flat[measure] for measure in OVERLAPS]).all()
    assert np.isnan([own["nss"], own["auc_judd"], own["saliency_nss"]]).all()


def test_a_flat_map_predicts_no_fixations():
    heatmap = RNG.random((4, 4)).astype(np.float32)
    maps = {"own": place(heatmap, SIZE), "flat": np.ones((3, 3))}
    own, flat = compare_image(heatmap, maps, SIZE, "stretch", np.array([[3.0, 5.0], [20.0, 30.0]]))
    measures = ("saliency_nss", "saliency_auc_judd")
    assert np.isfinite([own[measure] for measure in measures]).all()
    assert np.isnan([flat[measure] for measure in measures]).all()
    assert flat["auc_judd"] == own["auc_judd"]


def test_an_empty_heatmap_is_said_to_be_empty():
    fixations = np.array([[3.0, 4.0]])
    (row,) = compare_image(np.zeros((4, 4)), {"a": RNG.random((4, 4))}, SIZE, "stretch", fixations)
    assert row["empty_heatmap"]
    assert np.isnan([row[measure] for measure in (*OVERLAPS, "nss", "auc_judd")]).all()
    assert np.isfinite(row["saliency_nss"])


def test_a_heatmap_without_positive_values_is_not_empty():
    """It is drawn, and predicts fixations as well as one that lies higher."""
    heatmap, maps = RNG.random((4, 4)), {"a": RNG.random((4, 4))}
    fixations = np.array([[3.0, 4.0]])
    (row,) = compare_image(heatmap, maps, SIZE, "stretch", fixations)
    (below,) = compare_image(heatmap - 2, maps, SIZE, "stretch", fixations)
    assert not below["empty_heatmap"]
    for measure in ("nss", "auc_judd", "relative_risk_10"):
        assert below[measure] == pytest.approx(row[measure], rel=1e-4)
    assert np.isnan(below["kl"])


def test_fixations_are_pixels_from_the_upper_left_and_those_outside_count_nothing():
    points = np.array([[0.0, 0.0], [59.9, 39.9], [59.9, 39.2], [60.0, 3.0], [-0.1, 3.0]])
    fixated = fixated_pixels(points, SIZE)
    assert np.argwhere(fixated).tolist() == [[0, 0], [39, 59]]
    heatmap, salient = RNG.random((4, 4)), RNG.random((40, 60))
    (row,) = compare_image(heatmap, {"a": salient}, SIZE, "stretch", points)
    expected = predict_fixations(place(heatmap, SIZE).ravel(), fixated.ravel())
    assert {name: row[name] for name in expected} == expected
    expected = predict_fixations(salient.astype(np.float32).ravel(), fixated.ravel())
    assert row["saliency_nss"] == pytest.approx(expected["nss"])


# All pairs


def test_pairs_are_those_of_images_one_by_one_also_where_sizes_differ():
    sizes = [(30, 20), (20, 20), (30, 20), (25, 40)]
    heatmaps = smooth(RNG, 4)
    maps = [RNG.random((h, w)) for w, h in sizes]
    pairs = compare_all_pairs(heatmaps, maps, sizes, "stretch")
    for i in range(4):
        for j in range(4):
            heat, salient, _ = as_pixels([heatmaps[i]], [maps[j]], sizes[i], "stretch")
            for measure, expected in compare_maps(heat, salient).items():
                assert pairs[measure][i, j] == pytest.approx(expected.item(), rel=1e-5)


def test_the_diagonal_of_all_pairs_is_the_table():
    heatmaps, maps = smooth(RNG, 5), smooth(RNG, 5, (40, 60))
    pairs = compare_all_pairs(heatmaps, maps, [SIZE] * 5, "crop")
    for k in range(5):
        (row,) = compare_image(heatmaps[k], {"a": maps[k]}, SIZE, "crop")
        for measure in OVERLAPS:
            assert pairs[measure][k, k] == pytest.approx(row[measure], rel=1e-5)


def test_large_pictures_and_cohorts_are_bounded(monkeypatch):
    monkeypatch.setattr(saliency_comparison, "NULL_IMAGES", 4)
    monkeypatch.setattr(saliency_comparison, "NULL_SIDE", 64)
    seen = []

    def record(heatmaps, maps, size, framing):
        seen.append(size)
        return as_pixels(heatmaps, maps, size, framing)

    monkeypatch.setattr(saliency_comparison, "as_pixels", record)
    pairs = compare_all_pairs(
        smooth(RNG, 9), smooth(RNG, 9), [(200, 100)] * 5 + [(204, 103)] * 4, "stretch"
    )
    assert pairs["cc"].shape == (4, 4)
    assert seen == [(64, 32)]


# Permutation tests


def planted(n, share, seed):
    """Heatmaps and saliency maps that share a centre bias, and a spot of their own by `share`."""
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[-1:1:24j, -1:1:24j]
    centre = np.exp(-2 * (x**2 + y**2))
    spots = [np.exp(-9 * ((x - a) ** 2 + (y - b) ** 2)) for a, b in rng.uniform(-0.8, 0.8, (n, 2))]
    noise = [np.kron(rng.random((6, 6)), np.ones((4, 4))) for _ in range(2 * n)]
    maps = [centre + share * s + 0.3 * e for s, e in zip(spots * 2, noise, strict=True)]
    return maps[:n], maps[n:]


def permuted(n, share, seed):
    heatmaps, maps = planted(n, share, seed)
    pairs = compare_all_pairs(heatmaps, maps, [(24, 24)] * n, "stretch")
    return {measure: permutation_test(measure, pairs[measure], 999) for measure in OVERLAPS}


def test_a_shared_centre_alone_is_not_taken_for_agreement():
    p_values = np.array([[t["p"] for t in permuted(12, 0, seed).values()] for seed in range(40)])
    # With nothing to find, p is below .2 in about a fifth of the runs.
    below = (p_values < 0.2).mean(axis=0)
    assert (below < 0.4).all()
    assert 0.08 < below.mean() < 0.32
    assert 0.35 < p_values.mean() < 0.65


def test_spots_of_their_own_are_found_beside_the_centre():
    for measure, test in permuted(20, 2, 0).items():
        assert test["p"] < 0.01, measure


def test_the_permutation_test_is_that_of_scipy():
    pairs = np.random.default_rng(3).random((6, 6)) + 0.15 * np.eye(6)
    ours = permutation_test("cc", pairs, 20000)
    scipys = scipy_permutation_test(
        (np.arange(6),),
        lambda order: pairs[np.arange(6), order].mean(),
        permutation_type="pairings",
        alternative="greater",
        n_resamples=np.inf,
    )
    assert ours["p"] == pytest.approx(scipys.pvalue, abs=0.01)
    assert ours["null"] == pytest.approx(np.median(scipys.null_distribution), abs=0.01)


def test_the_best_of_all_orders_has_the_least_p():
    assert permutation_test("cc", np.eye(12), 999)["p"] == 1 / 1000
    assert permutation_test("kl", 1 - np.eye(12), 999)["p"] == 1 / 1000
    assert permutation_test("kl", np.eye(12), 999)["p"] == 1


def test_maps_that_are_all_alike_have_p_1():
    pairs = np.repeat(np.random.default_rng(0).random((8, 1)), 8, axis=1)
    assert permutation_test("sim", pairs, 99)["p"] == 1


def test_images_without_a_value_of_their_own_take_no_part():
    pairs = np.random.default_rng(1).random((7, 7))
    with_empty = np.insert(np.insert(pairs, 3, np.nan, axis=0), 3, np.nan, axis=1)
    assert permutation_test("cc", with_empty, 99) == permutation_test("cc", pairs, 99)
    assert np.isnan(list(permutation_test("cc", np.full((4, 4), np.nan), 99).values())).all()


def test_infinite_risks_are_permuted_like_others():
    pairs = np.where(np.eye(9, dtype=bool), np.inf, 1.5)
    test = permutation_test("relative_risk_5", pairs, 999)
    assert test["p"] <= 0.01
    assert test["null"] == pytest.approx(np.log(1.5))


# Typical values and intervals


def test_a_median_of_both_infinities_has_no_p():
    pairs = np.array([[0.0, 1.0], [2.0, np.inf]])
    assert np.isnan(permutation_test("relative_risk_10", pairs, 99)["p"])


def test_the_typical_risk_is_the_median_logarithm_whatever_is_infinite():
    assert typical("relative_risk_5", np.array([0, 1, np.e, np.inf, np.inf])) == pytest.approx(1)
    assert typical("relative_risk_5", np.array([np.nan, 1.0, np.e, np.e])) == pytest.approx(1)
    assert typical("cc", np.array([0.2, np.nan, 0.4])) == pytest.approx(0.3)
    assert np.isnan(typical("cc", np.array([])))


def test_independent_saliency_has_a_relative_risk_of_1_within_its_interval():
    rng = np.random.default_rng(4)
    # 60 images of 400 independent pixels
    risks = compare_maps(rng.random((60, 400)), rng.random((60, 400)))
    for measure in RELATIVE_RISKS:
        values = np.diag(risks[measure])
        low, high = bootstrap_interval(values, partial(typical, measure))
        assert low <= 0 <= high, measure
        assert values.mean() == pytest.approx(1, abs=0.3)
