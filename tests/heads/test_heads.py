"""Fast scoring and selection against the definition, for every head and every choice."""

from functools import partial

import numpy as np
import pytest
import torch
from torch import fx

import oracle
from alignment.heads.connected import ConnectedHead
from alignment.similarity.fits import fit_drop, rank_maps
from alignment.importance.folds import make_folds
from alignment.heads.forward import ForwardHead
from alignment.importance.image_scores import image_scores
from alignment.similarity.pairs import pair_images, square, upper_triangle
from alignment.heads.pooled import PooledHead
from alignment.importance.selection import selection_curve
from alignment.heads.split import split_head

N_IMAGES, N_MAPS, SIZE = 13, 9, 4
SEED, N_FOLDS = 111, 3


@pytest.fixture(scope="module")
def feature_maps():
    rng = np.random.default_rng(0)
    maps = np.maximum(rng.normal(size=(N_IMAGES, N_MAPS, SIZE, SIZE)), 0)
    maps[rng.random((N_IMAGES, N_MAPS)) < 0.3] = 0  # silent throughout an image
    maps[:, 4] = 0  # silent everywhere
    maps[2, :] = 0
    maps[2, [1, 6]] = 1.5  # an image that two maps carry
    maps[5, 0] *= 1e4  # and one that a single map all but carries
    return maps


@pytest.fixture(scope="module")
def human():
    return square(np.random.default_rng(1).random(N_IMAGES * (N_IMAGES - 1) // 2), N_IMAGES, 1.0)


def fully_connected(level=0.0):
    """Two layers behind the maps, as in VGG; training leaves few units on, which a level does."""
    torch.manual_seed(0)
    layers = torch.nn.Sequential(
        torch.nn.MaxPool2d(2),
        torch.nn.Flatten(),
        torch.nn.Linear(N_MAPS * 4, 20),
        torch.nn.ReLU(),
        torch.nn.Dropout(),
        torch.nn.Linear(20, 15),
        torch.nn.ReLU(),
    )
    with torch.no_grad():
        layers[2].bias -= level
    return layers.double().eval()


few_units_on = partial(fully_connected, level=0.6)


def without_second_layer():
    torch.manual_seed(1)
    layers = torch.nn.Sequential(
        torch.nn.Flatten(),
        torch.nn.Linear(N_MAPS * SIZE * SIZE, 12, bias=False),
        torch.nn.Sigmoid(),
    )
    return layers.double().eval()


def pooled(maps):
    return maps.mean(axis=(2, 3))


def connected(layers, feature_maps, similarity, memory):
    split = split_head(fx.symbolic_trace(layers))
    return ConnectedHead(split, torch.from_numpy(feature_maps), similarity, memory=memory)


HEADS = {
    "pooled": (None, lambda _, maps, similarity: PooledHead(pooled(maps), similarity)),
    "connected": (fully_connected, partial(connected, memory=10**9)),
    "connected, few units on": (few_units_on, partial(connected, memory=10**9)),
    "connected, little memory": (fully_connected, partial(connected, memory=10**4)),
    "connected, one layer": (without_second_layer, partial(connected, memory=10**9)),
    "forward": (
        fully_connected,
        lambda layers, maps, similarity: ForwardHead(
            layers, torch.from_numpy(maps), similarity, memory=10**5
        ),
    ),
}


@pytest.fixture(scope="module", params=HEADS)
def heads(request, feature_maps):
    """The library's head for a similarity, and the plain function it stands for."""
    make_layers, make_head = HEADS[request.param]
    layers = make_layers and make_layers()

    def plain(maps):
        with torch.inference_mode():
            return layers(torch.from_numpy(maps)).numpy()

    plain = plain if layers else pooled
    return lambda similarity: make_head(layers, feature_maps, similarity), plain


similarities = pytest.mark.parametrize("similarity", ["pearson", "cosine"])
units = pytest.mark.parametrize("unit", ["images", "pairs"])
fits = pytest.mark.parametrize("kind", ["r2", "pearson", "spearman"])


@similarities
def test_leave_one_out_is_the_definition(heads, feature_maps, similarity):
    make_head, plain = heads
    rsm, without, one_side = make_head(similarity).leave_one_out()
    first, second = pair_images(N_IMAGES)
    whole = oracle.similarity_matrix(plain(feature_maps), similarity)
    np.testing.assert_allclose(rsm, whole[first, second], atol=1e-9)
    for f in range(N_MAPS):
        off = feature_maps.copy()
        off[:, f] = 0
        matrix = oracle.similarity_matrix(plain(off), similarity)
        np.testing.assert_allclose(without[f], matrix[first, second], atol=1e-9)
        stacked = oracle.similarity_matrix(np.vstack([plain(off), plain(feature_maps)]), similarity)
        np.testing.assert_allclose(
            one_side[:, f], stacked[:N_IMAGES, N_IMAGES:], atol=1e-9, err_msg=f"map {f}"
        )


@similarities
@units
@fits
def test_scores_and_selection_are_the_definition(
    heads, feature_maps, human, similarity, unit, kind
):
    make_head, plain = heads
    head = make_head(similarity)
    rsm, without, _ = head.leave_one_out()
    judgments = upper_triangle(human)
    folds = make_folds(np.arange(N_IMAGES), human, SEED, N_FOLDS, unit)
    expected_folds = oracle.folds(N_IMAGES, SEED, N_FOLDS, unit)
    for fold, (train, test) in zip(folds, expected_folds, strict=True):
        pairs = fold.train_pairs
        full, fit_without, ais = fit_drop(rsm[pairs], without[:, pairs], judgments[pairs], kind)
        expected = oracle.map_scores(feature_maps, plain, human, train, similarity, kind)
        np.testing.assert_allclose(full, expected[0], atol=1e-9)
        np.testing.assert_allclose(fit_without, expected[1], atol=1e-9)
        order = rank_maps(ais)
        curve = selection_curve(head, order, fold, judgments, kind)
        expected = oracle.selection(
            feature_maps, plain, human, order, train, test, similarity, kind
        )
        np.testing.assert_allclose(curve.train_fit, expected[0], atol=1e-9)
        np.testing.assert_allclose(curve.test_fit, expected[1], atol=1e-9)
        assert curve.n_retained == np.nanargmax(expected[0]) + 1


@pytest.mark.parametrize(
    ("make_layers", "memory", "is_linear", "keeps_terms"),
    [
        (fully_connected, 10**9, True, False),
        (few_units_on, 10**9, False, True),
        (without_second_layer, 10**9, False, True),
        (fully_connected, 10**4, False, False),
    ],
)
def test_each_way_to_switch_maps_on_is_among_the_heads(
    feature_maps, make_layers, memory, is_linear, keeps_terms
):
    head = connected(make_layers(), feature_maps, "pearson", memory)
    assert len(list(head.growing(np.arange(N_MAPS), np.arange(5))))
    assert (head.linear is not None) == is_linear
    assert (head.terms is not None) == keeps_terms


@similarities
def test_pairs_stay_the_same_to_the_last_digit_where_a_map_is_silent(
    heads, feature_maps, similarity
):
    """Otherwise rounding would decide between equal fits."""
    make_head, _ = heads
    head = make_head(similarity)
    pairs = np.arange(N_IMAGES * (N_IMAGES - 1) // 2)
    first, second = pair_images(N_IMAGES)
    active = feature_maps.any(axis=(2, 3))
    order = np.random.default_rng(3).permutation(N_MAPS)
    steps = np.concatenate(list(head.growing(order, pairs)))
    for k in range(1, N_MAPS):
        silent = ~(active[first, order[k]] | active[second, order[k]])
        np.testing.assert_array_equal(steps[k, silent], steps[k - 1, silent])
    rsm, without, _ = head.leave_one_out()
    for f in range(N_MAPS):
        silent = ~(active[first, f] | active[second, f])
        np.testing.assert_array_equal(without[f, silent], rsm[silent])


@similarities
@units
def test_any_set_of_maps_is_the_definition(heads, feature_maps, human, similarity, unit):
    make_head, plain = heads
    head = make_head(similarity)
    sets = np.random.default_rng(2).random((6, N_MAPS)) < 0.5
    sets[0], sets[1], sets[2] = True, False, np.arange(N_MAPS) == 4  # all, none, a silent one
    first, second = pair_images(N_IMAGES)
    for fold in make_folds(np.arange(N_IMAGES), human, SEED, N_FOLDS, unit):
        pairs = fold.test_pairs
        result = head.with_maps(sets, pairs)
        for similarities, kept in zip(result, sets, strict=True):
            embeddings = plain(oracle.with_maps(feature_maps, np.flatnonzero(kept)))
            matrix = oracle.similarity_matrix(embeddings, similarity)
            np.testing.assert_allclose(similarities, matrix[first, second][pairs], atol=1e-9)


@similarities
def test_image_scores_are_the_definition(heads, feature_maps, human, similarity):
    make_head, plain = heads
    rsm, _, one_side = make_head(similarity).leave_one_out()
    ais, _ = image_scores(square(rsm, N_IMAGES), one_side, human)
    expected = oracle.image_scores(feature_maps, plain, human, similarity)
    np.testing.assert_allclose(ais, expected, atol=1e-9)
    silent = ~feature_maps.any(axis=(2, 3))
    assert (ais[silent] == 0).all()


def test_a_head_is_asked_for_the_cohort_only(feature_maps, human):
    """Scores of a cohort are those of a dataset that holds nothing else."""
    members = np.array([0, 1, 3, 4, 6, 7, 8, 10, 12])
    embedding = feature_maps.mean(axis=(2, 3))
    rsm, without, _ = PooledHead(embedding).leave_one_out()
    alone, alone_without, _ = PooledHead(embedding[members]).leave_one_out()
    judgments, alone_judgments = (
        upper_triangle(human),
        upper_triangle(human[np.ix_(members, members)]),
    )
    folds = make_folds(members, human, SEED, N_FOLDS)
    alone_folds = make_folds(
        np.arange(len(members)), human[np.ix_(members, members)], SEED, N_FOLDS
    )
    for fold, alone_fold in zip(folds, alone_folds, strict=True):
        p, q = fold.train_pairs, alone_fold.train_pairs
        _, _, ais = fit_drop(rsm[p], without[:, p], judgments[p])
        _, _, expected = fit_drop(alone[q], alone_without[:, q], alone_judgments[q])
        np.testing.assert_allclose(ais, expected, atol=1e-12)


def test_only_judged_pairs_take_part(feature_maps, human):
    holes = human.copy()
    holes[0, 1] = holes[1, 0] = holes[3, 8] = holes[8, 3] = np.nan
    for unit in ("images", "pairs"):
        for fold in make_folds(np.arange(N_IMAGES), holes, SEED, N_FOLDS, unit):
            used = upper_triangle(holes)[np.concatenate([fold.train_pairs, fold.test_pairs])]
            assert np.isfinite(used).all()
    rsm, _, one_side = PooledHead(feature_maps.mean(axis=(2, 3))).leave_one_out()
    ais, fit_full = image_scores(square(rsm, N_IMAGES), one_side, holes)
    others = [j for j in range(N_IMAGES) if j not in (0, 1)]
    expected = np.corrcoef(square(rsm, N_IMAGES)[0, others], human[0, others])[0, 1]
    assert fit_full[0] == pytest.approx(expected, abs=1e-12)
    assert np.isfinite(ais[0]).any()


@pytest.mark.parametrize(
    ("make_head", "expected"),
    [
        (ForwardHead, {"maps switched off": N_MAPS, "maps switched on": N_MAPS}),
        (
            lambda layers, *rest, **options: ConnectedHead(split_head(layers), *rest, **options),
            {"images, maps switched off": N_IMAGES, "blocks of maps switched on": 1},
        ),
    ],
    ids=["forward", "connected"],
)
def test_progress_counts_what_it_says(feature_maps, make_head, expected):
    counted = {}

    def progress(items, description):
        counted[description] = len(items)
        return items

    layers = fx.symbolic_trace(fully_connected())
    head = make_head(layers, torch.from_numpy(feature_maps), progress=progress)
    head.leave_one_out()
    for _ in head.growing(np.arange(N_MAPS), np.arange(10)):
        pass
    assert counted == expected
