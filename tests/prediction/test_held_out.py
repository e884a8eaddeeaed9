"""The held-out similarity of a pair against a plain loop over the folds."""

import numpy as np
import oracle
import pytest

from alignment.heads.pooled import PooledHead
from alignment.importance.folds import make_folds
from alignment.prediction.held_out import held_out_means
from alignment.similarity.pairs import square, upper_triangle

N_IMAGES, N_MAPS, N_FOLDS = 11, 7, 3
SEEDS = (111, 222, 333)


@pytest.mark.parametrize("unit", ["images", "pairs"])
def test_means_are_those_of_a_loop_over_the_folds_that_test_both_pictures(unit):
    rng = np.random.default_rng(3)
    feature_maps = rng.random((N_IMAGES, N_MAPS, 2, 2))
    judgments = square(rng.random(N_IMAGES * (N_IMAGES - 1) // 2), N_IMAGES, 1.0)
    images = np.arange(N_IMAGES)
    folds = list(make_folds(images, judgments, SEEDS, N_FOLDS, unit).of(judgments))
    retained = [rng.random(N_MAPS) < 0.5 for _ in folds]
    for kept in retained:
        kept[:2] = True

    head = PooledHead(feature_maps.mean(axis=(2, 3)))
    parts = [
        (fold.test_pairs, head.similarities_of_sets(kept[None], fold.test_pairs)[0])
        for fold, kept in zip(folds, retained, strict=True)
    ]
    mean, n_folds = held_out_means(parts, len(upper_triangle(judgments)))
    mean, n_folds = square(mean, N_IMAGES), square(n_folds, N_IMAGES, 0)

    matrices = [
        oracle.similarity_matrix(
            oracle.with_maps(feature_maps, np.flatnonzero(kept)).mean(axis=(2, 3)), "pearson"
        )
        for kept in retained
    ]
    tests = [set(test) for seed in SEEDS for _, test in oracle.folds(N_IMAGES, seed, N_FOLDS, unit)]
    never = 0
    for i in range(N_IMAGES):
        for j in range(i + 1, N_IMAGES):
            found = [m[i, j] for m, test in zip(matrices, tests, strict=True) if (i, j) in test]
            assert n_folds[i, j] == len(found)
            if found:
                assert mean[i, j] == pytest.approx(np.mean(found), abs=1e-12)
            else:
                assert np.isnan(mean[i, j])
                never += 1
    assert (never > 0) == (unit == "images")


def test_what_a_fold_leaves_undefined_does_not_count():
    pairs = np.array([0, 2])
    mean, n_folds = held_out_means(
        [(pairs, np.array([0.5, np.nan])), (pairs, np.array([0.1, np.nan]))], 3
    )
    np.testing.assert_allclose(mean, [0.3, np.nan, np.nan])
    assert n_folds.tolist() == [2, 0, 0]


def test_no_fold_is_an_error():
    with pytest.raises(ValueError, match="no fold"):
        held_out_means([], 3)
