"""Scores by products of matrices, against the definition and against similarities map by map."""

import numpy as np
import oracle
import pytest
from pooled_cases import EMBEDDINGS, UNDEFINED, judged, plain_embedding

from alignment.heads import closed_form
from alignment.heads.closed_form import image_scores, map_scores
from alignment.heads.layered import SavedRemovals
from alignment.heads.unit_rows import UnitRows
from alignment.similarity.fits import fit_drop
from alignment.similarity.pairs import matrix_among, pair_images, upper_triangle

similarities = pytest.mark.parametrize("similarity", ["pearson", "cosine"])
kinds = pytest.mark.parametrize("kind", ["r2", "pearson"])


embeddings = pytest.mark.parametrize("name", EMBEDDINGS)


def written_down(embedding, similarity):
    """All similarities: whole (P,), without each map (F, P), and of one side (N, F, N)."""
    pairs = pair_images(len(embedding))

    def unit_length(rows):
        rows = rows - rows.mean(axis=1, keepdims=True) if similarity == "pearson" else rows
        length = np.sqrt((rows * rows).sum(axis=1, keepdims=True))
        return np.divide(rows, length, out=np.full(rows.shape, np.nan), where=length > 0)

    whole, without, one_side = unit_length(embedding), [], []
    for f in range(embedding.shape[1]):
        off = unit_length(np.where(np.arange(embedding.shape[1]) == f, 0, embedding))
        silent = embedding[:, f] == 0
        off[silent] = whole[silent]
        without.append((off @ off.T)[pairs])
        one_side.append(off @ whole.T)
    return (whole @ whole.T)[pairs], np.array(without), np.stack(one_side, axis=1)


@kinds
@similarities
@pytest.mark.parametrize("missing", [0.0, 0.2])
@embeddings
def test_map_scores_are_the_definition(name, similarity, kind, missing):
    embedding = EMBEDDINGS[name]()
    n = len(embedding)
    human = judged(n, missing if n > 3 else 0)
    pairs = [pair for pair in oracle.all_pairs(n) if np.isfinite(human[pair])]
    full, fit_without, ais = map_scores(embedding, human, similarity, kind)
    expected_full, expected = oracle.map_scores(
        embedding, lambda maps: maps, human, pairs, similarity, kind
    )
    assert np.isnan(full) == (name in UNDEFINED)
    np.testing.assert_allclose(full, expected_full, atol=1e-12)
    np.testing.assert_allclose(fit_without, expected, atol=1e-12)
    np.testing.assert_allclose(ais, expected_full - expected, atol=1e-12)


@kinds
@similarities
@pytest.mark.parametrize("missing", [0.0, 0.2])
@embeddings
def test_map_scores_are_those_of_similarities_written_down(name, similarity, kind, missing):
    embedding = EMBEDDINGS[name]()
    human = judged(len(embedding), missing if len(embedding) > 3 else 0)
    rsm, without, _ = written_down(embedding, similarity)
    judgments = upper_triangle(human)
    pairs = np.flatnonzero(np.isfinite(judgments))
    expected = fit_drop(rsm[pairs], without[:, pairs], judgments[pairs], kind)
    found = map_scores(embedding, human, similarity, kind)
    for value, right in zip(found, expected, strict=True):
        np.testing.assert_allclose(value, right, atol=1e-12)
    silent = ~embedding.any(axis=0)
    if np.isfinite(found[0]):
        assert (found[1][silent] == found[0]).all()
        assert (found[2][silent] == 0).all()


def one_similarity(a, b, similarity):
    return oracle.similarity_matrix(np.stack([a, b]), similarity)[0, 1]


@similarities
@pytest.mark.parametrize("missing", [0.0, 0.2])
@embeddings
def test_image_scores_are_the_definition(name, similarity, missing):
    embedding = EMBEDDINGS[name]()
    n = len(embedding)
    human = judged(n, missing if n > 3 else 0)
    ais, fit_full = image_scores(embedding, human, similarity)
    matrix = oracle.similarity_matrix(embedding, similarity)
    for i in range(n):
        others = [j for j in range(n) if j != i and np.isfinite(human[i, j])]
        full = oracle.fit(matrix[i, others], human[i, others], "pearson")
        np.testing.assert_allclose(fit_full[i], full, atol=1e-12)
        for f in range(embedding.shape[1]):
            changed = embedding[i].copy()
            changed[f] = 0
            row = np.array([one_similarity(changed, embedding[j], similarity) for j in others])
            expected = full - oracle.fit(row, human[i, others], "pearson")
            # Of images that are nearly alike even the definition keeps fewer digits.
            tolerance = 1e-10 if name in ("nearly alike", "collapsing") else 1e-12
            np.testing.assert_allclose(ais[i, f], expected, atol=tolerance, err_msg=f"{i} {f}")


@similarities
def test_image_scores_are_those_of_similarities_written_down(similarity):
    embedding, human = plain_embedding(20, 50), judged(20, 0.1)
    embedding[3, 10:] = 0
    rsm, without, one_side = written_down(embedding, similarity)
    saved = {"rsm": rsm, "rsm_without": without, "rsm_without_one_side": one_side}
    expected = SavedRemovals(saved).image_scores(np.arange(20), human)
    found = image_scores(embedding, human, similarity)
    for value, right in zip(found, expected, strict=True):
        np.testing.assert_allclose(value, right, atol=1e-12)
    assert (found[0][embedding == 0] == 0).all()


@similarities
def test_a_map_that_outweighs_all_others_keeps_its_digits(similarity):
    """Without it little is left of a similarity that is nearly 1 for every pair."""
    rng = np.random.default_rng(0)
    embedding = np.abs(rng.normal(size=(30, 60)))
    embedding[:, 7] = 3000 * (1 + 0.1 * rng.random(30))
    human = judged(30, 0)
    ais, _ = image_scores(embedding, human, similarity)
    precise = embedding.astype(np.longdouble)

    def r(row, i):
        others = np.arange(30) != i
        a, b = row, precise[others]
        if similarity == "pearson":
            a, b = a - a.mean(), b - b.mean(axis=1, keepdims=True)
        x = b @ a / np.sqrt((b * b).sum(axis=1) * (a @ a))
        x, y = x - x.mean(), human[i, others] - human[i, others].astype(np.longdouble).mean()
        return x @ y / np.sqrt((x @ x) * (y @ y))

    for i in range(30):
        without = precise[i].copy()
        without[7] = 0
        expected = r(precise[i], i) - r(without, i)
        assert ais[i, 7] == pytest.approx(float(expected), abs=1e-8)


def test_judgments_that_do_not_vary_have_no_fit():
    embedding = plain_embedding(8, 9)
    full, fit_without, ais = map_scores(embedding, np.full((8, 8), 0.3))
    assert np.isnan(full)
    assert np.isnan(fit_without).all()
    assert np.isnan(ais).all()
    human = judged(8)
    human[2] = human[:, 2] = 0.3
    ais, fit_full = image_scores(embedding, human)
    assert np.isnan(fit_full).tolist() == [i == 2 for i in range(8)]
    assert np.isnan(ais[2]).all()


def test_images_that_nothing_tells_apart_have_no_fit():
    full, fit_without, ais = map_scores(np.tile(np.arange(5.0), (6, 1)), judged(6))
    assert np.isnan(full)
    assert np.isnan(fit_without).all()
    assert np.isnan(ais).all()


def test_without_pairs_there_is_no_fit():
    full, fit_without, ais = map_scores(plain_embedding(4, 6), np.full((4, 4), np.nan))
    assert np.isnan([full, *fit_without, *ais]).all()
    ais, fit_full = image_scores(plain_embedding(4, 6), np.full((4, 4), np.nan))
    assert np.isnan(ais).all()
    assert np.isnan(fit_full).all()


def test_an_image_in_no_pair_does_not_matter():
    embedding, human = plain_embedding(9, 8), judged(9)
    embedding[4] = 0  # it would leave every fit undefined
    human[4] = human[:, 4] = np.nan
    others = np.arange(9) != 4
    for value, right in zip(
        map_scores(embedding, human),
        map_scores(embedding[others], human[np.ix_(others, others)]),
        strict=True,
    ):
        np.testing.assert_array_equal(value, right)
    ais, fit_full = image_scores(embedding, human)
    alone, alone_full = image_scores(embedding[others], human[np.ix_(others, others)])
    np.testing.assert_allclose(ais[others], alone, atol=1e-14)
    np.testing.assert_allclose(fit_full[others], alone_full, atol=1e-14)
    assert np.isnan([fit_full[4], *ais[4]]).all()


@pytest.mark.parametrize("memory", [1, 50_000])
def test_blocks_of_maps_change_nothing_but_rounding(memory, monkeypatch):
    embedding, human = plain_embedding(30, 500), judged(30, 0.1)
    monkeypatch.setattr(closed_form, "WIDEST_BLOCK", 1000)
    for value, right in zip(
        map_scores(embedding, human, memory=memory), map_scores(embedding, human), strict=True
    ):
        np.testing.assert_allclose(value, right, atol=1e-14)


def test_scores_hold_for_pairs_of_a_dataset():
    embedding, human = plain_embedding(14, 10), judged(14)
    judgments = upper_triangle(human)
    pairs = np.sort(np.random.default_rng(8).choice(len(judgments), 30, replace=False))
    members, matrix = matrix_among(judgments, pairs, 14)
    rsm, without, _ = written_down(embedding, "pearson")
    expected = fit_drop(rsm[pairs], without[:, pairs], judgments[pairs])
    for value, right in zip(map_scores(embedding[members], matrix), expected, strict=True):
        np.testing.assert_allclose(value, right, atol=1e-12)


def test_rank_correlation_is_refused():
    with pytest.raises(ValueError, match="fit 'spearman' does not follow from sums over pairs"):
        map_scores(plain_embedding(6, 5), judged(6), kind="spearman")


def test_the_definition_is_the_exception(monkeypatch):
    """Of plain embeddings no map needs it; it would take the time that the products save."""

    def refuse(*_):
        raise AssertionError

    monkeypatch.setattr(UnitRows, "without", refuse)
    rng = np.random.default_rng(9)
    embedding = np.maximum(rng.normal(size=(40, 200)), 0)
    assert np.isfinite(map_scores(embedding, judged(40))[2]).all()
    alike = rng.gamma(0.5, size=300) * np.exp(0.3 * rng.normal(size=(40, 300)))
    assert np.isfinite(map_scores(alike, judged(40))[2]).all()
