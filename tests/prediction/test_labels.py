"""Labels as a rival of networks, and what is left within groups, against plain loops."""

from collections import defaultdict

import numpy as np
import pytest
from oracle import naive_pearson

from alignment.importance.folds import make_folds
from alignment.prediction.labels import (
    TESTS,
    compare_labels,
    groupings,
    label_fits,
    within_groups,
)
from alignment.similarity.fits import fit
from alignment.similarity.pairs import pair_images, square

RNG = np.random.default_rng(0)


def test_labels_group_a_cohort_where_they_can():
    labels = {
        "kind": np.array(["b", "a", "a", "b", "c"]),
        "same": np.array([2, 1, 1, 2, 7]),  # the groups of kind once more
        "other": np.array([1, 1, 0, 0, 0]),
        "constant": np.array([1, 1, 1, 1, 9]),
        "each": np.array([1, 2, 3, 4, 5]),
        "missing": np.array([1, np.nan, 0, 0, 1]),
        "blank": np.array(["x", "", "y", "y", ""]),
        "true": np.array([False, True, True, False, True]),
    }
    found = groupings(labels, np.array([0, 1, 2, 3]))
    assert {name: codes.tolist() for name, codes in found.items()} == {
        "kind": [0, 1, 1, 0],
        "other": [0, 0, 1, 1],
    }
    many = {"text": (np.arange(44) // 2).astype(str), "number": np.arange(44) // 2}
    assert list(groupings(many, np.arange(44))) == ["text"]
    assert list(groupings(many, np.arange(0, 44, 2))) == []  # each picture its own


@pytest.mark.parametrize("kind", ["r2", "pearson", "spearman"])
@pytest.mark.parametrize("unit", ["images", "pairs"])
def test_a_label_is_fitted_to_the_test_pairs_of_every_fold(kind, unit):
    images = np.array([0, 2, 3, 4, 5, 7, 8, 9, 10, 11, 13, 14])
    judgments = square(RNG.random(105), 15, 1.0)
    judgments[3, 4] = judgments[4, 3] = np.nan
    groups = RNG.integers(0, 3, 12)
    group_of = dict(zip(images.tolist(), groups.tolist(), strict=True))
    folds = make_folds(images, judgments, [1, 2], 3, unit)
    found = label_fits(groups, folds, judgments, kind)
    first, second = pair_images(15)
    expected = []
    for fold in folds.of(judgments):
        pairs = [(int(first[p]), int(second[p])) for p in fold.test_pairs]
        same = np.array([float(group_of[a] == group_of[b]) for a, b in pairs])
        expected.append(float(fit(same, np.array([judgments[pair] for pair in pairs]), kind)))
    np.testing.assert_allclose(found, expected, atol=1e-12)
    assert len(found) == 6


def test_what_is_left_within_groups_is_that_of_plain_loops():
    n = 9
    groups = np.array([0, 0, 0, 1, 1, 1, 1, 2, 2])
    judgments, similarity = (square(RNG.random(36), n, 1.0) for _ in range(2))
    judgments[0, 1] = judgments[1, 0] = np.nan
    cells = defaultdict(list)
    for i in range(n):
        for j in range(i + 1, n):
            if np.isfinite(judgments[i, j]):
                cells[frozenset((groups[i], groups[j]))].append((i, j))
    left, total = [], []
    for pairs in cells.values():
        own = [judgments[pair] for pair in pairs]
        of_network = [similarity[pair] for pair in pairs]
        total += own
        if len(pairs) > 1:
            left += [
                (a - np.mean(own), b - np.mean(of_network))
                for a, b in zip(own, of_network, strict=True)
            ]
    found = within_groups(groups, judgments, similarity, similarity**2)
    assert found["n_within"] == len(left) == 34  # the two of the last group are alone
    spread = sum((value - np.mean(total)) ** 2 for value in total)
    assert found["between"] == pytest.approx(1 - sum(a**2 for a, _ in left) / spread)
    r, other = found["correlations"]
    assert r == pytest.approx(naive_pearson(*map(list, zip(*left, strict=True))))
    assert other != r


def test_judgments_by_labels_alone_leave_nothing_within():
    groups = np.repeat([0, 1, 2], 4)
    judgments = np.where(groups[:, None] == groups, 0.7, 0.1)
    found = within_groups(groups, judgments, RNG.random((12, 12)))
    assert found["between"] == 1
    assert np.isnan(found["correlations"]).all()
    nothing = within_groups(groups, np.full((12, 12), np.nan), RNG.random((12, 12)))
    assert np.isnan([nothing["between"], *nothing["correlations"]]).all()
    assert nothing["n_within"] == 0


def test_labels_are_tested_as_other_rivals_are():
    n = 10
    predictions = {
        ("c", model): {
            "test_retained": 0.5 + gain + 0.02 * RNG.normal(size=n),
            "n_train": np.full(n, 32),
            "n_test": np.full(n, 8),
        }
        for model, gain in (("better", 0.3), ("alike", 0.0))
    }
    rest = {"cohort": "c", "label": "kind", "n_groups": 2, "between": 0.5, "n_within": 9}
    rest |= {"within_full": 0.1, "within_retained": 0.2}
    fits = 0.5 + 0.02 * RNG.normal(size=n)
    rows = [rest | {"model": model, "fits": fits} for _, model in predictions]
    better, alike = compare_labels(rows, predictions)
    assert list(better) == list(TESTS)
    assert better["difference"] == pytest.approx(better["test_retained"] - fits.mean())
    assert better["p_holm"] == pytest.approx(2 * better["p_corrected"])
    assert better["p_holm"] < 0.01 < alike["p_holm"]
    assert compare_labels([], predictions) == []
