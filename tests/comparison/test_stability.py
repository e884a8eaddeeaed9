"""Stability of scores and of retained sets, against definitions by hand and random sets."""

from itertools import combinations

import numpy as np
import pytest
from scipy import stats

from alignment.comparison.stability import (
    SUMMARY_COLUMNS,
    compare_fold_pairs,
    compare_halves,
    describe_maps,
    most_exciting,
    stable_maps,
    summarize_stability,
)
from alignment.heads.layered import SavedRemovals
from alignment.similarity.fits import fit
from alignment.similarity.pairs import pair_positions, upper_triangle
from alignment.statistics.overlap import random_overlap

RNG = np.random.default_rng(0)


def test_every_two_folds_are_compared():
    scores = RNG.normal(size=(4, 9)).round(1)
    scores[3, 2] = np.nan
    retained = RNG.random((4, 9)) < 0.4
    retained[1] = False
    seeds = np.array([111, 111, 222, 222])
    result = compare_fold_pairs(scores, retained, seeds)
    pairs = list(combinations(range(4), 2))
    assert list(zip(result["first"], result["second"], strict=True)) == pairs
    assert result["same_seed"].tolist() == [True, False, False, False, False, True]
    for k, (a, b) in enumerate(pairs):
        both = np.isfinite(scores[a]) & np.isfinite(scores[b])
        expected = stats.spearmanr(scores[a][both], scores[b][both]).statistic
        assert result["rank_correlation"][k] == pytest.approx(expected, rel=1e-12)
        one, other = (set(np.flatnonzero(retained[fold])) for fold in (a, b))
        expected = len(one & other) / len(one | other)
        assert result["overlap"][k] == pytest.approx(expected)
        expected = random_overlap(len(one), len(other), 9)
        assert result["overlap_random"][k] == pytest.approx(expected)


def removals(rsm, rsm_without):
    """What scores maps by similarities that are written down."""
    one_side = np.empty((0, len(rsm_without), 0))
    saved = {"rsm": rsm, "rsm_without": rsm_without, "rsm_without_one_side": one_side}
    return SavedRemovals(saved)


def naive_scores(images, judgments, rsm, rsm_without):
    pairs = pair_positions(images, len(judgments))
    human = upper_triangle(judgments)[pairs]
    return [fit(rsm[pairs], human) - fit(row[pairs], human) for row in rsm_without]


def test_halves_share_no_image_and_are_scored_on_their_own():
    n, n_maps = 12, 15
    n_pairs = n * (n - 1) // 2
    judgments = RNG.random((n, n))
    judgments = judgments + judgments.T
    rsm = RNG.uniform(-1, 1, n_pairs)
    rsm_without = rsm + RNG.normal(size=(n_maps, n_pairs)) * 0.01
    images = np.array([0, 2, 3, 4, 5, 7, 8, 10, 11])
    result = compare_halves(images, judgments, removals(rsm, rsm_without), 4, seeds=range(3))
    for k in range(3):
        order = np.arange(9)
        np.random.RandomState(k).shuffle(order)
        first, second = (
            naive_scores(images[part], judgments, rsm, rsm_without)
            for part in (order[:5], order[5:])
        )
        expected = stats.spearmanr(first, second).statistic
        assert result["rank_correlation"][k] == pytest.approx(expected)
        best = [set(np.argsort(scores)[-4:]) for scores in (first, second)]
        expected = len(best[0] & best[1]) / len(best[0] | best[1])
        assert result["overlap"][k] == pytest.approx(expected)
    assert result["split"].tolist() == [0, 1, 2]
    assert result["overlap_random"] == pytest.approx(random_overlap(4, 4, n_maps))


def test_planted_maps_are_found_in_halves_and_noise_is_not():
    n = 40
    n_pairs = n * (n - 1) // 2
    signal = RNG.uniform(-1, 1, n_pairs)
    judgments = np.zeros((n, n))
    judgments[np.triu_indices(n, 1)] = signal
    judgments += judgments.T
    rsm = 0.5 * signal + RNG.normal(size=n_pairs) * 0.2
    helps = np.linspace(0, 0.2, 50)[:, None]
    planted = compare_halves(np.arange(n), judgments, removals(rsm, rsm - helps * signal), 10)
    assert planted["rank_correlation"].min() > 0.99
    assert planted["overlap"].min() > 0.99
    noise = rsm + RNG.normal(size=(50, n_pairs)) * 0.01
    unplanted = compare_halves(np.arange(n), judgments, removals(rsm, noise), 10)
    assert abs(unplanted["rank_correlation"].mean()) < 0.15
    assert unplanted["overlap"].mean() == pytest.approx(random_overlap(10, 10, 50), abs=0.08)


def test_halves_that_nobody_judged_are_undefined():
    judgments = np.full((8, 8), np.nan)
    judgments[0, 1] = judgments[1, 0] = 0.5
    rsm = RNG.random(28)
    unchanged = removals(rsm, rsm * np.ones((5, 1)))
    result = compare_halves(np.arange(8), judgments, unchanged, 2, seeds=range(2))
    assert np.isnan([result["rank_correlation"], result["overlap"]]).all()


def test_halves_without_a_fit_have_no_best_maps():
    """Judgments that do not vary within a half score no map; the first maps are not its best."""
    judgments = np.zeros((8, 8))
    judgments[0, 1] = judgments[1, 0] = 1
    rsm = RNG.random(28)
    changed = removals(rsm, rsm + RNG.random((5, 28)))
    result = compare_halves(np.arange(8), judgments, changed, 2, seeds=range(6))
    assert np.isnan([result["rank_correlation"], result["overlap"]]).all()


def test_a_fold_without_scores_ranks_no_map():
    scores = np.array([[0.1, 0.3, 0.2], [np.nan] * 3])
    maps = describe_maps(scores, np.zeros((2, 3), dtype=bool))
    assert maps["mean_rank"].tolist() == [3, 1, 2]
    assert np.isnan(describe_maps(scores[1:], np.zeros((1, 3), dtype=bool))["mean_rank"]).all()


def test_maps_are_described_over_folds():
    scores = np.array(
        [[0.3, 0.1, 0.2, np.nan], [0.5, 0.6, 0.2, np.nan], [0.1, 0.2, np.nan, np.nan]]
    )
    retained = np.array([[1, 0, 0, 0], [1, 1, 0, 0], [1, 1, 0, 0]], dtype=bool)
    maps = describe_maps(scores, retained)
    assert list(maps) == ["map", "share_retained", "mean_ais", "sd_ais", "mean_rank"]
    assert maps["share_retained"] == pytest.approx([1, 2 / 3, 0, 0])
    np.testing.assert_allclose(maps["mean_ais"], [0.3, 0.3, 0.2, np.nan])
    np.testing.assert_allclose(
        maps["sd_ais"], [0.2, np.std([0.1, 0.6, 0.2], ddof=1), 0, np.nan], atol=1e-15
    )
    assert maps["mean_rank"] == pytest.approx([5 / 3, 5 / 3, 8 / 3, 4])


def test_one_fold_has_no_deviation():
    maps = describe_maps(np.array([[0.1, 0.2]]), np.array([[False, True]]))
    assert np.isnan(maps["sd_ais"]).all()
    assert maps["mean_ais"].tolist() == [0.1, 0.2]


def test_stable_maps_come_best_first():
    maps = {
        "map": np.arange(5),
        "share_retained": np.array([0.9, 1, 36 / 40, 1, 0.875]),
        "mean_ais": np.array([0.1, 0.2, 0.3, 0.4, 0.9]),
    }
    assert stable_maps(maps, 0.9).tolist() == [3, 1, 2, 0]
    assert stable_maps(maps, 1).tolist() == [3, 1]
    maps["share_retained"][:] = 0.2
    assert stable_maps(maps, 0.9).tolist() == []


def test_a_summary_keeps_pairs_within_and_between_seeds_apart():
    scores = RNG.normal(size=(4, 30))
    retained = RNG.random((4, 30)) < 0.5
    pairs = compare_fold_pairs(scores, retained, np.array([1, 1, 2, 2]))
    halves = {
        "rank_correlation": np.array([0.2, np.nan, 0.4]),
        "overlap": np.array([0.1, 0.2, 0.3]),
        "overlap_random": np.full(3, 0.05),
    }
    sizes = retained.sum(axis=1)
    row = summarize_stability(describe_maps(scores, retained), pairs, halves, sizes, 1)
    assert ["cohort", "model", *row] == SUMMARY_COLUMNS
    assert (row["n_folds"], row["n_maps"]) == (4, 30)
    assert row["n_stable"] == retained.all(axis=0).sum()
    assert (row["n_pairs_within"], row["n_pairs_between"]) == (2, 4)
    for name in ("rank_correlation", "overlap", "overlap_random"):
        assert row[f"{name}_within"] == pytest.approx(pairs[name][[0, 5]].mean())
        assert row[f"{name}_between"] == pytest.approx(pairs[name][1:5].mean())
    assert (row["n_halves"], row["rank_correlation_halves"]) == (2, pytest.approx(0.3))
    assert row["overlap_halves"] == pytest.approx(0.2)


def test_one_seed_has_no_pairs_between_seeds():
    scores = RNG.normal(size=(2, 8))
    retained = np.zeros((2, 8), dtype=bool)
    pairs = compare_fold_pairs(scores, retained, np.array([1, 1]))
    halves = dict.fromkeys(("rank_correlation", "overlap", "overlap_random"), np.array([np.nan]))
    row = summarize_stability(
        describe_maps(scores, retained), pairs, halves, retained.sum(axis=1), 0.9
    )
    assert (row["n_pairs_between"], row["n_stable"], row["n_halves"]) == (0, 0, 0)
    assert np.isnan(row["rank_correlation_between"])
    assert np.isnan(row["overlap_within"])


def test_the_most_exciting_images_come_first_and_silent_ones_never():
    maps = np.zeros((5, 2, 2))
    maps[1] = 1
    maps[3] = [[0, 0], [0, 9]]
    maps[4] = -1
    assert most_exciting(maps, 6).tolist() == [3, 1]
    assert most_exciting(maps, 1).tolist() == [3]
    assert most_exciting(np.zeros((3, 2, 2)), 2).tolist() == []
