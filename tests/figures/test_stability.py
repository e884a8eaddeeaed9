"""The figure of stability says how many maps are stable."""

import numpy as np
import pytest
from designs import COLUMN, DESIGNS, FOLDS, MANY, ceilings, columns, legend, marks, names, width

from alignment.comparison.stability import (
    compare_fold_pairs,
    describe_maps,
    summarize_stability,
)
from alignment.figures.charts import looks, with_images
from alignment.figures.stability import draw


def repeated(designs, table):
    """Write a table down for every cohort and model."""
    n_rows = len(next(iter(table.values())))
    cohort, model = (np.repeat(each, n_rows) for each in np.array(designs).T)
    tiled = {name: np.tile(column, len(designs)) for name, column in table.items()}
    return {"cohort": cohort, "model": model} | tiled


def stability_of(cohorts, models, seeds):
    """The same folds for every cohort and model: tables, a row's values, number of stable maps."""
    rng = np.random.default_rng(0)
    scores = rng.normal(size=(4, 30))
    retained = rng.random((4, 30)) < 0.2
    retained[:, :3] = True
    maps = describe_maps(scores, retained)
    pairs = compare_fold_pairs(scores, retained, np.array(seeds))
    halves = {name: np.array([0.1]) for name in ("rank_correlation", "overlap", "overlap_random")}
    one = summarize_stability(maps, pairs, halves, retained.sum(axis=1), 1)
    designs = [(cohort, model) for cohort in cohorts for model in models]
    summary = columns([{"cohort": c, "model": m, **one} for c, m in designs])
    tables = repeated(designs, maps), repeated(designs, pairs), summary
    return tables, one, int(retained.all(axis=0).sum())


def test_many_models_with_long_names_have_room(saved):
    tables, _, _ = stability_of(["animals"], MANY, [1, 1, 2, 2])
    figure = draw(*tables, ceilings(["animals"]), share=1, folds=FOLDS)
    saved(figure, COLUMN)
    above, below = (axes.yaxis.label.get_window_extent() for axes in figure.axes[:2])
    assert above.y0 > below.y1


@pytest.mark.parametrize("seeds", [[1, 1, 2, 2], [1, 1, 1, 1]], ids=["seeds", "one seed"])
@DESIGNS
def test_it_says_how_many_maps_are_stable(saved, n_cohorts, n_models, seeds):
    cohorts, models = names(n_cohorts, n_models)
    tables, one, n_stable = stability_of(cohorts, models, seeds)
    figure = draw(*tables, ceilings(cohorts), share=1, folds=FOLDS)
    left, right, *below = figure.axes
    keys = [axes.get_legend() for axes in below if axes.get_title()]
    assert [key.get_title().get_text() for key in keys] == ["stable"] * n_cohorts
    assert [[text.get_text() for text in key.get_texts()] for key in keys] == [
        [f"{n_stable}"] * n_models
    ] * n_cohorts
    # Boxes, which nobody takes for errors, with the mean of their pairs.
    kinds = ["within"] if len(set(seeds)) == 1 else ["within", "between"]
    for panel, name in ((left, "rank_correlation"), (right, "overlap")):
        said = [label.get_text() for label in panel.get_xticklabels()]
        assert said == with_images(cohorts, ceilings(cohorts), FOLDS)
        assert len(panel.patches) == len(kinds) * n_cohorts * n_models
        assert not panel.collections
        for look in looks(models).values():
            found = [mark.get_ydata()[0] for mark in marks(panel, look)]
            assert found == pytest.approx([one[f"{name}_{kind}"] for kind in kinds] * n_cohorts)
    n_within, n_between = (2, 4) if len(set(seeds)) == 2 else (6, 0)
    said = {
        f"one seed ({n_within} pairs)",
        f"different seeds ({n_between} pairs)",
    }
    assert said | {"disjoint halves (mean of 1)"} <= set(legend(figure))
    saved(figure, width(n_cohorts, n_models))


def test_the_axis_has_the_numbers_of_the_model_with_most_maps():
    scores = np.random.default_rng(0).normal(size=(2, 1280))
    tables, pairs, rows = [], [], []
    for model, n_maps in (("large", 1280), ("small", 512)):
        retained = scores[:, :n_maps] > 1
        maps = describe_maps(scores[:, :n_maps], retained)
        folds = compare_fold_pairs(scores[:, :n_maps], retained, np.array([1, 1]))
        halves = {name: np.array([0.1]) for name in ("rank_correlation", "overlap")}
        halves |= {"overlap_random": np.array([0.1])}
        one = summarize_stability(maps, folds, halves, retained.sum(axis=1), 1)
        tables.append(repeated([("c", model)], maps))
        pairs.append(repeated([("c", model)], folds))
        rows.append({"cohort": "c", "model": model, **one})
    maps, pairs = (
        {name: np.concatenate([table[name] for table in both]) for name in both[0]}
        for both in (tables, pairs)
    )
    figure = draw(maps, pairs, columns(rows), ceilings(["c"]), share=1, folds=FOLDS)
    panel = figure.axes[-1]
    assert panel.get_xticks().tolist() == [1, 10, 100, 1000]
