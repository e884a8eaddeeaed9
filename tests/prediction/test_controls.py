"""What pruning is compared with: the sets, the tests, and that nothing looks at test judgments."""

from dataclasses import replace

import numpy as np
import oracle
import pytest

from alignment.heads.pooled import PooledHead, PooledRemovals
from alignment.importance.folds import make_folds
from alignment.importance.selection import selection_curve
from alignment.prediction.controls import (
    CONTROLS,
    TESTS,
    Case,
    compare_controls,
    features_of,
    map_activity,
    most_active,
    random_sets,
)
from alignment.prediction.fold_tests import compare_folds
from alignment.prediction.reweighting import reweight, terms_of
from alignment.similarity.fits import fit, rank_maps
from alignment.similarity.pairs import pair_images, square, upper_triangle


def test_random_sets_have_the_size_and_draw_every_map_alike():
    sets = random_sets(20, 5, 4000, np.random.default_rng(0))
    assert sets.shape == (4000, 20)
    assert (sets.sum(axis=1) == 5).all()
    # The standard deviation of a share is .0068.
    assert abs(sets.mean(axis=0) - 0.25).max() < 0.03
    together = (sets[:, 3] & sets[:, 11]).mean()
    assert together == pytest.approx(5 / 20 * 4 / 19, abs=0.015)
    assert random_sets(4, 0, 2, np.random.default_rng(0)).sum() == 0


def test_activity_counts_units_that_are_not_zero():
    maps = np.zeros((2, 3, 2, 2), dtype=np.float32)
    maps[0, 0] = [[0, 3], [0, 0]]
    maps[0, 1] = [[1, -1], [0, 0]]
    maps[1, 2] = 0.5
    share, strength = map_activity(maps)
    assert share.tolist() == [[0.25, 0.5, 0], [0, 0, 1]]
    assert strength.tolist() == [[0.75, 0.5, 0], [0, 0, 0.5]]


def test_the_most_active_maps_are_those_of_the_training_images():
    share = np.array([[0.2, 0.5, 0.5, 0.1], [0.2, 0.5, 0.5, 0.9], [0.9, 0.0, 0.0, 0.0]])
    strength = np.array([[1, 2, 3, 1], [1, 2, 3, 1], [9, 9, 9, 9]])
    assert most_active(share, strength, np.array([0])).tolist() == [2, 1, 0, 3]
    assert most_active(share, strength, np.array([0, 1])).tolist() == [2, 1, 3, 0]
    assert most_active(share, strength, np.array([2]))[0] == 0


@pytest.fixture
def folds():
    """Two cohorts of one model: pruning wins in the first, and no draws were made."""
    rng = np.random.default_rng(0)
    n = 80
    full = rng.random(n)
    gain = np.where(np.arange(n) < 40, 0.2, 0.0) + 0.02 * rng.normal(size=n)
    return {
        "cohort": np.repeat(["a", "b"], 40),
        "model": np.array(["m"] * n),
        "n_train": np.full(n, 32),
        "n_test": np.full(n, 8),
        "full": full,
        "retained": full + gain,
        "random_mean": np.full(n, np.nan),
        "activity": full + gain + 0.05 * rng.normal(size=n) + 0.1,
        "reweighted": np.where(np.arange(n) == 3, np.nan, full),
    }


def test_every_control_is_tested_two_sided_and_corrected_over_the_table(folds):
    rows = compare_controls(folds)
    assert [(row["cohort"], row["control"]) for row in rows] == [
        (cohort, control) for cohort in "ab" for control in ("activity", "reweighted")
    ]
    for row in rows:
        assert list(row) == list(TESTS)
        here = folds["cohort"] == row["cohort"]
        (control,) = (control for control in CONTROLS if control.name == row["control"])
        names = (control.column, "retained", "n_train", "n_test")
        expected = compare_folds(*(folds[name][here] for name in names))
        assert row["t_corrected"] == expected["t_corrected"]
        one_sided = expected["p_corrected"]
        assert row["p_corrected"] == pytest.approx(2 * min(one_sided, 1 - one_sided))
        assert row["difference"] == pytest.approx(row["test_retained"] - row["test_control"])
    assert [row["n_folds"] for row in rows] == [40, 39, 40, 40]
    p = sorted(row["p_corrected"] for row in rows)
    assert min(row["p_holm"] for row in rows) == pytest.approx(4 * p[0])
    assert rows[0]["difference"] < 0  # a rival may win
    assert rows[0]["p_holm"] < 0.05
    assert rows[1]["p_holm"] < 0.001
    assert rows[3]["p_holm"] > 0.05


@pytest.mark.parametrize("unit", ["images", "pairs"])
def test_judgments_outside_the_training_side_change_nothing_that_is_learned(unit):
    """No ranking, no retained set, no penalty and no weight knows the test judgments."""
    rng = np.random.default_rng(5)
    n_images = 24
    embedding = rng.gamma(1.0, size=(n_images, 30))
    human = np.corrcoef(embedding[:, :6]) + 0.1 * rng.normal(size=(n_images, n_images))
    human = (human + human.T) / 2
    head, removals = PooledHead(embedding), PooledRemovals(embedding)

    def learned(judgments, fold):
        _, _, ais = removals.map_scores(fold.train_pairs, judgments, "r2")
        order = rank_maps(ais)
        curve = selection_curve(head, order, fold, judgments)
        found = reweight(terms_of(embedding, "pearson"), fold, judgments, unit=unit, seed=111)
        return order, curve.retained, found.penalty, found.weights, curve.test_fit

    images = np.arange(n_images)
    for k, fold in enumerate(make_folds(images, human, [111], 4, unit).of(human)):
        judgments = upper_triangle(human)
        before = learned(judgments, fold)
        others = np.setdiff1d(np.arange(len(judgments)), fold.train_pairs)
        permuted = judgments.copy()
        permuted[others] = rng.permutation(judgments[others])
        # The folds themselves do not move either.
        matrix = square(permuted, n_images, 1.0)
        again = list(make_folds(images, matrix, [111], 4, unit).of(matrix))[k]
        after = learned(permuted, again)
        for one, other in zip(before[:4], after[:4], strict=True):
            np.testing.assert_array_equal(one, other)
        assert not np.array_equal(before[4], after[4])


# The registry


OFF = {"random_draws": 0, "activity": False, "reweighting": "none", "observers": False}
OFF |= {"without_best": False}


def control(name):
    (found,) = (control for control in CONTROLS if control.name == name)
    return found


def test_every_control_has_a_name_a_label_and_columns_of_its_own():
    for names in (
        [each.name for each in CONTROLS],
        [each.label for each in CONTROLS],
        [column for each in CONTROLS for column in each.columns],
    ):
        assert len(set(names)) == len(names)
        assert all(names)
    assert all(each.column == each.columns[0] for each in CONTROLS)


@pytest.mark.parametrize(
    ("settings", "wanted"),
    [
        ({}, []),
        ({"random_draws": 1}, ["random"]),
        ({"activity": True}, ["activity"]),
        ({"reweighting": "products"}, ["reweighted"]),
        ({"random_draws": 9, "reweighting": "similarity"}, ["random", "reweighted"]),
        ({"observers": True}, []),
        ({"without_best": True}, []),
    ],
)
def test_a_control_is_wanted_by_its_own_setting(settings, wanted):
    assert [each.name for each in CONTROLS if each.wanted(OFF | settings)] == wanted


@pytest.fixture
def case():
    """Twelve images of eight maps, and the first fold."""
    rng = np.random.default_rng(0)
    maps = np.maximum(rng.normal(size=(12, 8, 3, 3)), 0)
    embedding = maps.mean(axis=(2, 3))
    human = square(rng.random(66), 12, 1.0)
    settings = OFF | {"random_draws": 4, "reweighting": "similarity"}
    features = features_of(embedding, "pearson", "similarity")
    judgments = upper_triangle(human)
    fold = next(make_folds(np.arange(12), human, [111], 3).of(human))
    head = PooledHead(embedding)
    return Case(head, judgments, "r2", "images", map_activity(maps), features, settings), fold


def fit_with(case, fold, kept):
    """The test fit with some maps kept, by plain correlations."""
    embedding = np.where(np.isin(np.arange(8), kept), case.head.embedding, 0)
    pairs = fold.test_pairs
    return oracle.fit(upper_triangle(np.corrcoef(embedding))[pairs], case.judgments[pairs], "r2")


def test_every_control_measures_its_columns(case):
    for each in CONTROLS:
        values = each.measure(*case, 3, 0.5)
        assert set(values) == set(each.columns)
        assert all(np.isfinite(value) for value in values.values())


def test_random_sets_are_fitted_and_counted_against_the_retained_maps(case):
    case, fold = case
    rng = np.random.default_rng([fold.seed, fold.number])
    fits = [fit_with(case, fold, np.flatnonzero(kept)) for kept in random_sets(8, 3, 4, rng)]
    threshold = sorted(fits)[1]
    found = control("random").measure(case, fold, 3, threshold)
    assert found["random_mean"] == pytest.approx(np.mean(fits))
    assert found["random_sd"] == pytest.approx(np.std(fits, ddof=1))
    assert control("random").measure(case, fold, 3, threshold - 1e-9)["random_share"] == 0.75
    # The same draws every time, and others in another fold.
    assert control("random").measure(case, fold, 3, threshold) == found


def test_no_share_of_random_sets_fits_as_well_as_what_has_no_fit(case):
    found = control("random").measure(*case, 3, np.nan)
    assert np.isnan(found["random_share"])
    assert np.isfinite(found["random_mean"])


def test_random_sets_without_a_fit_measure_nothing(case):
    # A single map makes all images the same.
    assert control("random").measure(*case, 1, 0.5) == {}


def test_random_sets_of_all_maps_measure_nothing(case):
    """Each would be the retained set itself, better or worse by its last digit."""
    assert control("random").measure(*case, 8, 0.5) == {}


def test_a_random_set_that_fits_equally_well_counts_whatever_its_last_digit(case):
    case, fold = case
    maps = case.head.embedding.copy()
    maps[:, 5] = 0  # silent: seven maps of eight fit as the other seven do
    case = replace(case, head=PooledHead(maps), settings=case.settings | {"random_draws": 50})
    rng = np.random.default_rng([fold.seed, fold.number])
    sets = random_sets(8, 7, 50, rng)
    fits = case.head.fits_of_sets(sets, fold.test_pairs, case.judgments, case.fit)
    best = fits.max()
    expected = np.mean(fits >= best - 1e-9)
    found = control("random").measure(case, fold, 7, np.nextafter(best, 1))
    assert found["random_share"] == expected > 0


def test_active_maps_are_those_of_the_training_images(case):
    case, fold = case
    share, strength = case.activity
    first, second = pair_images(12)
    members = sorted({*first[fold.train_pairs].tolist(), *second[fold.train_pairs].tolist()})
    assert len(members) == 8
    order = sorted(
        range(8), key=lambda f: (-share[members, f].mean(), -strength[members, f].mean())
    )
    found = control("activity").measure(case, fold, 3, 0.5)["activity"]
    assert found == pytest.approx(fit_with(case, fold, order[:3]))


def test_reweighted_features_are_learned_and_fitted(case):
    case, fold = case
    found = control("reweighted").measure(case, fold, 3, 0.5)
    expected = reweight(case.features, fold, case.judgments, seed=fold.seed)
    first, second = (images[fold.test_pairs] for images in pair_images(12))
    predicted = [
        (case.features[i] * case.features[j]) @ expected.weights
        for i, j in zip(first, second, strict=True)
    ]
    assert found["penalty"] == expected.penalty
    right = fit(np.array(predicted), case.judgments[fold.test_pairs])
    assert found["reweighted"] == pytest.approx(float(right))


def test_features_are_terms_of_the_similarity_or_the_embedding_itself(case):
    embedding = case[0].head.embedding.astype(np.float32)
    terms = features_of(embedding, "pearson", "similarity")
    np.testing.assert_allclose(terms @ terms.T, np.corrcoef(embedding), atol=1e-6)
    for reweighting in ("products", "none"):
        rows = features_of(embedding, "pearson", reweighting)
        np.testing.assert_array_equal(rows, embedding)
        assert rows.dtype == np.float64


def test_where_all_maps_are_equally_active_none_are_the_most_active(case):
    """As in networks whose units are never zero: any order would be an arbitrary one."""
    case, fold = case
    _, strength = case.activity
    dense = replace(case, activity=(np.ones_like(strength), strength))
    assert control("activity").measure(dense, fold, 3, 0.5) == {}


def test_all_maps_are_not_compared_with_themselves(case):
    case, fold = case
    assert control("activity").measure(case, fold, 8, 0.5) == {}
    assert set(control("activity").measure(case, fold, 7, 0.5)) == {"activity"}
