"""The fully connected head in single precision, at a size where rounding could matter.

Judged by plain forward passes: embeddings in the same precision, fits in double precision.
"""

import copy

import numpy as np
import pytest
import torch
from switched_off import removals_of
from torch import fx

from alignment.heads import connected as connected_head
from alignment.heads.connected import ConnectedHead
from alignment.heads.forward import ForwardHead
from alignment.heads.split import split_head
from alignment.importance.folds import make_folds
from alignment.importance.selection import selection_curve
from alignment.networks.devices import choose_device
from alignment.similarity.fits import fit, rank_maps
from alignment.similarity.pairs import square, upper_triangle

N_IMAGES, N_MAPS, SIZE, N_UNITS = 60, 120, 7, 512
SEEDS, N_FOLDS = (111,), 3

cuda = pytest.mark.skipif(not torch.cuda.is_available(), reason="torch sees no GPU here")


@pytest.fixture(scope="module")
def layers():
    torch.manual_seed(0)
    return torch.nn.Sequential(
        torch.nn.Flatten(),
        torch.nn.Linear(N_MAPS * SIZE * SIZE, N_UNITS),
        torch.nn.ReLU(),
        torch.nn.Linear(N_UNITS, N_UNITS),
        torch.nn.ReLU(),
    ).eval()


@pytest.fixture(scope="module")
def feature_maps():
    """Maps of which half are silent in an image, as in a trained network."""
    rng = np.random.default_rng(0)
    maps = np.maximum(rng.normal(size=(N_IMAGES, N_MAPS, SIZE, SIZE)), 0)
    maps[rng.random((N_IMAGES, N_MAPS)) < 0.5] = 0
    return torch.from_numpy(maps.astype(np.float32))


@pytest.fixture(scope="module")
def human():
    return square(np.random.default_rng(1).random(N_IMAGES * (N_IMAGES - 1) // 2), N_IMAGES, 1.0)


@pytest.fixture(scope="module")
def folds(human):
    return list(make_folds(np.arange(N_IMAGES), human, SEEDS, N_FOLDS).of(human))


def connected(layers, feature_maps, memory=10**9):
    return ConnectedHead(split_head(fx.symbolic_trace(layers)), feature_maps, memory=memory)


def score_and_select(head, folds, human):
    """Return fit_without (K, F) and the curve of each of K folds."""
    judgments = upper_triangle(human)
    removals = removals_of(head)
    fits, curves = [], []
    for fold in folds:
        _, fit_without, ais = removals.map_scores(fold.train_pairs, judgments, "r2")
        fits.append(fit_without)
        curves.append(selection_curve(head, rank_maps(ais), fold, judgments))
    return np.array(fits), curves


def plain_fit(layers, feature_maps, kept, pairs, human):
    """Return the fit with some maps kept, by a forward pass in double precision."""
    off = torch.ones(N_MAPS, dtype=torch.bool)
    off[torch.as_tensor(kept)] = False
    maps = feature_maps.double()
    maps[:, off] = 0
    with torch.inference_mode():
        embeddings = layers(maps).numpy()
    return fit(upper_triangle(np.corrcoef(embeddings))[pairs], upper_triangle(human)[pairs])


def assert_same_choice(curve, other, tolerance):
    """Two curves retain the same maps, or either choice is as good as the other."""
    np.testing.assert_allclose(curve.train_fit, other.train_fit, rtol=0, atol=tolerance)
    np.testing.assert_allclose(curve.test_fit, other.test_fit, rtol=0, atol=tolerance)
    if not np.array_equal(curve.retained, other.retained):
        ends = [curve.n_retained - 1, other.n_retained - 1]
        assert np.ptp(curve.train_fit[ends]) <= 2 * tolerance, "not a tie"


@pytest.fixture(scope="module", params=[0, 1], ids=["linear part apart", "layer whole"])
def worth_linear(request):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(connected_head, "WORTH_LINEAR", request.param)
        yield


@pytest.fixture(scope="module")
def scored(worth_linear, layers, feature_maps, folds, human):
    return score_and_select(connected(layers, feature_maps), folds, human)


@pytest.mark.parametrize("memory", [10**9, 10**8, 10**6])
def test_embeddings_are_those_of_a_plain_pass(worth_linear, layers, feature_maps, memory):
    head = connected(layers, feature_maps, memory)
    order = np.random.default_rng(2).permutation(N_MAPS)
    k = 0
    for similarities in head.growing(order, np.arange(N_IMAGES * (N_IMAGES - 1) // 2)):
        k += len(similarities)
        if (place := (k - 1) % head.block) not in (0, head.block - 1):
            continue
        maps = feature_maps.clone()
        maps[:, order[k:].copy()] = 0
        with torch.inference_mode():
            expected = layers(maps)
        found = head.buffer[:, place, : expected.shape[1]]
        error = torch.linalg.vector_norm(found - expected, dim=1)
        assert (error <= 1e-4 * torch.linalg.vector_norm(expected, dim=1)).all()
    assert k == N_MAPS


def test_fits_are_those_of_a_plain_pass(layers, feature_maps, folds, human, scored):
    exact = copy.deepcopy(layers).double()
    fits, curves = scored
    rng = np.random.default_rng(3)
    for fold, fit_without, curve in zip(folds, fits, curves, strict=True):
        for f in rng.choice(N_MAPS, 5, replace=False):
            kept = np.delete(np.arange(N_MAPS), f)
            expected = plain_fit(exact, feature_maps, kept, fold.train_pairs, human)
            assert fit_without[f] == pytest.approx(expected, abs=1e-7)
        for k in rng.choice(np.arange(2, N_MAPS + 1), 5, replace=False):
            for side, pairs in (("train_fit", fold.train_pairs), ("test_fit", fold.test_pairs)):
                expected = plain_fit(exact, feature_maps, curve.order[:k], pairs, human)
                assert getattr(curve, side)[k - 1] == pytest.approx(expected, abs=1e-7)


@pytest.fixture(scope="module")
def plain_curves(layers, feature_maps, folds, human):
    plain = ForwardHead(copy.deepcopy(layers).double(), feature_maps.double())
    return score_and_select(plain, folds, human)[1]


def test_retained_sets_are_those_of_plain_passes(plain_curves, scored):
    for curve, other in zip(scored[1], plain_curves, strict=True):
        assert np.array_equal(curve.order, other.order)
        assert_same_choice(curve, other, 1e-7)


def test_a_run_repeats_itself_bit_for_bit(layers, feature_maps, folds, human, scored):
    fits, curves = score_and_select(connected(layers, feature_maps), folds, human)
    assert np.array_equal(fits, scored[0], equal_nan=True)
    for curve, other in zip(curves, scored[1], strict=True):
        assert np.array_equal(curve.train_fit, other.train_fit, equal_nan=True)
        assert np.array_equal(curve.test_fit, other.test_fit, equal_nan=True)


@pytest.mark.parametrize("threads", [1, 2, 3])
def test_the_number_of_threads_changes_no_choice(
    layers, feature_maps, folds, human, scored, threads
):
    before = torch.get_num_threads()
    torch.set_num_threads(threads)
    try:
        fits, curves = score_and_select(connected(layers, feature_maps), folds, human)
    finally:
        torch.set_num_threads(before)
    np.testing.assert_allclose(fits, scored[0], rtol=0, atol=1e-7)
    for curve, other in zip(curves, scored[1], strict=True):
        assert_same_choice(curve, other, 1e-7)


@cuda
@pytest.mark.parametrize("make", [connected, ForwardHead])
def test_a_gpu_agrees_with_the_processor(layers, feature_maps, folds, human, scored, make):
    device = choose_device("cuda")
    head = make(copy.deepcopy(layers).to(device), feature_maps.to(device))
    fits, curves = score_and_select(head, folds, human)
    np.testing.assert_allclose(fits, scored[0], rtol=0, atol=1e-5)
    for curve, other in zip(curves, scored[1], strict=True):
        # Near-ties in the ranking may swap, so only the whole ends of the curves are compared.
        assert curve.train_fit[-1] == pytest.approx(other.train_fit[-1], abs=1e-5)
