"""The shares of places add up to the similarity that they explain."""

import numpy as np
import oracle
import pytest

from alignment.heatmaps.pair_heatmaps import pooled_shares, spread_drops, spread_shares

N_IMAGES, N_MAPS, HEIGHT, WIDTH = 6, 8, 3, 4


@pytest.fixture(scope="module")
def feature_maps():
    maps = np.maximum(np.random.default_rng(0).normal(size=(N_IMAGES, N_MAPS, HEIGHT, WIDTH)), 0)
    maps[1, 2] = 0
    return maps.astype(np.float32)


def embedding_of(maps):
    return maps.mean(axis=(2, 3), dtype=np.float64)


@pytest.mark.parametrize("similarity", ["pearson", "cosine"])
@pytest.mark.parametrize("kept", [None, [0, 2, 5]])
def test_shares_add_up_to_the_similarity(feature_maps, similarity, kept):
    pairs = [(i, j) for i in range(N_IMAGES) for j in range(N_IMAGES) if i != j]
    first, second = np.array(pairs[::-1]).T
    on = None if kept is None else np.array(kept[::-1])
    embedding = embedding_of(feature_maps)
    shares = pooled_shares(feature_maps, embedding, first, second, similarity, on)
    rest = feature_maps if kept is None else oracle.with_maps(feature_maps, kept)
    matrix = oracle.similarity_matrix(embedding_of(rest), similarity)
    np.testing.assert_allclose(shares.sum(axis=(1, 2)), matrix[first, second], atol=1e-6)


def test_a_share_is_what_the_place_alone_brings(feature_maps):
    """The similarity falls by a place's share when the place is emptied and lengths are left."""
    i, j = 0, 3
    (shares,) = pooled_shares(
        feature_maps, embedding_of(feature_maps), np.array([i]), np.array([j])
    )

    def product(maps):
        a, b = embedding_of(maps)[i], embedding_of(feature_maps)[j]
        return (a - a.mean()) @ (b - b.mean())

    a, b = embedding_of(feature_maps)[[i, j]]
    lengths = np.linalg.norm(a - a.mean()) * np.linalg.norm(b - b.mean())
    for y in range(HEIGHT):
        for x in range(WIDTH):
            emptied = feature_maps.copy()
            emptied[i, :, y, x] = 0
            lost = (product(feature_maps) - product(emptied)) / lengths
            assert shares[y, x] == pytest.approx(lost, abs=1e-7)


def test_a_fold_that_tests_no_listed_pair_has_no_shares(feature_maps):
    none = np.zeros(0, dtype=int)
    height, width = feature_maps.shape[2:]
    shares = pooled_shares(feature_maps, embedding_of(feature_maps), none, none)
    assert shares.shape == (0, height, width)


def test_an_image_without_variance_has_no_shares(feature_maps):
    maps = feature_maps.copy()
    maps[4] = 0
    shares = pooled_shares(maps, embedding_of(maps), np.array([0, 4, 0]), np.array([4, 0, 1]))
    assert np.isnan(shares[:2]).all()
    assert np.isfinite(shares[2]).all()


def test_shares_do_not_depend_on_the_scale_of_the_maps(feature_maps):
    pairs = np.array([0, 1]), np.array([1, 2])
    whole = pooled_shares(feature_maps, embedding_of(feature_maps), *pairs)
    small = feature_maps.astype(np.float64) * 1e-13
    np.testing.assert_allclose(pooled_shares(small, embedding_of(small), *pairs), whole, rtol=1e-9)


def test_drops_are_spread_by_activity(feature_maps):
    rng = np.random.default_rng(1)
    drops = rng.normal(size=(5, N_MAPS))
    drops[:, 2] = 0  # the map that is silent in image 1
    spread = spread_drops(feature_maps[1], drops)
    expected = np.zeros((5, HEIGHT, WIDTH))
    for p in range(5):
        for f in range(N_MAPS):
            total = feature_maps[1, f].sum()
            if total > 0:
                expected[p] += drops[p, f] * feature_maps[1, f] / total
    np.testing.assert_allclose(spread, expected, atol=1e-6)
    np.testing.assert_allclose(spread.sum(axis=(1, 2)), drops.sum(axis=1), atol=1e-6)


def test_activity_below_zero_spreads_by_its_size():
    maps = np.array([[[-3.0, 1.0]]])
    np.testing.assert_allclose(spread_drops(maps, np.array([[8.0]])), [[[6.0, 2.0]]])


def test_without_any_map_there_are_no_shares(feature_maps):
    """As in a fold that retains none."""
    first, second, nothing = np.array([3, 0]), np.array([1, 2]), np.zeros(0, dtype=int)
    pooled = pooled_shares(feature_maps, embedding_of(feature_maps), first, second, maps=nothing)
    one_side = np.zeros((N_IMAGES, N_MAPS, N_IMAGES))
    spread = spread_shares(feature_maps, np.eye(N_IMAGES), one_side, first, second, nothing)
    for shares in (pooled, spread):
        assert shares.shape == (2, HEIGHT, WIDTH)
        assert np.isnan(shares).all()


@pytest.mark.parametrize("kept", [None, [0, 3, 5]])
def test_drops_of_any_head_are_those_of_its_maps(feature_maps, kept):
    rng = np.random.default_rng(2)
    rsm = rng.random((N_IMAGES, N_IMAGES))
    one_side = rng.random((N_IMAGES, N_MAPS, N_IMAGES))
    first, second = np.array([3, 0, 3]), np.array([1, 2, 0])
    maps = None if kept is None else np.array(kept)
    shares = spread_shares(feature_maps, rsm, one_side, first, second, maps)
    for share, i, j in zip(shares, first, second, strict=True):
        drops = [
            rsm[i, j] - one_side[i, f, j] if kept is None or f in kept else 0.0
            for f in range(N_MAPS)
        ]
        np.testing.assert_allclose(share, spread_drops(feature_maps[i], np.array([drops]))[0])
