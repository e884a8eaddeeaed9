"""The figure of controls says what its tables say, for every control of the registry."""

import numpy as np
import pytest
from designs import DESIGNS, ceilings, names, texts

from alignment.figures.controls import LABELS, draw
from alignment.prediction.controls import CONTROLS


def folds_of(cohorts, models, without=()):
    """Three folds of every cohort and model; some controls are switched off."""
    n = 3 * len(cohorts) * len(models)
    rng = np.random.default_rng(0)
    folds = {
        "cohort": np.repeat(cohorts, 3 * len(models)),
        "model": np.tile(np.repeat(models, 3), len(cohorts)),
        **{name: rng.random(n) for name in ("full", "retained")},
    }
    for control in CONTROLS:
        measured = np.full(n, np.nan) if control.name in without else rng.random(n)
        folds |= dict.fromkeys(control.columns[1:], np.full(n, 0.05))
        folds[control.column] = measured
    return folds


def rows_of_tests(cohorts, models):
    """The random sets differ from the retained maps, nothing else does."""
    designs = [(c, m) for c in cohorts for m in models]
    rows = [(c, m, control.name) for c, m in designs for control in CONTROLS]
    tests = dict(zip(("cohort", "model", "control"), np.array(rows).T, strict=True))
    tests["p_holm"] = np.where(tests["control"] == "random", 0.01, 0.2)
    cohort, model = np.array(designs).T
    return tests, {"cohort": cohort, "model": model, "p_holm": np.full(len(designs), 0.2)}


@DESIGNS
def test_every_mean_star_and_ceiling_is_shown(saved, n_cohorts, n_models):
    cohorts, models = names(n_cohorts, n_models)
    folds = folds_of(cohorts, models, without=["activity"])
    folds["reweighted"][1] = np.nan
    figure = draw(folds, *rows_of_tests(cohorts, models), ceilings(cohorts), "r2")
    panels = [axes for axes in figure.axes if axes.get_visible()]
    assert [axes.get_title() for axes in panels] == cohorts
    rows = [label.get_text() for label in panels[0].get_yticklabels()]
    assert rows == ["all maps", "retained maps", "random maps", "reweighted"]
    marks = [line for line in panels[0].lines if len(line.get_xdata()) == 1]
    expected = [
        np.nanmean(folds[name][3 * m : 3 * m + 3])
        for m in range(n_models)
        for name in ("full", "retained", "random_mean", "reweighted")
    ]
    assert [line.get_xdata()[0] for line in marks] == pytest.approx(expected)
    assert texts(figure) == ["*"] * (n_cohorts * n_models)
    dashed = [line for axes in panels for line in axes.lines if line.get_linestyle() == "--"]
    assert len(dashed) == n_cohorts - 1
    saved(figure)


def test_every_control_of_the_registry_has_a_row():
    figure = draw(folds_of(["a"], ["m"]), *rows_of_tests(["a"], ["m"]), ceilings(["a"]), "r2")
    rows = [label.get_text() for label in figure.axes[0].get_yticklabels()]
    assert rows == list(LABELS.values())
    assert {control.label for control in CONTROLS} < set(rows)


def test_all_maps_have_the_star_of_their_own_test():
    tests, summary = rows_of_tests(["a"], ["m"])
    tests["p_holm"][:] = 1
    summary["p_holm"][:] = 0.01
    figure = draw(folds_of(["a"], ["m"]), tests, summary, ceilings(["a"]), "r2")
    assert texts(figure) == ["*"]
