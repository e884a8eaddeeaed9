"""Similarities written out on a device, here the processor, against the definition."""

import numpy as np
import oracle
import pytest
from pooled_cases import EMBEDDINGS, UNDEFINED, judged, plain_embedding
from scipy.stats import rankdata

from alignment.heads import closed_form, growing, written_out
from alignment.similarity.fits import FITS

similarities = pytest.mark.parametrize("similarity", ["pearson", "cosine"])
kinds = pytest.mark.parametrize("kind", FITS)
embeddings = pytest.mark.parametrize("name", EMBEDDINGS)
missing_shares = pytest.mark.parametrize("missing", [0.0, 0.2])


@pytest.fixture
def memory(monkeypatch, request):
    monkeypatch.setattr(written_out, "MEMORY", getattr(request, "param", 10_000))


def case_of(name, missing):
    embedding = EMBEDDINGS[name]()
    human = judged(len(embedding), missing if len(embedding) > 3 else 0)
    pairs = [pair for pair in oracle.all_pairs(len(human)) if np.isfinite(human[pair])]
    return embedding, human, pairs


@kinds
@similarities
@missing_shares
@embeddings
@pytest.mark.usefixtures("memory")
def test_map_scores_are_the_definition(name, similarity, kind, missing):
    embedding, human, pairs = case_of(name, missing)
    found = written_out.map_scores(embedding, human, similarity, kind, "cpu")
    full, without = oracle.map_scores(embedding, lambda maps: maps, human, pairs, similarity, kind)
    assert np.isnan(found[0]) == (name in UNDEFINED)
    # Of images that are nearly alike even the definition keeps fewer digits.
    tolerance = 1e-9 if name in ("nearly alike", "collapsing") else 1e-12
    np.testing.assert_allclose(found[0], full, atol=tolerance)
    np.testing.assert_allclose(found[1], without, atol=tolerance)
    np.testing.assert_allclose(found[2], full - without, atol=tolerance)
    if name not in UNDEFINED:
        assert (found[2][~embedding.any(axis=0)] == 0).all()


def test_judgments_that_differ_by_rounding_alone_are_ties():
    embedding, judgments = plain_embedding(9, 7), judged(9).round(1)
    rounding = np.random.default_rng(2).choice([-1e-16, 0, 1e-16], judgments.shape)
    found, expected = (
        written_out.map_scores(embedding, human, "pearson", "spearman", "cpu")
        for human in (judgments + rounding + rounding.T, judgments)
    )
    np.testing.assert_array_equal(found[1], expected[1])


@kinds
@similarities
@missing_shares
@embeddings
@pytest.mark.usefixtures("memory")
def test_growing_fits_are_the_definition(name, similarity, kind, missing):
    embedding, human, pairs = case_of(name, missing)
    order = np.random.default_rng(2).permutation(embedding.shape[1])
    found = written_out.growing_fits(embedding, order, human, similarity, kind, "cpu")
    expected, _ = oracle.selection(
        embedding, lambda maps: maps, human, order, pairs, pairs, similarity, kind
    )
    tolerance = 1e-9 if name in ("nearly alike", "collapsing") else 1e-12
    np.testing.assert_allclose(found, expected, atol=tolerance)


@pytest.mark.parametrize("memory", [1, 30_000, 10**9], indirect=True)
@pytest.mark.parametrize("kind", ["r2", "pearson"])
@similarities
@pytest.mark.usefixtures("memory")
def test_both_ways_of_a_pooled_head_agree(similarity, kind):
    embedding, human = plain_embedding(60, 50), judged(60, 0.1)
    order = np.random.default_rng(2).permutation(50)
    for found, expected in zip(
        written_out.map_scores(embedding, human, similarity, kind, "cpu"),
        closed_form.map_scores(embedding, human, similarity, kind),
        strict=True,
    ):
        np.testing.assert_allclose(found, expected, atol=1e-12)
    np.testing.assert_allclose(
        written_out.growing_fits(embedding, order, human, similarity, kind, "cpu"),
        growing.growing_fits(embedding, order, human, similarity, kind),
        atol=1e-12,
    )


@kinds
@pytest.mark.usefixtures("memory")
def test_a_silent_map_changes_no_digit(kind):
    """Otherwise rounding would decide how many maps are retained."""
    embedding, human = plain_embedding(40, 30), judged(40)
    embedding[:, 10:20] = 0
    fits = written_out.growing_fits(embedding, np.arange(30), human, kind=kind, device="cpu")
    assert np.isfinite(fits[9])
    assert (fits[10:20] == fits[9]).all()


@kinds
def test_judgments_that_do_not_vary_have_no_fit(kind):
    embedding = plain_embedding(8, 9)
    for human in (np.full((8, 8), 0.3), np.full((8, 8), np.nan)):
        found = written_out.map_scores(embedding, human, kind=kind, device="cpu")
        assert all(np.isnan(values).all() for values in found)
        fits = written_out.growing_fits(embedding, np.arange(9), human, kind=kind, device="cpu")
        assert np.isnan(fits).all()


def test_ties_share_the_mean_of_their_ranks():
    import torch

    values = np.random.default_rng(0).integers(0, 4, (5, 20)).astype(float)
    values[2] = 1
    ranks, order = written_out._ranks(torch.from_numpy(values))
    found = np.empty_like(values)
    np.put_along_axis(found, order.numpy(), ranks.numpy(), axis=1)
    np.testing.assert_array_equal(found, rankdata(values, axis=1))
