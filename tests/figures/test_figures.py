"""Figures of few and of many cohorts and models: drawn, and saying what the numbers say."""

from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import plot_controls
import plot_distributions
import plot_heatmaps
import plot_prediction
import plot_selection_curves
import pytest
from PIL import Image

from alignment.figures.charts import model_colours, save, use_style
from alignment.heatmaps.overlays import SavedHeatmaps

STYLE = Path(plot_prediction.__file__).with_name("figures.mplstyle")
DESIGNS = pytest.mark.parametrize(
    ("n_cohorts", "n_models"), [(1, 1), (3, 2), (6, 2), (2, 4)], ids=lambda n: str(n)
)


@pytest.fixture(autouse=True)
def style():
    use_style(STYLE)
    yield
    plt.close("all")


def names(n_cohorts, n_models):
    cohorts = ["animals", "transportation", "fruits", "furniture", "various", "vegetables"]
    models = ["vgg16_imagenet", "vgg16_ecoset", "resnet152", "densenet161_random"]
    return cohorts[:n_cohorts], models[:n_models]


def texts(figure):
    return [text.get_text() for axes in figure.axes for text in axes.texts]


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
def test_prediction_shows_every_bar_number_star_and_ceiling(tmp_path, n_cohorts, n_models):
    cohorts, models = names(n_cohorts, n_models)
    ceilings = dict.fromkeys(cohorts, 0.9) | {cohorts[-1]: np.nan}
    summary = summary_of(cohorts, models)
    figure = plot_prediction.draw(summary, ceilings, cohorts, models, "r2")
    heights = [bar.get_height() for bar in figure.axes[0].patches]
    expected = np.stack([summary["test_full"], summary["test_retained"]], axis=1).ravel()
    assert heights == pytest.approx(expected.tolist())
    shown = texts(figure)
    assert shown[0] == "100*"
    assert shown[1:] == [f"{100 + k}" for k in range(1, n_cohorts * n_models)]
    n_ceilings = sum(len(lines.get_segments()) for lines in figure.axes[0].collections[-n_cohorts:])
    assert n_ceilings >= n_cohorts - 1
    save(figure, tmp_path / "a.png", tmp_path / "a.pdf")
    assert Image.open(tmp_path / "a.png").width == 2100


@DESIGNS
def test_controls_show_every_mean_star_and_ceiling(tmp_path, n_cohorts, n_models):
    cohorts, models = names(n_cohorts, n_models)
    n_groups = n_cohorts * n_models
    rng = np.random.default_rng(0)
    folds = {
        "cohort": np.repeat(cohorts, 3 * n_models),
        "model": np.tile(np.repeat(models, 3), n_cohorts),
        **{name: rng.random(3 * n_groups) for name in ("full", "retained", "random_mean")},
        "random_sd": np.full(3 * n_groups, 0.05),
        "activity": np.full(3 * n_groups, np.nan),  # switched off
        "reweighted": rng.random(3 * n_groups),
    }
    folds["reweighted"][1] = np.nan
    p_values = {
        (cohort, model, name): 0.01 if name == "random" else 0.2
        for cohort in cohorts
        for model in models
        for name in ("full", "random", "reweighted")
    }
    ceilings = dict.fromkeys(cohorts, 0.9) | {cohorts[-1]: np.nan}
    figure = plot_controls.draw(folds, p_values, ceilings, cohorts, models, "r2")
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
    assert texts(figure) == ["*"] * n_groups
    dashed = [line for axes in panels for line in axes.lines if line.get_linestyle() == "--"]
    assert len(dashed) == n_cohorts - 1
    save(figure, tmp_path / "a.png", tmp_path / "a.pdf")
    assert Image.open(tmp_path / "a.png").width == 2100


@DESIGNS
def test_selection_curves_have_a_panel_a_cohort(n_cohorts, n_models):
    cohorts, models = names(n_cohorts, n_models)
    rng = np.random.default_rng(0)
    keys = [(cohort, model) for cohort in cohorts for model in models]
    curves = {key: rng.random((4, 2, 50)) for key in keys}
    for folds in curves.values():
        folds[:, :, 0] = np.nan  # one map alone has no fit
    predictions = {
        key: {"n_retained": np.array([10, 12, 9, 30]), "test_retained": np.full(4, 0.5)}
        for key in keys
    }
    figure = plot_selection_curves.draw(curves, predictions, cohorts, models, "r2")
    titles = [axes.get_title() for axes in figure.axes if axes.get_title()]
    assert titles == cohorts


@DESIGNS
def test_distributions_say_where_models_differ(n_cohorts, n_models):
    cohorts, models = names(n_cohorts, n_models)
    rng = np.random.default_rng(0)
    values = {
        (cohort, statistic): {model: rng.random(40) for model in models}
        for cohort in cohorts
        for statistic in plot_distributions.LABELS
    }
    n_pairs = n_models * (n_models - 1) // 2
    keys = [key for key in values for _ in range(n_pairs)]
    tests = {
        "cohort": np.array([cohort for cohort, _ in keys]),
        "statistic": np.array([statistic for _, statistic in keys]),
        "p_holm": np.array([0.01 if key[1] == "log_mean" else 1.0 for key in keys]),
    }
    figure = plot_distributions.draw(values, tests, cohorts, models)
    star = {0: "", 1: "*"}.get(n_pairs, f"* {n_pairs} of {n_pairs} pairs")
    shown = texts(figure)
    assert shown[:n_cohorts] == [star] * n_cohorts
    assert set(shown[n_cohorts:]) == ({"n.s."} if n_pairs else {""})


@pytest.mark.parametrize(("n_images", "threshold"), [(3, "full"), (12, "p60")])
def test_heatmap_grid_has_a_row_a_model_for_every_picture(tmp_path, n_images, threshold):
    rng = np.random.default_rng(0)
    images = tuple(f"{k:02d}" for k in range(n_images))
    for k, image in enumerate(images):
        size = (40, 20, 3) if k == 1 else (30, 30, 3)
        Image.fromarray(rng.integers(0, 255, size, dtype=np.uint8)).save(tmp_path / f"{image}.png")
    heatmaps = {
        model: SavedHeatmaps(
            images, rng.random((n_images, 7, 7)).astype(np.float32), "stretch", tmp_path
        )
        for model in ("a", "b")
    }
    figure = plot_heatmaps.draw("cohort", heatmaps, threshold, "viridis", n_shown=10)
    n_shown = min(n_images, 10)
    drawn = [axes for axes in figure.axes if axes.images]
    assert len(drawn) == n_shown * 3
    assert {axes.images[0].get_array().shape for axes in drawn} == {(30, 30, 3), (40, 20, 3)} - (
        set() if 1 in plot_heatmaps.spread(n_images, n_shown) else {(40, 20, 3)}
    )


def test_pictures_of_a_grid_are_spread_over_the_cohort():
    assert plot_heatmaps.spread(92, 8).tolist() == [0, 13, 26, 39, 52, 65, 78, 91]
    assert plot_heatmaps.spread(3, 8).tolist() == [0, 1, 2]


def test_a_model_has_the_same_colour_whoever_else_is_drawn_after_it():
    models = [f"m{k}" for k in range(9)]
    colours = model_colours(models)
    assert all(model_colours(models[:n]).items() <= colours.items() for n in range(1, 9))
