"""Agreement of heatmaps of two models, against definitions by hand."""

import numpy as np
import pytest
from oracle import naive_pearson
from scipy import stats

from alignment.comparison.models import (
    MEANS_SUMMARY_COLUMNS,
    SUMMARY_COLUMNS,
    class_entropies,
    compare_heatmaps,
    correlate_each,
    heatmap_correlation,
    summarize_agreement,
    summarize_means,
)
from alignment.heatmaps.placement import place

RNG = np.random.default_rng(0)


@pytest.mark.parametrize(
    ("logits", "expected"),
    [
        ([0, 0, 0, 0], np.log(4)),
        ([7, 7], np.log(2)),
        ([1e4, 0, 0], 0),
        (np.log([0.25, 0.75]), -(0.25 * np.log(0.25) + 0.75 * np.log(0.75))),
        (np.log([0.25, 0.75]) - 900, -(0.25 * np.log(0.25) + 0.75 * np.log(0.75))),
    ],
)
def test_class_entropies_by_hand(logits, expected):
    assert class_entropies(np.array([logits]))[0] == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize("framing", ["stretch", "crop", "pad"])
def test_heatmaps_are_compared_pixel_by_pixel_of_the_picture(framing):
    a, b, size = RNG.random((7, 7)), RNG.random((8, 8)), (30, 21)
    pixels = [
        (u, v)
        for u, v in zip(
            place(a, size, framing).ravel().tolist(),
            place(b, size, framing).ravel().tolist(),
            strict=True,
        )
        if u == u
    ]
    assert len(pixels) == {"crop": 21 * 21}.get(framing, 30 * 21)
    expected = naive_pearson(*zip(*pixels, strict=True))
    assert heatmap_correlation(a, b, size, framing) == pytest.approx(expected, rel=1e-9)


def test_planted_agreement():
    a = RNG.random((7, 7)).astype(np.float32)
    assert heatmap_correlation(a, 3 * a + 1, (40, 40)) == pytest.approx(1)
    assert heatmap_correlation(a, 1 - a, (40, 40)) == pytest.approx(-1)


@pytest.mark.parametrize("flat", [0, 0.1])
def test_an_empty_or_flat_heatmap_has_no_correlation(flat):
    a, b = RNG.random((7, 7)), np.full((8, 8), flat, dtype=np.float32)
    assert np.isnan(heatmap_correlation(a, b, (175, 175)))
    assert np.isnan(heatmap_correlation(b, a, (175, 175)))


def test_other_images_are_compared_on_the_picture_of_the_image():
    a, b = RNG.random((4, 3, 3)), RNG.random((4, 5, 5))
    b[2] = 0
    sizes = [(40, 20), (16, 16), (40, 20), (10, 50)]
    own, others = compare_heatmaps(a, b, sizes)
    for i, size in enumerate(sizes):
        assert own[i] == pytest.approx(heatmap_correlation(a[i], b[i], size), nan_ok=True)
        mixed = [heatmap_correlation(a[i], b[j], size) for j in range(4) if j not in (i, 2)]
        assert others[i] == pytest.approx(np.mean(mixed))
    assert np.isnan(own).tolist() == [False, False, True, False]


def test_a_coarser_picture_hardly_changes_the_correlation_of_other_images():
    a, b = RNG.random((2, 7, 7)), RNG.random((2, 8, 8))
    _, others = compare_heatmaps(a, b, [(400, 300)] * 2)
    assert others[0] == pytest.approx(heatmap_correlation(a[0], b[1], (400, 300)), abs=5e-3)
    assert others[1] == pytest.approx(heatmap_correlation(a[1], b[0], (400, 300)), abs=5e-3)


@pytest.mark.parametrize("n_images", [1, 2])
def test_no_other_image_to_compare_with(n_images):
    a = RNG.random((n_images, 3, 3))
    a[1:] = 0
    own, others = compare_heatmaps(a, a, [(9, 9)] * n_images)
    assert own[0] == pytest.approx(1)
    assert np.isnan(others).all()


def agreement_table(cohort, correlation, entropy_a, entropy_b, models=("m", "n")):
    n = len(correlation)
    correlation = np.array(correlation, dtype=float)
    return {
        "cohort": np.full(n, cohort),
        "image": np.array([f"{k:02}" for k in range(n)]),
        "model_a": np.full(n, models[0]),
        "model_b": np.full(n, models[1]),
        "correlation": correlation,
        "correlation_others": np.full(n, 0.25),
        "correlation_means": np.full(n, 0.75),
        "entropy_a": np.array(entropy_a, dtype=float),
        "entropy_b": np.array(entropy_b, dtype=float),
        "empty_a": np.isnan(correlation),
        "empty_b": np.zeros(n, dtype=bool),
    }


def test_agreement_is_summarized_over_images_that_have_it():
    n = 30
    entropy_a, entropy_b = RNG.random(n), RNG.random(n)
    # Falls with the larger of the two alone.
    planted = 1 - np.maximum(entropy_a, entropy_b)
    planted[[3, 8]] = np.nan
    noise = RNG.random(n)
    tables = [
        agreement_table("first", planted, entropy_a, entropy_b),
        agreement_table("second", noise, entropy_a, entropy_b),
    ]
    table = {name: np.concatenate([each[name] for each in tables]) for name in tables[0]}
    first, second = summarize_agreement(table)
    assert list(first) == SUMMARY_COLUMNS
    assert (first["cohort"], first["model_a"], first["model_b"]) == ("first", "m", "n")
    assert (first["n_images"], first["n_empty"], first["n"], first["n_entropy"]) == (30, 2, 28, 28)
    kept = planted[np.isfinite(planted)]
    assert first["correlation"] == pytest.approx(kept.mean())
    assert first["correlation_sd"] == pytest.approx(kept.std(ddof=1))
    assert first["correlation_low"] < first["correlation"] < first["correlation_high"]
    assert first["difference"] == pytest.approx(kept.mean() - 0.25)
    assert first["correlation_means"] == 0.75
    assert first["beyond_means"] == pytest.approx(kept.mean() - 0.75)
    assert first["beyond_means_low"] < first["beyond_means"] < first["beyond_means_high"]
    assert first["entropy_rho"] == pytest.approx(-1)
    expected = stats.spearmanr(noise, np.maximum(entropy_a, entropy_b))
    assert second["entropy_rho"] == pytest.approx(expected.statistic)
    assert second["entropy_p"] == pytest.approx(expected.pvalue)
    assert first["entropy_p_holm"] == pytest.approx(2 * first["entropy_p"])
    assert second["entropy_p_holm"] == pytest.approx(second["entropy_p"])


def test_nothing_to_summarize_is_undefined_and_not_zero():
    empty = agreement_table("c", [np.nan] * 4, [np.nan] * 4, [1.0] * 4)
    (row,) = summarize_agreement(empty)
    assert (row["n_images"], row["n_empty"], row["n"], row["n_entropy"]) == (4, 4, 0, 0)
    for name in ("correlation", "correlation_low", "difference", "entropy_rho", "entropy_p_holm"):
        assert np.isnan(row[name]), name
    assert summarize_agreement(agreement_table("c", [], [], [])) == []


def test_likeness_to_the_means_of_all_maps_is_summarized_over_images():
    table = {
        "cohort": np.full(4, "c"),
        "image": np.array(["1", "2", "3", "1"]),
        "model": np.array(["m", "m", "m", "n"]),
        "correlation": np.array([0.5, np.nan, 0.9, 0.4]),
    }
    first, second = summarize_means(table)
    assert set(first) == set(MEANS_SUMMARY_COLUMNS)
    assert (first["cohort"], first["model"], first["n_images"], first["n"]) == ("c", "m", 3, 2)
    assert first["correlation"] == pytest.approx(0.7)
    assert first["correlation_sd"] == pytest.approx(0.4 / 2**0.5)
    assert (second["model"], second["correlation"]) == ("n", 0.4)
    assert np.isnan([second["correlation_sd"], second["correlation_low"]]).all()


def test_each_map_is_correlated_with_its_own_counterpart():
    a, b, sizes = RNG.random((3, 4, 4)), RNG.random((3, 5, 5)), [(20, 10), (9, 9), (7, 12)]
    expected = [heatmap_correlation(*each, "crop") for each in zip(a, b, sizes, strict=True)]
    assert correlate_each(a, b, sizes, "crop").tolist() == expected
