"""Mantel's test against its definition, pair by pair, and against what is known beforehand."""

import numpy as np
import pytest
from scipy.stats import pearsonr, spearmanr

from alignment.statistics.mantel import mantel_test, n_permutations_of


def matrix(values):
    """A symmetric matrix whose pairs go up and down together with those of another."""
    values = np.triu(values, 1)
    return values + values.T


def study(n, shared, seed=0):
    rng = np.random.default_rng(seed)
    truth = rng.normal(size=(n, n))
    own = rng.normal(size=(2, n, n))
    return [matrix(shared * truth + values) for values in own]


def by_definition(similarities, judgments, kind, n_permutations, seed=0):
    """Rename the images of the judgments, row by row, and correlate what was judged."""
    known = [
        i for i in range(len(similarities)) if np.isfinite(np.delete(similarities[i], i)).any()
    ]
    x, y = similarities[np.ix_(known, known)], judgments[np.ix_(known, known)]
    correlate = pearsonr if kind == "pearson" else spearmanr

    def fit(order):
        pairs = [
            (x[i, j], y[order[i], order[j]])
            for i in range(len(x))
            for j in range(i)
            if np.isfinite(y[order[i], order[j]])
        ]
        return correlate(*zip(*pairs, strict=True)).statistic

    rng = np.random.default_rng(seed)
    observed = fit(np.arange(len(x)))
    chance = np.array([fit(rng.permutation(len(x))) for _ in range(n_permutations)])
    p = (1 + (chance >= observed - 1e-12).sum()) / (1 + n_permutations)
    return observed, np.percentile(chance, 95), p


@pytest.mark.parametrize("kind", ["pearson", "spearman"])
@pytest.mark.parametrize("case", ["all judged", "some not judged", "ties", "no embedding"])
def test_it_is_what_the_definition_says(kind, case):
    similarities, judgments = study(9, 0.5)
    if case == "some not judged":
        judgments[1, 4] = judgments[4, 1] = judgments[0, 8] = judgments[8, 0] = np.nan
    if case == "ties":
        similarities, judgments = similarities.round(), judgments.round()
    if case == "no embedding":
        similarities[3] = similarities[:, 3] = np.nan
    result = mantel_test(similarities, judgments, kind, n_permutations=60)
    expected = by_definition(similarities, judgments, kind, 60)
    found = result["correlation"], result["chance_high"], result["p"]
    np.testing.assert_allclose(found, expected, rtol=1e-10)
    n = 8 if case == "no embedding" else 9
    assert result["n_pairs"] == n * (n - 1) / 2 - (2 if case == "some not judged" else 0)


def test_judgments_that_differ_by_rounding_alone_are_ties():
    similarities, judgments = study(9, 0.5)
    judgments = judgments.round()
    rounding = np.random.default_rng(2).choice([-1e-15, 0, 1e-15], judgments.shape)
    found, expected = (
        mantel_test(similarities, values, "spearman", n_permutations=60)
        for values in (judgments + rounding + rounding.T, judgments)
    )
    assert found == expected


def test_what_is_alike_is_found_and_what_is_opposite_is_not():
    similarities, judgments = study(20, 2)
    assert mantel_test(similarities, judgments, n_permutations=999)["p"] == 1 / 1000
    assert mantel_test(similarities, -judgments, n_permutations=999)["p"] == 1


def test_false_alarms_are_as_many_as_promised():
    """Also where an image is alike to all others, which makes its pairs depend on one another."""
    rng = np.random.default_rng(1)
    alarms = 0
    for seed in range(200):
        x, y = study(12, 0, seed)
        x += (own := rng.normal(size=12) * 2)[:, None] + own
        y += (own := rng.normal(size=12) * 2)[:, None] + own
        alarms += mantel_test(x, y, n_permutations=99, seed=seed)["p"] <= 0.05
    assert 2 <= alarms <= 20  # 10 expected; 20 and more have a probability below .003


def test_a_fit_that_is_undefined_has_no_p():
    similarities, judgments = study(6, 1)
    for x, y in [
        (similarities, np.ones((6, 6))),
        (np.ones((6, 6)), judgments),
        (similarities, np.full((6, 6), np.nan)),
        (similarities[:1, :1], judgments[:1, :1]),
    ]:
        result = mantel_test(x, y, n_permutations=9)
        assert np.isnan([result["correlation"], result["p"]]).all()


def test_large_cohorts_have_fewer_permutations():
    assert [n_permutations_of(n) for n in (2, 92, 447, 448, 1854)] == [10_000] * 3 + [9987, 1000]
