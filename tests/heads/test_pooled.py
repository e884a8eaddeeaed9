"""Pooled heads: fits against similarities written down, whatever memory they may take."""

from types import SimpleNamespace

import numpy as np
import oracle
import pytest

from alignment.heads import pooled
from alignment.heads.pooled import PooledHead, PooledRemovals
from alignment.similarity.fits import FITS
from alignment.similarity.pairs import pair_images, square, upper_triangle

N_IMAGES, N_MAPS = 8, 30
similarities = pytest.mark.parametrize("similarity", ["pearson", "cosine"])
kinds = pytest.mark.parametrize("kind", FITS)
memories = pytest.mark.parametrize("memory", [1, 3000, 10**8])  # one map, a few, all at a time
EVERY_PAIR = np.arange(N_IMAGES * (N_IMAGES - 1) // 2)


@pytest.fixture
def embedding():
    values = np.random.default_rng(0).gamma(1.0, size=(N_IMAGES, N_MAPS))
    values[:, 7] = 0
    return values


@pytest.fixture
def human():
    return square(np.random.default_rng(1).random(len(EVERY_PAIR)), N_IMAGES, 1.0)


def without(embedding, f):
    off = embedding.copy()
    off[:, f] = 0
    return off


@similarities
def test_the_rsm_is_the_definition(embedding, similarity):
    matrix = oracle.similarity_matrix(embedding, similarity)
    found = PooledHead(embedding, similarity).similarities()
    np.testing.assert_allclose(found, matrix[pair_images(N_IMAGES)], atol=1e-12)


@memories
@kinds
@similarities
def test_blocks_of_maps_change_no_fit(embedding, human, similarity, kind, memory):
    judgments = upper_triangle(human)
    order = np.random.default_rng(2).permutation(N_MAPS)
    sides = [np.array([0, 2, 3, 7, 11, 20]), np.array([1, 5, 6, 27])]
    head = PooledHead(embedding, similarity, memory=memory)
    pairs = oracle.all_pairs(N_IMAGES)
    expected = oracle.selection(
        *(embedding, lambda maps: maps, human, order),
        *([pairs[k] for k in side] for side in sides),
        *(similarity, kind),
    )
    found = head.growing_fits(order, sides, judgments, kind)
    np.testing.assert_allclose(found, expected, atol=1e-9)
    removals = PooledRemovals(embedding, similarity, memory=memory)
    full, fit_without, ais = removals.map_scores(sides[0], judgments, kind)
    trained = [pairs[k] for k in sides[0]]
    expected = oracle.map_scores(embedding, lambda maps: maps, human, trained, similarity, kind)
    assert full == pytest.approx(expected[0], abs=1e-9)
    np.testing.assert_allclose(fit_without, expected[1], atol=1e-9)
    assert (ais[7], fit_without[7]) == (0, full)


@similarities
@pytest.mark.parametrize("size", [1e3, 1e6, 1e9])
@kinds
def test_a_map_that_carries_nearly_all_of_an_image_leaves_the_rest_exact(
    embedding, human, similarity, kind, size
):
    """The update of its variance would be a difference of two almost equal numbers."""
    embedding[2, 3] = size
    removals = PooledRemovals(embedding, similarity)
    _, fit_without, _ = removals.map_scores(EVERY_PAIR, upper_triangle(human), kind)
    matrix = oracle.similarity_matrix(without(embedding, 3), similarity)
    expected = oracle.pair_fit(matrix, human, oracle.all_pairs(N_IMAGES), kind)
    assert fit_without[3] == pytest.approx(expected, abs=1e-7)


def test_an_image_without_variance_has_no_similarity(embedding):
    embedding[1] = 0.3
    first, second = pair_images(N_IMAGES)
    touched = (first == 1) | (second == 1)
    assert np.isnan(PooledHead(embedding).similarities()).tolist() == touched.tolist()


@kinds
def test_with_an_image_without_variance_no_fit_is_defined(embedding, human, kind):
    embedding[3] = 0
    scores = PooledRemovals(embedding).map_scores(EVERY_PAIR, upper_triangle(human), kind)
    assert all(np.isnan(values).all() for values in scores)


@memories
def test_progress_counts_the_blocks(embedding, human, memory):
    counted = []

    def progress(items, description):
        counted.append((description, len(items)))
        return items

    head = PooledHead(embedding, memory=memory, progress=progress)
    head.growing_fits(np.arange(N_MAPS), [EVERY_PAIR], upper_triangle(human), "spearman")
    ((description, n_blocks),) = counted
    assert description == "blocks of maps switched on"
    assert 1 <= n_blocks <= N_MAPS
    assert (n_blocks == 1) == (memory == 10**8)


@pytest.fixture
def written_out_on(monkeypatch):
    """Let the processor stand in for a GPU, and note what was asked for one."""
    asked = []

    def gpu_to_rank_on(device, n_similarities):
        asked.append((device, n_similarities))
        return None if device == "cpu" else "cpu"

    monkeypatch.setattr(pooled, "gpu_to_rank_on", gpu_to_rank_on)
    return asked


@similarities
def test_a_gpu_ranks_the_same(embedding, human, similarity, written_out_on):
    judgments, order = upper_triangle(human), np.arange(N_MAPS)[::-1]
    sides = [EVERY_PAIR[::2], EVERY_PAIR[1::2]]
    found = []
    for device in ("cpu", "cuda"):
        removals = PooledRemovals(embedding, similarity, device=device)
        head = PooledHead(embedding, similarity, device=device)
        scores = removals.map_scores(EVERY_PAIR, judgments, "spearman")
        curves = head.growing_fits(order, sides, judgments, "spearman")
        found.append([*scores, *curves])
        assert written_out_on[-2:] == [(device, N_MAPS * len(EVERY_PAIR))] * 2
    for expected, value in zip(*found, strict=True):
        np.testing.assert_allclose(value, expected, atol=1e-12)


@pytest.mark.parametrize("kind", ["r2", "pearson"])
def test_closed_forms_ask_for_no_gpu(embedding, human, kind, written_out_on):
    judgments = upper_triangle(human)
    PooledRemovals(embedding, device="cuda").map_scores(EVERY_PAIR, judgments, kind)
    head = PooledHead(embedding, device="cuda")
    head.growing_fits(np.arange(N_MAPS), [EVERY_PAIR], judgments, kind)
    assert written_out_on == []


def test_few_similarities_are_ranked_where_torch_need_not_start(monkeypatch):
    from alignment.networks import devices

    monkeypatch.setattr(devices, "choose_device", lambda name: SimpleNamespace(type="cuda"))
    assert pooled.gpu_to_rank_on("auto", pooled.MANY).type == "cuda"
    assert pooled.gpu_to_rank_on("cuda", pooled.MANY - 1) is None
    assert pooled.gpu_to_rank_on("cpu", pooled.MANY) is None
    monkeypatch.setattr(devices, "choose_device", lambda name: SimpleNamespace(type="cpu"))
    assert pooled.gpu_to_rank_on("auto", pooled.MANY) is None
