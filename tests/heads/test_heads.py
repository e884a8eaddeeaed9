"""Fast scoring and selection against the definition, for every head and every choice."""

from functools import partial

import numpy as np
import oracle
import pytest
import torch
from switched_off import arrays_of, removals_of
from torch import fx

from alignment.heads.connected import ConnectedHead
from alignment.heads.forward import ForwardHead
from alignment.heads.pooled import PooledHead, PooledRemovals
from alignment.heads.split import split_head
from alignment.importance.folds import make_folds
from alignment.importance.selection import selection_curve
from alignment.similarity.fits import FITS, rank_maps
from alignment.similarity.pairs import pair_images, pair_positions, square, upper_triangle

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


def folds_of(judgments, unit="images", images=None):
    images = np.arange(len(judgments)) if images is None else images
    return make_folds(images, judgments, [SEED], N_FOLDS, unit).of(judgments)


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


def connected(layers, feature_maps, similarity, memory=10**9):
    split = split_head(fx.symbolic_trace(layers))
    return ConnectedHead(split, torch.from_numpy(feature_maps), similarity, memory=memory)


def forward(layers, feature_maps, similarity):
    return ForwardHead(layers, torch.from_numpy(feature_maps), similarity, memory=10**5)


LAYERED = {
    "connected": (fully_connected, connected),
    "connected, few units on": (few_units_on, connected),
    "connected, little memory": (fully_connected, partial(connected, memory=10**4)),
    "connected, one layer": (without_second_layer, connected),
    "forward": (fully_connected, forward),
}


def passed_through(layers, maps):
    with torch.inference_mode():
        return layers(torch.from_numpy(maps)).numpy()


def layered_case(name, feature_maps):
    make_layers, make_head = LAYERED[name]
    layers = make_layers()
    return partial(make_head, layers, feature_maps), partial(passed_through, layers)


@pytest.fixture(scope="module", params=LAYERED)
def layered(request, feature_maps):
    """A head that runs layers for a similarity, and the plain function it stands for."""
    return layered_case(request.param, feature_maps)


@pytest.fixture(scope="module", params=["pooled", *LAYERED])
def heads(request, feature_maps):
    """Any head and what scores its maps, for a similarity, and the plain function."""
    if request.param == "pooled":
        embedding = pooled(feature_maps)
        return (
            lambda similarity: PooledHead(embedding, similarity),
            lambda similarity: PooledRemovals(embedding, similarity),
            pooled,
        )
    make_head, plain = layered_case(request.param, feature_maps)
    return make_head, lambda similarity: removals_of(make_head(similarity)), plain


similarities = pytest.mark.parametrize("similarity", ["pearson", "cosine"])
units = pytest.mark.parametrize("unit", ["images", "pairs"])
fits = pytest.mark.parametrize("kind", ["r2", "pearson", "spearman"])


@similarities
def test_similarities_without_each_map_are_the_definition(layered, feature_maps, similarity):
    make_head, plain = layered
    saved = arrays_of(make_head(similarity))
    first, second = pair_images(N_IMAGES)
    whole = oracle.similarity_matrix(plain(feature_maps), similarity)
    np.testing.assert_allclose(saved["rsm"], whole[first, second], atol=1e-9)
    for f in range(N_MAPS):
        off = feature_maps.copy()
        off[:, f] = 0
        matrix = oracle.similarity_matrix(plain(off), similarity)
        np.testing.assert_allclose(saved["rsm_without"][f], matrix[first, second], atol=1e-9)
        stacked = oracle.similarity_matrix(np.vstack([plain(off), plain(feature_maps)]), similarity)
        np.testing.assert_allclose(
            saved["rsm_without_one_side"][:, f],
            stacked[:N_IMAGES, N_IMAGES:],
            atol=1e-9,
            err_msg=f"map {f}",
        )


@similarities
@units
@fits
def test_scores_and_selection_are_the_definition(
    heads, feature_maps, human, similarity, unit, kind
):
    make_head, make_removals, plain = heads
    head, removals = make_head(similarity), make_removals(similarity)
    judgments = upper_triangle(human)
    folds = folds_of(human, unit)
    expected_folds = oracle.folds(N_IMAGES, SEED, N_FOLDS, unit)
    for fold, (train, test) in zip(folds, expected_folds, strict=True):
        pairs = fold.train_pairs
        full, fit_without, ais = removals.map_scores(pairs, judgments, kind)
        np.testing.assert_array_equal(ais, full - fit_without)
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
    layered, feature_maps, similarity
):
    """Otherwise rounding would decide between equal fits."""
    make_head, _ = layered
    head = make_head(similarity)
    pairs = np.arange(N_IMAGES * (N_IMAGES - 1) // 2)
    first, second = pair_images(N_IMAGES)
    active = feature_maps.any(axis=(2, 3))
    order = np.random.default_rng(3).permutation(N_MAPS)
    steps = np.concatenate(list(head.growing(order, pairs)))
    for k in range(1, N_MAPS):
        silent = ~(active[first, order[k]] | active[second, order[k]])
        np.testing.assert_array_equal(steps[k, silent], steps[k - 1, silent])
    saved = arrays_of(head)
    for f in range(N_MAPS):
        silent = ~(active[first, f] | active[second, f])
        np.testing.assert_array_equal(saved["rsm_without"][f, silent], saved["rsm"][silent])


@similarities
@fits
def test_a_map_that_is_silent_in_all_images_of_some_pairs_changes_no_digit(
    heads, feature_maps, human, similarity, kind
):
    make_head, make_removals, _ = heads
    head, removals = make_head(similarity), make_removals(similarity)
    active, judgments = feature_maps.any(axis=(2, 3)), upper_triangle(human)
    for f in (1, 4, 7):
        images = np.flatnonzero(~active[:, f])
        pairs = pair_positions(images, N_IMAGES)
        assert len(pairs) >= 3
        full, fit_without, ais = removals.map_scores(pairs, judgments, kind)
        assert np.isfinite(full)
        assert (fit_without[f], ais[f]) == (full, 0)
        order = np.array([g for g in range(N_MAPS) if g != f])
        order = np.insert(order, 6, f)
        (steps,) = head.growing_fits(order, [pairs], judgments, kind)
        assert np.isfinite(steps[5])
        assert steps[6] == steps[5]


@similarities
@units
def test_any_set_of_maps_is_the_definition(heads, feature_maps, human, similarity, unit):
    make_head, _, plain = heads
    head = make_head(similarity)
    judgments = upper_triangle(human)
    sets = np.random.default_rng(2).random((6, N_MAPS)) < 0.5
    sets[0], sets[1], sets[2] = True, False, np.arange(N_MAPS) == 4  # all, none, a silent one
    first, second = pair_images(N_IMAGES)
    for fold in folds_of(human, unit):
        pairs = fold.test_pairs
        result = head.similarities_of_sets(sets, pairs)
        fitted = {k: head.fits_of_sets(sets, pairs, judgments, k) for k in FITS}
        for s, (similarities, kept) in enumerate(zip(result, sets, strict=True)):
            embeddings = plain(oracle.with_maps(feature_maps, np.flatnonzero(kept)))
            expected = oracle.similarity_matrix(embeddings, similarity)[first, second][pairs]
            np.testing.assert_allclose(similarities, expected, atol=1e-9)
            for kind, found in fitted.items():
                right = oracle.fit(expected, judgments[pairs], kind)
                np.testing.assert_allclose(found[s], right, atol=1e-9)


@similarities
def test_image_ais_is_the_definition(heads, feature_maps, human, similarity):
    _, make_removals, plain = heads
    ais, fit_full = make_removals(similarity).image_scores(np.arange(N_IMAGES), human)
    expected = oracle.image_ais(feature_maps, plain, human, similarity)
    np.testing.assert_allclose(ais, expected, atol=1e-9)
    silent = ~feature_maps.any(axis=(2, 3))
    assert (ais[silent] == 0).all()
    whole = oracle.similarity_matrix(plain(feature_maps), similarity)
    for i, found in enumerate(fit_full):
        others = np.arange(N_IMAGES) != i
        expected = oracle.fit(whole[i, others], human[i, others], "pearson")
        assert found == pytest.approx(expected, abs=1e-9)


def test_only_the_cohort_is_looked_at(heads, feature_maps, human):
    """Scores of a cohort are those of a dataset that holds nothing else."""
    members = np.array([0, 1, 3, 4, 6, 7, 8, 10, 12])
    make_head, make_removals, plain = heads
    head, removals = make_head("pearson"), make_removals("pearson")
    maps, alone_human = feature_maps[members], human[np.ix_(members, members)]
    judgments = upper_triangle(human)
    alone = oracle.folds(len(members), SEED, N_FOLDS, "images")
    for fold, (train, test) in zip(folds_of(human, images=members), alone, strict=True):
        _, _, ais = removals.map_scores(fold.train_pairs, judgments, "r2")
        full, without = oracle.map_scores(maps, plain, alone_human, train, "pearson", "r2")
        np.testing.assert_allclose(ais, full - without, atol=1e-9)
        curve = selection_curve(head, rank_maps(ais), fold, judgments)
        expected = oracle.selection(
            maps, plain, alone_human, curve.order, train, test, "pearson", "r2"
        )
        np.testing.assert_allclose([curve.train_fit, curve.test_fit], expected, atol=1e-9)
    ais, _ = removals.image_scores(members, human)
    expected = oracle.image_ais(maps, plain, alone_human, "pearson")
    np.testing.assert_allclose(ais, expected, atol=1e-9)


def test_only_judged_pairs_take_part(heads, feature_maps, human):
    _, make_removals, plain = heads
    holes = human.copy()
    holes[0, 1] = holes[1, 0] = holes[3, 8] = holes[8, 3] = np.nan
    for unit in ("images", "pairs"):
        for fold in folds_of(holes, unit):
            used = upper_triangle(holes)[np.concatenate([fold.train_pairs, fold.test_pairs])]
            assert np.isfinite(used).all()
    ais, fit_full = make_removals("pearson").image_scores(np.arange(N_IMAGES), holes)
    others = [j for j in range(N_IMAGES) if j not in (0, 1)]
    matrix = oracle.similarity_matrix(plain(feature_maps), "pearson")
    expected = np.corrcoef(matrix[0, others], human[0, others])[0, 1]
    assert fit_full[0] == pytest.approx(expected, abs=1e-9)
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
    arrays_of(head)
    for _ in head.growing(np.arange(N_MAPS), np.arange(10)):
        pass
    assert counted == expected
