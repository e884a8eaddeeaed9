"""Folds are those of the definition, and no pair crosses from train to test."""

from itertools import combinations

import numpy as np
import oracle
import pytest
from sklearn.model_selection import KFold

from alignment.artifacts.errors import InputError
from alignment.importance.folds import (
    Folds,
    check_cohort,
    make_folds,
    of_equal_judgments,
    of_few_pairs,
    split,
)
from alignment.similarity.fits import fit
from alignment.similarity.pairs import pair_positions, square, upper_triangle


def judgments_of(n, seed=0):
    return square(np.random.default_rng(seed).random(n * (n - 1) // 2), n, 1.0)


def pair_list(n):
    return list(combinations(range(n), 2))


def folds_of(images, judgments, seed, n_folds=5, unit="images"):
    """The folds of one seed."""
    return list(make_folds(images, judgments, [seed], n_folds, unit).of(judgments))


def test_test_sets_are_consecutive_parts_of_the_legacy_shuffle():
    # numpy.random.RandomState(111).shuffle of 0..11: 7 9 8 | 0 5 2 | 1 3 | 6 10 | 11 4
    expected = [[7, 8, 9], [0, 2, 5], [1, 3], [6, 10], [4, 11]]
    assert [test.tolist() for _, test in split(12, 111, 5)] == expected


@pytest.mark.parametrize(("n", "n_folds"), [(12, 5), (92, 5), (13, 4), (10, 10), (7, 2)])
@pytest.mark.parametrize("seed", [111, 888])
def test_the_test_sets_are_a_partition_of_near_equal_parts(n, n_folds, seed):
    folds = split(n, seed, n_folds)
    assert [len(test) for _, test in folds] == [
        n // n_folds + (k < n % n_folds) for k in range(n_folds)
    ]
    assert sorted(i for _, test in folds for i in test) == list(range(n))
    for train, test in folds:
        assert sorted([*train, *test]) == list(range(n))
        assert (np.diff(train) > 0).all()
        assert (np.diff(test) > 0).all()


@pytest.mark.parametrize(("n", "n_folds"), [(17, 4), (92, 5), (120, 2), (9, 3)])
@pytest.mark.parametrize("seed", [0, 111, 888])
def test_folds_are_those_of_scikit_learn(n, n_folds, seed):
    expected = KFold(n_folds, shuffle=True, random_state=seed).split(np.empty(n))
    for sides, of_scikit_learn in zip(split(n, seed, n_folds), expected, strict=True):
        for side, same in zip(sides, of_scikit_learn, strict=True):
            np.testing.assert_array_equal(side, same)


def test_seeds_differ_and_repeat():
    first, again, other = (split(30, seed, 5)[0][1].tolist() for seed in (111, 111, 222))
    assert first == again != other


@pytest.mark.parametrize("images", [range(15), [1, 2, 4, 5, 7, 8, 10, 11, 13, 14]])
def test_pairs_lie_within_train_or_within_test(images):
    """Also for a part of the dataset: positions are those among all its pairs."""
    images, pairs = np.array(images), pair_list(15)
    folds = folds_of(images, judgments_of(15), 111, 3)
    for fold, (train, test) in zip(folds, split(len(images), 111, 3), strict=True):
        for positions, side in ((fold.train_pairs, train), (fold.test_pairs, test)):
            members = set(images[side].tolist())
            assert [pairs[p] for p in positions] == list(combinations(sorted(members), 2))
        assert (fold.n_train, fold.n_test) == (len(train), len(test))


def test_the_order_of_a_cohorts_images_does_not_matter():
    images = np.array([3, 0, 9, 5, 7, 2, 11, 4, 8, 1])
    for a, b in zip(
        folds_of(images, judgments_of(12), 222, 3),
        folds_of(np.sort(images), judgments_of(12), 222, 3),
        strict=True,
    ):
        assert a.test_pairs.tolist() == b.test_pairs.tolist()


@pytest.mark.parametrize("unit", ["images", "pairs"])
def test_the_folds_of_all_seeds_are_those_of_each(unit):
    images, judgments = np.arange(12), judgments_of(12)
    folds = make_folds(images, judgments, [222, 111], 3, unit)
    every = list(folds.of(judgments))
    assert [(fold.seed, fold.number) for fold in every] == [
        (seed, k) for seed in (222, 111) for k in range(3)
    ]
    for seed in (222, 111):
        alone = folds_of(images, judgments, seed, 3, unit)
        chosen = list(folds.of_seed(seed).of(judgments))
        assert len(alone) == len(chosen) == 3
        of_seed = (fold for fold in every if fold.seed == seed)
        for fold, one, other in zip(of_seed, alone, chosen, strict=True):
            assert (fold.seed, fold.number) == (one.seed, one.number) == (other.seed, other.number)
            assert (
                fold.train_pairs.tolist() == one.train_pairs.tolist() == other.train_pairs.tolist()
            )
            assert fold.test_pairs.tolist() == one.test_pairs.tolist() == other.test_pairs.tolist()


@pytest.mark.parametrize("n_folds", [2, 3])
@pytest.mark.parametrize("unit", ["images", "pairs"])
@pytest.mark.parametrize("missing", [[], [(0, 1), (3, 8), (9, 10)]], ids=["judged", "missing"])
def test_folds_are_the_definition(n_folds, unit, missing):
    """The oracle shuffles a whole dataset; here the cohort is a part of one."""
    n, cohort = 17, np.array([0, 1, 3, 4, 6, 8, 9, 10, 12, 13, 15, 16])
    judgments = judgments_of(n)
    for a, b in missing:
        judgments[a, b] = judgments[b, a] = np.nan
    pairs = [tuple(cohort[list(pair)]) for pair in pair_list(len(cohort))]
    judged = [pair for pair in pairs if np.isfinite(judgments[pair])]
    assert len(judged) == len(pairs) - len(missing)
    for seed in (111, 7):
        if unit == "images":
            expected = [
                tuple([pairs[pair_list(12).index(p)] for p in side] for side in fold)
                for fold in oracle.folds(len(cohort), seed, n_folds, unit)
            ]
        else:
            # Pairs that nobody judged are not shuffled with the others.
            order = np.arange(len(judged))
            np.random.RandomState(seed).shuffle(order)
            expected = [
                ([p for p in judged if p not in test], test)
                for part in np.array_split(order, n_folds)
                for test in [[judged[k] for k in part]]
            ]
        folds = folds_of(cohort, judgments, seed, n_folds, unit)
        for fold, sides in zip(folds, expected, strict=True):
            for found, side in zip((fold.train_pairs, fold.test_pairs), sides, strict=True):
                assert {pair_list(n)[k] for k in found} == set(side) & set(judged)
                assert (np.diff(found) > 0).all()


@pytest.mark.parametrize("unit", ["images", "pairs"])
def test_folds_of_some_places_are_those_of_all(unit):
    judgments = judgments_of(12)
    folds = make_folds(np.arange(12), judgments, [2, 1], 3, unit)
    every = list(folds.of(judgments))
    assert len(every) == len(folds) == 6
    for places in (range(0, 6, 4), range(1, 6, 2), range(0)):
        chosen = list(folds.of(judgments, places))
        assert [(fold.seed, fold.number) for fold in chosen] == [
            (every[k].seed, every[k].number) for k in places
        ]
        for fold, k in zip(chosen, places, strict=True):
            assert fold.train_pairs.tolist() == every[k].train_pairs.tolist()
            assert fold.test_pairs.tolist() == every[k].test_pairs.tolist()


def test_a_seed_that_is_none_of_the_folds_has_none():
    judgments = judgments_of(12)
    assert list(make_folds(np.arange(12), judgments, [1, 2], 3).of_seed(3).of(judgments)) == []


@pytest.mark.parametrize("unit", ["images", "pairs"])
def test_folds_are_the_same_after_a_file(unit):
    """What is kept of them is arrays."""
    judgments = judgments_of(12)
    folds = make_folds(np.arange(1, 11), judgments, [5, 6], 3, unit)
    assert folds.n_folds == 3
    again = Folds(**{name: np.array(value)[()] for name, value in vars(folds).items()})
    for fold, other in zip(folds.of(judgments), again.of(judgments), strict=True):
        assert fold.train_pairs.tolist() == other.train_pairs.tolist()
        assert fold.test_pairs.tolist() == other.test_pairs.tolist()


def test_pairs_as_units_are_shuffled_themselves():
    images = np.array([0, 2, 3, 5, 6])
    within = [k for k, (i, j) in enumerate(pair_list(7)) if {i, j} <= set(images.tolist())]
    assert pair_positions(images, 7).tolist() == within
    order = np.arange(10)
    np.random.RandomState(333).shuffle(order)
    folds = folds_of(images, judgments_of(7), 333, 3, "pairs")
    for fold, test in zip(folds, (order[:4], order[4:7], order[7:]), strict=True):
        assert fold.test_pairs.tolist() == sorted(within[k] for k in test)
        assert sorted([*fold.train_pairs, *fold.test_pairs]) == within
        assert (fold.n_train, fold.n_test) == (10 - len(test), len(test))


def test_unjudged_pairs_are_not_units():
    judgments = judgments_of(6)
    judgments[1, 4] = judgments[4, 1] = np.nan
    folds = folds_of(np.arange(6), judgments, 111, 2, "pairs")
    assert sum(fold.n_test for fold in folds) == 14
    assert pair_list(6).index((1, 4)) not in np.concatenate([fold.test_pairs for fold in folds])


def test_an_unknown_unit_is_refused():
    with pytest.raises(ValueError, match="unit 'rows' is not one of images, pairs"):
        make_folds(np.arange(6), judgments_of(6), [111], unit="rows")


@pytest.mark.parametrize(
    ("n", "n_folds", "unit", "units", "largest"),
    [(14, 5, "images", 14, 4), (8, 3, "images", 8, 2), (5, 4, "pairs", 10, 3)],
)
def test_too_many_folds_are_refused_with_the_largest_possible_number(
    n, n_folds, unit, units, largest
):
    with pytest.raises(InputError) as caught:
        check_cohort("birds", np.arange(n), judgments_of(n), n_folds, unit)
    sentence = str(caught.value)
    assert f"n_folds: {n_folds} folds of the cohort 'birds' ({units} {unit})" in sentence
    assert f"leave {units // n_folds} for the test of a fold" in sentence
    assert f"use at most {largest} folds" in sentence
    check_cohort("birds", np.arange(n), judgments_of(n), largest, unit)
    assert min(len(test) for _, test in split(units, 111, largest)) >= 3
    assert min(len(test) for _, test in split(units, 111, largest + 1)) < 3


def test_a_cohort_that_no_number_of_folds_suits_is_refused():
    with pytest.raises(InputError, match=r"cohort 'birds' \(5 images\).*use a larger cohort"):
        check_cohort("birds", np.arange(5), judgments_of(5), 2)


@pytest.mark.parametrize("values", ["constant", "missing"])
def test_judgments_that_do_not_vary_are_refused(values):
    """Within the cohort: the rest of the dataset may vary."""
    judgments, images = judgments_of(20), np.arange(2, 18)
    judgments[np.ix_(images, images)] = 0.5 if values == "constant" else np.nan
    n_judged = 120 if values == "constant" else 0
    with pytest.raises(
        InputError, match=rf"cohorts: birds: .* 16 images \({n_judged} judged pairs\) do not"
    ):
        check_cohort("birds", images, judgments, 5)
    check_cohort("birds", np.arange(20), judgments, 5)


@pytest.mark.parametrize("unit", ["images", "pairs"])
def test_a_fold_without_judged_test_pairs_is_refused(unit):
    sparse = np.full((9, 9), np.nan)
    sparse[0, 1:5] = sparse[1:5, 0] = [1, 2, 3, 4]
    with pytest.raises(
        InputError, match=r"seed 111, fold \d has \d judged test pairs where at least 3"
    ):
        make_folds(np.arange(9), sparse, [111], 3, unit)
    with pytest.raises(InputError, match=r"fold \d of the cohort 'birds' has \d judged test pairs"):
        make_folds(np.arange(9), sparse, [111], 3, unit, cohort="birds")


def test_folds_whose_judgments_are_all_equal_are_counted():
    human = np.zeros((9, 9))
    human[0, 1] = human[1, 0] = 1
    folds = make_folds(np.arange(9), human, [1, 2], 3)
    triangle = upper_triangle(human)
    trained, tested = (
        sum(len(set(triangle[pairs].tolist())) == 1 for pairs in sides)
        for sides in zip(*[(f.train_pairs, f.test_pairs) for f in folds.of(human)], strict=True)
    )
    assert 0 < trained < tested < 6
    said = of_equal_judgments("c", folds, human)
    assert f"of the 6 folds of the cohort 'c', the training pairs of {trained} and" in said
    assert f" and the test pairs of {tested} have judgments that are all equal" in said
    varied = square(np.arange(36.0), 9, 1.0)
    assert of_equal_judgments("c", folds, varied) == ""


def test_folds_of_few_pairs_are_warned_of_with_what_chance_gives():
    def said(n, unit, share=1.0):
        rng = np.random.default_rng(0)
        human = square(np.where(rng.random(n * (n - 1) // 2) < share, 0.5, np.nan), n, 1.0)
        return of_few_pairs("c", make_folds(np.arange(n), human, [1, 2], 4, unit), human)

    assert "tested on 4 images, 6 pairs: " in said(16, "images")
    assert "R2 is 0.20 on average" in said(16, "images")
    assert "typically by 0.45." in said(16, "images")
    assert "tested on 13 pairs: " in said(11, "pairs")
    # What chance gives, whatever the fit
    rng = np.random.default_rng(0)
    found = fit(rng.normal(size=(20_000, 6)), rng.normal(size=6), "pearson")
    assert (found**2).mean() == pytest.approx(0.2, abs=0.01)
    assert said(32, "images") == said(16, "pairs") == ""
    assert "tested on 8 images, of which " in said(32, "images", 0.6)
