"""The figure of held-out fits says what its tables say."""

import numpy as np
import pytest
from designs import DESIGNS, ceilings, names, texts

from alignment.figures.prediction import draw


def summary_of(cohorts, models):
    n = len(cohorts) * len(models)
    return {
        "cohort": np.repeat(cohorts, len(models)),
        "model": np.array(models * len(cohorts)),
        "test_full": np.linspace(0.2, 0.5, n),
        "test_retained": np.linspace(0.3, 0.6, n),
        "within_subject_se": np.full(n, 0.02),
        "p_holm": np.where(np.arange(n) == 0, 0.01, 0.2),
        "n_retained_mean": np.arange(n) + 100.0,
    }


@DESIGNS
def test_every_bar_number_star_and_ceiling_is_shown(saved, n_cohorts, n_models):
    cohorts, models = names(n_cohorts, n_models)
    summary = summary_of(cohorts, models)
    figure = draw(summary, ceilings(cohorts), "r2")
    (axes,) = figure.axes
    heights = [bar.get_height() for bar in axes.patches]
    expected = np.stack([summary["test_full"], summary["test_retained"]], axis=1).ravel()
    assert heights == pytest.approx(expected.tolist())
    shown = texts(figure)
    assert shown[0] == "100*"
    assert shown[1:] == [f"{100 + k}" for k in range(1, n_cohorts * n_models)]
    assert [label.get_text() for label in axes.get_xticklabels()] == cohorts
    n_ceilings = sum(len(lines.get_segments()) for lines in axes.collections[-n_cohorts:])
    assert n_ceilings >= n_cohorts - 1
    saved(figure)


@pytest.mark.parametrize(
    ("fit", "label"), [("r2", "explained variance"), ("spearman", "rank correlation")]
)
def test_the_axis_is_named_after_the_fit(fit, label):
    figure = draw(summary_of(["a"], ["m"]), ceilings(["a"]), fit)
    assert figure.axes[0].get_ylabel().startswith(label)


def test_a_fit_that_is_undefined_leaves_a_gap(saved):
    summary = summary_of(["a"], ["m", "n"])
    summary["test_retained"][0] = np.nan
    figure = draw(summary, ceilings(["a"]), "r2")
    heights = [bar.get_height() for bar in figure.axes[0].patches]
    assert np.isnan(heights).tolist() == [False, True, False, False]
    saved(figure)
