"""Groups of maps against a naive tree, and what an image loses with each."""

import numpy as np
import pytest
from some_maps_on import Case, F, N

from alignment.heads.groups import alike_maps, group_scores
from alignment.heads.one_image import PooledImages
from alignment.heads.pooled import PooledRemovals


def naive_groups(pooled, alike):
    """Join the two groups whose maps correlate most on average, until none do by enough."""
    groups = [[f] for f in range(pooled.shape[1])]

    def correlation(a, b):
        return np.mean([np.corrcoef(pooled[:, f], pooled[:, g])[0, 1] for f in a for g in b])

    while len(groups) > 1:
        pairs = [(a, b) for a in range(len(groups)) for b in range(a)]
        a, b = max(pairs, key=lambda pair: correlation(groups[pair[0]], groups[pair[1]]))
        if correlation(groups[a], groups[b]) < alike:
            break
        groups[b] += groups.pop(a)
    return {frozenset(group) for group in groups}


def as_sets(groups):
    return {frozenset(np.flatnonzero(groups == group).tolist()) for group in np.unique(groups)}


@pytest.mark.parametrize("alike", [0.2, 0.5, 0.8])
def test_groups_are_those_of_a_naive_tree(alike):
    rng = np.random.default_rng(0)
    hidden = rng.normal(size=(30, 4))
    pooled = hidden @ rng.normal(size=(4, 14)) + 0.7 * rng.normal(size=(30, 14))
    groups = alike_maps(pooled, alike)
    assert sorted(set(groups)) == list(range(groups.max() + 1))
    assert as_sets(groups) == naive_groups(pooled, alike)
    assert 2 < groups.max() + 1 < 14


def test_maps_that_do_not_vary_are_alone():
    rng = np.random.default_rng(0)
    pooled = np.repeat(rng.random((9, 1)), 5, axis=1)
    pooled[:, [1, 3]] = 0, 2
    assert as_sets(alike_maps(pooled)) == {frozenset({0, 2, 4}), frozenset({1}), frozenset({3})}
    assert as_sets(alike_maps(np.ones((4, 3)))) == {frozenset({k}) for k in range(3)}


@pytest.mark.parametrize("kind", ["pooled", "layers"])
def test_a_group_shares_what_the_fit_loses_without_it(kind):
    case, groups = Case(kind), np.array([0, 1, 0, 2, 1, 0])
    found = group_scores(case.images("pearson"), groups)
    for i in range(N):
        whole = case.naive(i, np.arange(F), "pearson")
        for group in range(3):
            active = [f for f in range(F) if groups[f] == group and case.maps[i, f].any()]
            left = [f for f in range(F) if groups[f] != group]
            lost = whole - case.naive(i, left, "pearson")
            np.testing.assert_allclose(found[i, active], lost / max(len(active), 1), atol=1e-9)
        silent = ~case.maps[i].any(axis=(1, 2))
        assert (found[i, silent] == 0).all()


def test_groups_of_one_map_have_its_ais():
    rng = np.random.default_rng(0)
    embedding, judgments = rng.random((9, 12)), rng.random((9, 9))
    judgments[2, 5] = np.nan
    found = group_scores(PooledImages(embedding, judgments), np.arange(12))
    ais, _ = PooledRemovals(embedding).image_scores(np.arange(9), judgments)
    np.testing.assert_allclose(found, ais, atol=1e-12)
