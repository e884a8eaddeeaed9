"""Selection by tiles, against the definition and against similarities step by step."""

import numpy as np
import oracle
import pytest
from pooled_cases import EMBEDDINGS, judged, plain_embedding

from alignment.heads import growing
from alignment.heads.growing import growing_fits
from alignment.importance.folds import make_folds
from alignment.similarity.fits import fit
from alignment.similarity.pairs import matrix_among, upper_triangle

similarities = pytest.mark.parametrize("similarity", ["pearson", "cosine"])
kinds = pytest.mark.parametrize("kind", ["r2", "pearson"])


def written_down(embedding, similarity):
    """The similarities of all pairs, (P,)."""
    rows = embedding - embedding.mean(axis=1, keepdims=True) * (similarity == "pearson")
    with np.errstate(invalid="ignore"):
        rows = rows / np.sqrt((rows * rows).sum(axis=1, keepdims=True))
    return upper_triangle(rows @ rows.T)


@kinds
@similarities
@pytest.mark.parametrize("missing", [0.0, 0.2])
@pytest.mark.parametrize("name", EMBEDDINGS)
def test_fits_are_the_definition(name, missing, similarity, kind):
    embedding = EMBEDDINGS[name]()
    n, n_maps = embedding.shape
    human = judged(n, missing if n > 3 else 0)
    order = np.random.default_rng(2).permutation(n_maps)
    pairs = [pair for pair in oracle.all_pairs(n) if np.isfinite(human[pair])]
    found = growing_fits(embedding, order, human, similarity, kind)
    expected, _ = oracle.selection(
        embedding, lambda maps: maps, human, order, pairs, pairs, similarity, kind
    )
    np.testing.assert_allclose(found, expected, atol=1e-12)


@kinds
@similarities
@pytest.mark.parametrize("unit", ["images", "pairs"])
@pytest.mark.parametrize("threads", [1, 2])
def test_fits_of_folds_are_those_of_similarities_written_down(unit, threads, similarity, kind):
    """Of more images than a tile has rows and columns, and with missing judgments."""
    n, n_maps = 330, 40
    embedding, human = plain_embedding(n, n_maps), judged(n, 0.05)
    judgments = upper_triangle(human)
    order = np.random.default_rng(2).permutation(n_maps)
    fold = next(make_folds(np.arange(n), human, [111], 5, unit).of(human))
    steps = [
        written_down(oracle.with_maps(embedding, order[: k + 1]), similarity) for k in range(n_maps)
    ]
    for pairs in (fold.train_pairs, fold.test_pairs):
        expected = [fit(values[pairs], judgments[pairs], kind) for values in steps]
        members, matrix = matrix_among(judgments, pairs, n)
        found = growing_fits(embedding[members], order, matrix, similarity, kind, threads)
        assert np.isfinite(found).any()
        np.testing.assert_allclose(found, expected, atol=1e-12)


@pytest.mark.parametrize("missing", [0.0, 0.1])
def test_threads_change_no_digit(missing):
    embedding, human = plain_embedding(150, 60), judged(150, missing)
    order = np.arange(60)
    one = growing_fits(embedding, order, human, threads=1)
    assert np.isfinite(one[-1])
    for threads in (2, 3, 7):
        many = growing_fits(embedding, order, human, threads=threads)
        np.testing.assert_array_equal(many, one)


def test_a_silent_map_changes_no_digit():
    """Otherwise rounding would decide how many maps are retained."""
    embedding, human = plain_embedding(40, 30), judged(40)
    embedding[:, 10:20] = 0
    fits = growing_fits(embedding, np.arange(30), human)
    assert np.isfinite(fits[9])
    assert (fits[10:20] == fits[9]).all()


@similarities
def test_one_map_makes_all_images_the_same(similarity):
    embedding = 1 + np.random.default_rng(3).random((20, 5))
    fits = growing_fits(embedding, np.arange(5), judged(20), similarity)
    assert np.isnan(fits[0])
    assert np.isfinite(fits[2:]).all()


def test_digits_are_kept_where_images_are_nearly_alike():
    rng = np.random.default_rng(5)
    embedding = rng.gamma(0.5, size=30) * np.exp(1e-3 * rng.normal(size=(14, 30)))
    human = judged(14)
    pairs = oracle.all_pairs(14)
    expected = oracle.map_scores(embedding, lambda maps: maps, human, pairs, "pearson", "r2")[0]
    found = growing_fits(embedding, np.arange(30), human)[-1]
    assert np.std([np.corrcoef(embedding[list(pair)])[0, 1] for pair in pairs]) < 1e-5
    assert found == pytest.approx(expected, abs=1e-9)


def test_judgments_that_do_not_vary_have_no_fit():
    assert np.isnan(growing_fits(plain_embedding(8, 5), np.arange(5), np.full((8, 8), 0.5))).all()
    nothing = np.full((8, 8), np.nan)
    assert np.isnan(growing_fits(plain_embedding(8, 5), np.arange(5), nothing)).all()


def test_an_image_in_no_pair_does_not_matter():
    embedding, human = plain_embedding(9, 8), judged(9)
    embedding[4] = 0
    human[4] = human[:, 4] = np.nan
    others = np.arange(9) != 4
    order = np.arange(8)
    expected = growing_fits(embedding[others], order, human[np.ix_(others, others)])
    np.testing.assert_array_equal(growing_fits(embedding, order, human), expected)
    assert np.isfinite(expected[-1])


def test_compiled_loops_do_what_they_say():
    rng = np.random.default_rng(7)
    values, scale, shift = rng.normal(size=(3, 6, 11))
    level = rng.normal(size=6)
    judgments = rng.normal(size=(11, 11))
    mask = (rng.random((11, 11)) < 0.7).astype(float)
    for counted in (mask, np.ones((0, 0))):
        plain, fast = np.zeros((2, 6, 3))
        arguments = (2, 9, 4, values, scale, shift, level, judgments, counted)
        growing._add_sums(*arguments, plain)
        growing.compiled(growing._add_sums, f"({', '.join(growing._ARGUMENTS)})")(*arguments, fast)
        np.testing.assert_allclose(fast, plain, rtol=1e-10)
