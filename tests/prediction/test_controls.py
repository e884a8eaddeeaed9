"""What pruning is compared with: the sets, the tests, and that nothing looks at test judgments."""

import numpy as np
import pytest

from alignment.prediction.controls import CONTROLS, TESTS, activity, compare_controls, most_active, random_sets
from alignment.similarity.fits import fit_drop, rank_maps
from alignment.importance.folds import make_folds
from alignment.similarity.pairs import square, upper_triangle
from alignment.heads.pooled import PooledHead
from alignment.prediction.fold_tests import compare_folds
from alignment.prediction.reweighting import reweight, terms_of
from alignment.importance.selection import selection_curve


def test_random_sets_have_the_size_and_draw_every_map_alike():
    sets = random_sets(20, 5, 4000, np.random.default_rng(0))
    assert sets.shape == (4000, 20)
    assert (sets.sum(axis=1) == 5).all()
    # The standard deviation of a share is .0068.
    assert abs(sets.mean(axis=0) - 0.25).max() < 0.03
    together = (sets[:, 3] & sets[:, 11]).mean()
    assert together == pytest.approx(5 / 20 * 4 / 19, abs=0.015)
    assert random_sets(4, 0, 2, np.random.default_rng(0)).sum() == 0


def test_activity_counts_units_that_are_not_zero():
    maps = np.zeros((2, 3, 2, 2), dtype=np.float32)
    maps[0, 0] = [[0, 3], [0, 0]]
    maps[0, 1] = [[1, -1], [0, 0]]
    maps[1, 2] = 0.5
    share, strength = activity(maps)
    assert share.tolist() == [[0.25, 0.5, 0], [0, 0, 1]]
    assert strength.tolist() == [[0.75, 0.5, 0], [0, 0, 0.5]]


def test_the_most_active_maps_are_those_of_the_training_images():
    share = np.array([[0.2, 0.5, 0.5, 0.1], [0.2, 0.5, 0.5, 0.9], [0.9, 0.0, 0.0, 0.0]])
    strength = np.array([[1, 2, 3, 1], [1, 2, 3, 1], [9, 9, 9, 9]])
    assert most_active(share, strength, np.array([0])).tolist() == [2, 1, 0, 3]
    assert most_active(share, strength, np.array([0, 1])).tolist() == [2, 1, 3, 0]
    assert most_active(share, strength, np.array([2]))[0] == 0


@pytest.fixture
def folds():
    """Two cohorts of one model: pruning wins in the first, and no draws were made."""
    rng = np.random.default_rng(0)
    n = 80
    full = rng.random(n)
    gain = np.where(np.arange(n) < 40, 0.2, 0.0) + 0.02 * rng.normal(size=n)
    return {
        "cohort": np.repeat(["a", "b"], 40),
        "model": np.array(["m"] * n),
        "n_train": np.full(n, 32),
        "n_test": np.full(n, 8),
        "full": full,
        "retained": full + gain,
        "random_mean": np.full(n, np.nan),
        "activity": full + gain + 0.05 * rng.normal(size=n) + 0.1,
        "reweighted": np.where(np.arange(n) == 3, np.nan, full),
    }


def test_every_control_is_tested_two_sided_and_corrected_over_the_table(folds):
    rows = compare_controls(folds)
    assert [(row["cohort"], row["control"]) for row in rows] == [
        (cohort, control) for cohort in "ab" for control in ("activity", "reweighted")
    ]
    for row in rows:
        assert list(row) == list(TESTS)
        here = folds["cohort"] == row["cohort"]
        names = (CONTROLS[row["control"]], "retained", "n_train", "n_test")
        expected = compare_folds(*(folds[name][here] for name in names))
        assert row["t_corrected"] == expected["t_corrected"]
        one_sided = expected["p_corrected"]
        assert row["p_corrected"] == pytest.approx(2 * min(one_sided, 1 - one_sided))
        assert row["difference"] == pytest.approx(row["test_retained"] - row["test_control"])
    assert [row["n_folds"] for row in rows] == [40, 39, 40, 40]
    p = sorted(row["p_corrected"] for row in rows)
    assert min(row["p_holm"] for row in rows) == pytest.approx(4 * p[0])
    assert rows[0]["difference"] < 0  # a rival may win
    assert rows[0]["p_holm"] < 0.05
    assert rows[1]["p_holm"] < 0.001
    assert rows[3]["p_holm"] > 0.05


@pytest.mark.parametrize("unit", ["images", "pairs"])
def test_judgments_outside_the_training_side_change_nothing_that_is_learned(unit):
    """No ranking, no retained set, no penalty and no weight knows the test judgments."""
    rng = np.random.default_rng(5)
    n_images = 24
    embedding = rng.gamma(1.0, size=(n_images, 30))
    human = np.corrcoef(embedding[:, :6]) + 0.1 * rng.normal(size=(n_images, n_images))
    human = (human + human.T) / 2
    head = PooledHead(embedding)
    rsm, without, _ = head.leave_one_out()

    def learned(judgments, fold):
        train = fold.train_pairs
        _, _, ais = fit_drop(rsm[train], without[:, train], judgments[train])
        order = rank_maps(ais)
        curve = selection_curve(head, order, fold, judgments)
        found = reweight(terms_of(embedding, "pearson"), fold, judgments, unit=unit, seed=111)
        return order, curve.retained, found.penalty, found.weights, curve.test_fit

    for k, fold in enumerate(make_folds(np.arange(n_images), human, 111, 4, unit)):
        judgments = upper_triangle(human)
        before = learned(judgments, fold)
        others = np.setdiff1d(np.arange(len(judgments)), fold.train_pairs)
        permuted = judgments.copy()
        permuted[others] = rng.permutation(judgments[others])
        # The folds themselves do not move either.
        again = make_folds(np.arange(n_images), square(permuted, n_images, 1.0), 111, 4, unit)[k]
        after = learned(permuted, again)
        for one, other in zip(before[:4], after[:4], strict=True):
            np.testing.assert_array_equal(one, other)
        assert not np.array_equal(before[4], after[4])
