"""Curves of growing sets of maps: which k is kept, and that both sides are fitted on their own."""

import numpy as np
import pytest
from oracle import fit

from alignment.importance.folds import Fold
from alignment.importance.selection import Curve, selection_curve


@pytest.mark.parametrize(
    ("train_fit", "n_retained"),
    [
        ([0.1, 0.3, 0.2], 2),
        ([0.3, 0.1, 0.3], 1),  # of equals the smallest set
        ([np.nan, 0.1, 0.2], 3),
        ([np.nan, 0.0, np.nan], 2),
        ([np.nan, np.nan, np.nan], 0),
    ],
)
def test_the_smallest_k_with_the_best_train_fit_is_kept(train_fit, n_retained):
    curve = Curve(np.array([2, 0, 1]), np.array(train_fit), np.array([0.9, 0.9, 0.9]))
    assert curve.n_retained == n_retained
    assert curve.retained.tolist() == [2, 0, 1][:n_retained]


class Recorded:
    """A head that fits what it is asked for to similarities that were drawn."""

    def __init__(self, rng):
        self.similarities = rng.random((5, 15))
        self.asked = []

    def growing_fits(self, order, sides, judgments, kind):
        self.asked.append(order.tolist())
        return [
            np.array([fit(row[pairs], judgments[pairs], kind) for row in self.similarities])
            for pairs in sides
        ]


@pytest.mark.parametrize("kind", ["r2", "pearson", "spearman"])
def test_each_side_of_a_fold_is_fitted_with_its_own_pairs(kind):
    rng = np.random.default_rng(0)
    head, judgments = Recorded(rng), rng.random(15)
    pairs = rng.permutation(15)
    fold = Fold(111, 0, 4, 2, np.sort(pairs[:9]), np.sort(pairs[9:13]))
    order = np.array([3, 1, 0, 4, 2])
    curve = selection_curve(head, order, fold, judgments, kind)
    assert head.asked == [order.tolist()]
    assert curve.order.tolist() == order.tolist()
    for k in range(5):
        for found, side in (
            (curve.train_fit, fold.train_pairs),
            (curve.test_fit, fold.test_pairs),
        ):
            expected = fit(head.similarities[k, side], judgments[side], kind)
            assert found[k] == pytest.approx(expected, abs=1e-12)
    best = np.argmax(curve.train_fit) + 1
    assert curve.retained.tolist() == order[:best].tolist()
