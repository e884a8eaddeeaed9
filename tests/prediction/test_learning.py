"""Studies drawn from a larger one, and what they predict, against the definition."""

from itertools import pairwise

import numpy as np
import oracle
import pytest

from alignment.heads.pooled import PooledHead, PooledRemovals
from alignment.prediction.learning import (
    COLUMNS,
    SUMMARY_COLUMNS,
    Draw,
    draw_studies,
    measure,
    summarize,
)

IMAGES = np.array([0, 2, 3, 5, 6, 7, 8, 9, 11, 12, 13, 15, 16, 17, 18, 19, 20, 21, 22, 23])


def studies(**changes):
    options = {"pictures": [10, 6, 40], "observers": [1, 2, 9], "n_draws": 7, "n_folds": 5}
    return list(draw_studies(IMAGES, 4, **(options | changes)))


def test_small_studies_are_part_of_large_ones_and_never_of_the_test():
    drawn = studies()
    assert len(drawn) == 7 * (3 + 3)
    for number in range(7):
        own = [study for study in drawn if study.number == number]
        by_pictures = [study for study in own if study.varied == "pictures"]
        assert [len(study.train) for study in by_pictures] == [6, 10, 16]
        for less, more in pairwise(by_pictures):
            assert set(less.train) < set(more.train)
        by_observers = [study for study in own if study.varied == "observers"]
        assert [len(study.observers) for study in by_observers] == [1, 2, 4]
        for study in own:
            np.testing.assert_array_equal(study.test, own[0].test)
            assert len(study.test) == 4
            assert not set(study.test) & set(study.train)
            assert set(study.test) | set(study.train) <= set(IMAGES)
        assert all(len(study.train) == 16 for study in by_observers)
    assert len({tuple(study.test) for study in drawn}) > 1


def test_without_observers_only_pictures_are_drawn():
    drawn = list(draw_studies(IMAGES, 0, [6], [1, 2], 3, 5))
    assert {study.varied for study in drawn} == {"pictures"}
    assert len(drawn) == 3 * 2


@pytest.mark.parametrize("with_observers", [False, True])
def test_a_study_is_measured_as_the_definition_says(with_observers):
    rng = np.random.default_rng(0)
    maps = rng.random((14, 6, 1, 1))
    embedding = maps[..., 0, 0]
    observers = rng.random((3, 14, 14))
    observers += observers.transpose(0, 2, 1)
    observers[1, 2, 4] = observers[1, 4, 2] = np.nan
    human = np.nanmean(observers, axis=0)
    above = np.triu_indices(14, 1)
    chosen = np.array([0, 1]) if with_observers else None
    draw = Draw("pictures", 4, np.arange(1, 10), np.array([0, 10, 11, 12, 13]), chosen)
    found = measure(
        draw,
        PooledHead(embedding),
        PooledRemovals(embedding),
        human[above],
        observers[:, above[0], above[1]],
    )
    learned = np.nanmean(observers[:2], axis=0) if with_observers else human

    def head(values):
        return values.mean(axis=(2, 3))

    pairs = [
        [p for p in oracle.all_pairs(14) if p[0] in part and p[1] in part]
        for part in (draw.train, draw.test)
    ]
    full, without = oracle.map_scores(maps, head, learned, pairs[0], "pearson", "r2")
    order = np.argsort(-(full - without), kind="stable")
    args = (order, *pairs, "pearson", "r2")
    train_fit, _ = oracle.selection(maps, head, learned, *args)
    _, test_fit = oracle.selection(maps, head, human, *args)
    best = int(np.nanargmax(train_fit))
    assert tuple(found) == COLUMNS
    assert found["n_retained"] == best + 1
    assert (found["n_pictures"], found["n_test"], found["draw"]) == (9, 5, 4)
    assert found["n_observers"] == (2 if with_observers else 3)
    expected = {"train_full": train_fit[-1], "train_retained": train_fit[best]}
    expected |= {"test_full": test_fit[-1], "test_retained": test_fit[best]}
    for name, value in expected.items():
        assert found[name] == pytest.approx(value)


def test_sizes_are_summarized_over_their_draws():
    rows = {name: [] for name in COLUMNS}
    rng = np.random.default_rng(1)
    for draw in range(40):
        for varied, n, people in (("observers", 30, 2), ("pictures", 30, 5), ("pictures", 9, 5)):
            values = (varied, n, people, draw, 5, 10 * draw, *rng.random(4))
            for name, value in zip(COLUMNS, values, strict=True):
                rows[name].append(value)
    table = {name: np.array(values) for name, values in rows.items()}
    table["test_full"][2] = np.nan
    found = summarize(table)
    assert [(r["varied"], r["n_pictures"], r["n_observers"]) for r in found] == [
        ("pictures", 9, 5),
        ("pictures", 30, 5),
        ("observers", 30, 2),
    ]
    assert [row["n_draws"] for row in found] == [39, 40, 40]
    row, here = found[1], (table["varied"] == "pictures") & (table["n_pictures"] == 30)
    assert tuple(row) == SUMMARY_COLUMNS
    gain = (table["test_retained"] - table["test_full"])[here]
    assert row["gain"] == pytest.approx(gain.mean())
    assert row["gain_low"] == pytest.approx(np.quantile(gain, 0.025))
    assert row["retained_high"] == pytest.approx(np.quantile(table["test_retained"][here], 0.975))
    assert row["share_gaining"] == pytest.approx(np.mean(gain > 0))
    assert row["n_retained"] == pytest.approx(195)
