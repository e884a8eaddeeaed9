"""Images and judgments made so that a known few maps carry the judgments."""

import numpy as np
import pytest

from alignment.heads.pooled import PooledHead, PooledRemovals
from alignment.heatmaps.heatmaps import heatmap
from alignment.heatmaps.placement import enlarge
from alignment.importance.folds import make_folds
from alignment.importance.selection import selection_curve
from alignment.similarity.fits import rank_maps
from alignment.similarity.pairs import square, upper_triangle

N_IMAGES, N_MAPS, SIZE = 40, 30, 7
PLANTED = [3, 8, 11, 17, 21, 26]


@pytest.fixture(scope="module")
def planted():
    """Feature maps whose planted ones light the upper left, the others the lower right.

    The judgments are the similarities that the planted maps alone give, with noise.
    """
    rng = np.random.default_rng(7)
    maps = np.zeros((N_IMAGES, N_MAPS, SIZE, SIZE))
    strength = rng.gamma(2.0, size=(N_IMAGES, N_MAPS))
    maps[:, :, 4:, 4:] = strength[:, :, None, None]
    for f in PLANTED:
        maps[:, f] = 0
        maps[:, f, :3, :3] = strength[:, f, None, None]
    only = np.zeros((N_IMAGES, N_MAPS))
    only[:, PLANTED] = maps.mean(axis=(2, 3))[:, PLANTED]
    judgments = upper_triangle(np.corrcoef(only))
    judgments = judgments + 0.05 * rng.normal(size=judgments.shape)
    return maps, square(judgments, N_IMAGES, 1.0)


def test_planted_maps_rank_first_and_predict_better_out_of_sample(planted):
    maps, human = planted
    embedding = maps.mean(axis=(2, 3))
    head, removals = PooledHead(embedding), PooledRemovals(embedding)
    judgments = upper_triangle(human)
    gains = []
    for fold in make_folds(np.arange(N_IMAGES), human, [111, 222]).of(human):
        _, _, ais = removals.map_scores(fold.train_pairs, judgments, "r2")
        order = rank_maps(ais)
        assert set(order[: len(PLANTED)]) == set(PLANTED)
        curve = selection_curve(head, order, fold, judgments)
        assert set(PLANTED) <= set(curve.retained)
        assert curve.n_retained < N_MAPS / 2
        gains.append(curve.test_fit[curve.n_retained - 1] - curve.test_fit[-1])
    assert len(gains) == 10
    assert min(gains) > 0.1


def test_heatmaps_light_the_planted_area(planted):
    maps, human = planted
    removals = PooledRemovals(maps.mean(axis=(2, 3)))
    ais, _ = removals.image_scores(np.arange(N_IMAGES), human)
    heatmaps = [enlarge(heatmap(maps[i], ais[i]), (70, 70)) for i in range(N_IMAGES)]

    def peaks_inside(values):
        return max(np.unravel_index(values.argmax(), values.shape)) < 30

    assert peaks_inside(np.mean(heatmaps, axis=0))
    # By chance a fifth of them would: 6 of 30 maps are planted.
    assert sum(map(peaks_inside, heatmaps)) > 0.6 * N_IMAGES


def test_shuffled_judgments_show_nothing(planted):
    maps, human = planted
    order = np.random.default_rng(3).permutation(N_IMAGES)
    shuffled = human[np.ix_(order, order)]
    embedding = maps.mean(axis=(2, 3))
    head, removals = PooledHead(embedding), PooledRemovals(embedding)
    judgments = upper_triangle(shuffled)
    retained = []
    for fold in make_folds(np.arange(N_IMAGES), shuffled, [111]).of(shuffled):
        _, _, ais = removals.map_scores(fold.train_pairs, judgments, "r2")
        curve = selection_curve(head, rank_maps(ais), fold, judgments)
        retained.append(curve.test_fit[curve.n_retained - 1])
    assert np.mean(retained) < 0.05
