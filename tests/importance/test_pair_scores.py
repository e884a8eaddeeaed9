"""Scores of pairs against their definition and against the scores of images, their means."""

import numpy as np
import oracle
import pytest

from alignment.importance.pair_scores import PooledPairs, pair_scores, strongest
from alignment.similarity.pairs import nearest_pairs, square

N_IMAGES, N_MAPS, SIZE = 9, 7, 3


@pytest.fixture(scope="module")
def feature_maps():
    rng = np.random.default_rng(0)
    maps = np.maximum(rng.normal(size=(N_IMAGES, N_MAPS, SIZE, SIZE)), 0)
    maps[:, 3] = 0  # silent everywhere
    maps[4, 1] = 0  # silent in one image
    maps[2, 0] *= 1e5  # an image that a single map all but carries
    return maps


@pytest.fixture(scope="module")
def human():
    return square(np.random.default_rng(1).random(N_IMAGES * (N_IMAGES - 1) // 2), N_IMAGES, 1.0)


def pooled(maps):
    return maps.mean(axis=(2, 3))


def tangled(maps):
    """A head in which maps act together, so that nothing has a closed form."""
    flat = maps.reshape(len(maps), -1)
    weights = np.random.default_rng(5).normal(size=(flat.shape[1], 12))
    return np.tanh(flat @ weights / 4)


def without_each_map(feature_maps, head, similarity, i):
    """Similarities (n,), and (F, n) with each map of image i zero, one by one."""
    whole = head(feature_maps)
    rows = np.empty((N_MAPS, N_IMAGES))
    for f in range(N_MAPS):
        changed = feature_maps.copy()
        changed[i, f] = 0
        row = head(changed)[i : i + 1]
        rows[f] = oracle.similarity_matrix(np.vstack([row, whole]), similarity)[0, 1:]
    return oracle.similarity_matrix(whole, similarity)[i], rows


EVERYONE = np.arange(N_IMAGES)


def human_of(human, i):
    judgments = human[i].copy()
    judgments[i] = np.nan
    return judgments


@pytest.mark.parametrize("similarity", ["pearson", "cosine"])
def test_judgments_may_be_of_any_size(feature_maps, human, similarity):
    embedding = pooled(feature_maps)
    whole, without = without_each_map(feature_maps, pooled, similarity, 2)
    partners = np.delete(EVERYONE, 2)
    for scores in (
        lambda values: pair_scores(whole, without, values, partners),
        lambda values: PooledPairs(embedding, similarity).scores(2, values, partners),
    ):
        expected = scores(human_of(human, 2))
        for found, wanted in zip(scores(1e-12 * human_of(human, 2)), expected, strict=True):
            assert np.isfinite(wanted).any()
            np.testing.assert_allclose(found, wanted, rtol=1e-9)
        equal = human_of(np.full_like(human, 1 / 3), 2)
        assert all(np.isnan(values).all() for values in scores(equal))


@pytest.mark.parametrize("similarity", ["pearson", "cosine"])
@pytest.mark.parametrize("head", [pooled, tangled])
def test_the_pairs_of_an_image_average_to_its_score(feature_maps, human, head, similarity):
    expected = oracle.image_ais(feature_maps, head, human, similarity)
    whole = oracle.similarity_matrix(head(feature_maps), similarity)
    for i in range(N_IMAGES):
        ais, contribution = pair_scores(
            *without_each_map(feature_maps, head, similarity, i), human_of(human, i), EVERYONE
        )
        others = np.arange(N_IMAGES) != i
        np.testing.assert_allclose(ais[others].mean(axis=0), expected[i], atol=1e-12)
        r = oracle.fit(whole[i, others], human[i, others], "pearson")
        assert contribution[others].mean() == pytest.approx(r, abs=1e-12)
        assert np.isnan(ais[i]).all()


@pytest.mark.parametrize("similarity", ["pearson", "cosine"])
def test_a_pair_has_the_score_of_its_definition(feature_maps, human, similarity):
    i = 5
    whole, without = without_each_map(feature_maps, pooled, similarity, i)
    ais, _ = pair_scores(whole, without, human_of(human, i), EVERYONE)
    others = [j for j in range(N_IMAGES) if j != i]

    def standard(values, j):
        chosen = np.array([values[k] for k in others])
        return (values[j] - np.mean(chosen)) / np.sqrt(np.mean((chosen - np.mean(chosen)) ** 2))

    for j in others:
        for f in range(N_MAPS):
            expected = standard(human[i], j) * (standard(whole, j) - standard(without[f], j))
            assert ais[j, f] == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize("n_missing", [0, 3])
@pytest.mark.parametrize("similarity", ["pearson", "cosine"])
def test_the_closed_form_is_the_definition(feature_maps, human, similarity, n_missing):
    pairs = PooledPairs(pooled(feature_maps), similarity)
    partners = np.array([0, 2, 3, 5, 8])
    for i in range(N_IMAGES):
        judgments = human_of(human, i)
        judgments[np.random.default_rng(i).permutation(N_IMAGES)[:n_missing]] = np.nan
        one_side = without_each_map(feature_maps, pooled, similarity, i)
        expected = pair_scores(*one_side, judgments, partners)
        for found, value in zip(pairs.scores(i, judgments, partners), expected, strict=True):
            np.testing.assert_allclose(found, value, atol=1e-9 if i == 2 else 1e-12)


def test_an_image_without_variance_that_is_not_judged_changes_nothing(feature_maps, human):
    """What is not a number must not reach the pairs of others."""
    maps = feature_maps.copy()
    maps[7] = 0
    judgments = human_of(human, 0)
    judgments[7] = np.nan
    one_side = without_each_map(maps, pooled, "cosine", 0)
    expected = pair_scores(*one_side, judgments, EVERYONE)
    with np.errstate(invalid="ignore"):
        pairs = PooledPairs(pooled(maps), "cosine")
    for found, value in zip(pairs.scores(0, judgments, EVERYONE), expected, strict=True):
        np.testing.assert_allclose(found, value, atol=1e-12)
        assert np.isfinite(found[[1, 2, 3]]).all()
    judgments[7] = 0.5
    assert np.isnan(pairs.scores(0, judgments, EVERYONE)[0]).all()


@pytest.mark.parametrize("times", [300, 3000])
def test_a_map_that_outweighs_the_others_leaves_them_their_digits(human, times):
    embedding = np.random.default_rng(4).random((N_IMAGES, N_MAPS))
    embedding[:, 0] = times * (1 + 0.01 * embedding[:, 0])
    pairs = PooledPairs(embedding)
    for i in range(N_IMAGES):
        one_side = without_each_map(embedding[:, :, None, None], pooled, "pearson", i)
        expected, _ = pair_scores(*one_side, human_of(human, i), EVERYONE)
        found, _ = pairs.scores(i, human_of(human, i), EVERYONE)
        np.testing.assert_allclose(found, expected, atol=1e-6)


def test_images_that_are_nearly_alike_keep_their_digits(human):
    embedding = 1 + 1e-4 * np.random.default_rng(3).random((N_IMAGES, N_MAPS))
    embedding[:, 0] += 5
    maps = embedding[:, :, None, None]
    pairs = PooledPairs(embedding)
    for i in range(N_IMAGES):
        one_side = without_each_map(maps, pooled, "pearson", i)
        expected, _ = pair_scores(*one_side, human_of(human, i), EVERYONE)
        found, _ = pairs.scores(i, human_of(human, i), EVERYONE)
        np.testing.assert_allclose(found, expected, atol=1e-5)


def test_a_map_that_an_image_lacks_adds_nothing_to_any_pair(feature_maps, human):
    ais, _ = PooledPairs(pooled(feature_maps)).scores(4, human_of(human, 4), EVERYONE)
    others = np.arange(N_IMAGES) != 4
    assert np.abs(ais[others][:, [1, 3]]).max() < 1e-12
    assert np.abs(ais[others][:, 2]).max() > 1e-3


def test_pairs_that_nobody_judged_take_no_part(feature_maps, human):
    judgments = human_of(human, 0)
    judgments[[3, 6]] = np.nan
    whole, without = without_each_map(feature_maps, pooled, "pearson", 0)
    ais, contribution = pair_scores(whole, without, judgments, EVERYONE)
    kept = np.isfinite(judgments)
    fewer, _ = pair_scores(whole[kept], without[:, kept], judgments[kept], np.arange(kept.sum()))
    np.testing.assert_array_equal(ais[kept], fewer)
    assert np.isnan(ais[~kept]).all()
    assert np.isnan(contribution[~kept]).all()


def test_an_image_without_variance_has_no_scores(human):
    embedding = np.random.default_rng(2).random((N_IMAGES, N_MAPS))
    embedding[1] = 0
    for i in range(N_IMAGES):
        ais, _ = PooledPairs(embedding).scores(i, human_of(human, i), EVERYONE)
        assert np.isnan(ais).all()  # image 1 is among the others of every image


def test_the_strongest_maps_come_first_and_undefined_ones_last():
    ais = np.array([[0.1, np.nan, 0.3, 0.3], [np.nan, -1.0, 0.0, -2.0]])
    maps, scores = strongest(ais, 3)
    assert maps.tolist() == [[2, 3, 0], [2, 1, 3]]
    assert scores.tolist() == [[0.3, 0.3, 0.1], [0.0, -1.0, -2.0]]


@pytest.mark.parametrize("n", [1, 8, 30])
def test_of_equal_scores_the_lower_map_is_listed_first(n):
    ais = np.round(np.random.default_rng(5).normal(size=(40, 300)), 1)
    ais[:10] = 0  # a silent image
    ais[:5, 30] = 0.1
    ais[20:30] = np.nan
    ais[25:30, 290:293] = [0.2, 0.4, 0.2]
    maps, scores = strongest(ais, n)
    lowness = np.nan_to_num(-ais, nan=np.inf)
    for row in range(40):
        by_score = sorted(range(300), key=lambda f: lowness[row, f])
        assert maps[row].tolist() == by_score[:n]
    np.testing.assert_array_equal(scores, np.take_along_axis(ais, maps, axis=1))


def test_pairs_listed_are_the_nearest_by_people_and_by_the_network():
    rng = np.random.default_rng(4)
    judgments = square(rng.random(15), 6, 1.0)
    judgments[0, 1] = judgments[1, 0] = np.nan
    similarities = square(rng.random(15), 6, 1.0)
    listed = set(zip(*(a.tolist() for a in nearest_pairs(judgments, similarities, 2)), strict=True))
    for i in range(6):
        others = [j for j in range(6) if j != i]
        by_people = sorted(others, key=lambda j: -np.nan_to_num(judgments[i, j], nan=-np.inf))[:2]
        by_network = sorted(others, key=lambda j: -similarities[i, j])[:2]
        assert {j for a, j in listed if a == i} == set(by_people) | set(by_network)
    first, second = nearest_pairs(judgments, similarities, 5)
    assert len(first) == 30
    assert (first != second).all()
