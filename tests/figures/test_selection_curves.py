"""The figure of curves shows means over folds of what its tables hold."""

import numpy as np
import pytest
from designs import COLUMN, DESIGNS, FOLDS, MANY, ceilings, columns, legend, marks, names, stacked
from scipy import stats

from alignment.figures.charts import looks
from alignment.figures.selection_curves import draw

N_FOLDS, N_MAPS = 4, 50


def tables_of(cohorts, models):
    rng = np.random.default_rng(0)
    curves, folds = [], []
    for cohort in cohorts:
        for model in models:
            which = {"cohort": cohort, "model": model}
            for fold in range(N_FOLDS):
                for k in range(1, N_MAPS + 1):
                    # One map alone has no fit.
                    train, test = rng.random(2) if k > 1 else (np.nan, np.nan)
                    curves.append(which | {"k": k, "train_fit": train, "test_fit": test})
                sizes = {"n_train": 32, "n_test": 8}
                folds.append(
                    which | sizes | {"n_retained": 10 + fold, "test_retained": rng.random()}
                )
    return columns(curves), columns(folds)


@DESIGNS
def test_a_panel_per_cohort_shows_the_means_of_every_model(saved, n_cohorts, n_models):
    cohorts, models = names(n_cohorts, n_models)
    selection, predictions = tables_of(cohorts, models)
    figure = draw(selection, predictions, ceilings(cohorts), "r2", FOLDS)
    panels = [axes for axes in figure.axes if axes.get_title()]
    titles = [f"{cohort}, n = {40 + k}" for k, cohort in enumerate(cohorts)]
    assert [axes.get_title() for axes in panels] == titles
    shape = n_cohorts, n_models, N_FOLDS, N_MAPS
    with np.errstate(invalid="ignore"):
        train, test = (
            selection[name].reshape(shape).mean(axis=2) for name in ("train_fit", "test_fit")
        )
    for panel, train_of, test_of in zip(panels, train, test, strict=True):
        lines = [line for line in panel.lines if len(line.get_xdata()) == N_MAPS]
        found = [line.get_ydata() for line in lines]
        expected = [curve for pair in zip(train_of, test_of, strict=True) for curve in pair]
        np.testing.assert_allclose(found, expected)
        for look, curve in zip(looks(models).values(), test_of, strict=True):
            (end,) = marks(panel, look, hollow=True)
            assert (end.get_xdata()[0], end.get_ydata()[0]) == (N_MAPS, pytest.approx(curve[-1]))
            (retained,) = marks(panel, look)
            # Beside the curve, where no point of it can be meant.
            assert retained.get_xdata()[0] > 1.5 * N_MAPS
        ticks = [line.get_xdata() for line in panel.lines if line.get_marker() == "|"]
        np.testing.assert_array_equal(ticks, [[10, 11, 12, 13]] * n_models)
    assert "their number, 4 folds" in legend(figure)
    saved(figure, stacked(n_cohorts))


def test_many_models_with_long_names_have_room(saved):
    tables = tables_of(["animals"], MANY)
    saved(draw(*tables, ceilings(["animals"]), "r2", FOLDS), COLUMN)


def test_lines_begin_where_every_fold_has_a_fit_that_ever_has_one():
    selection, predictions = tables_of(["a"], ["m"])
    test_fit = selection["test_fit"].reshape(N_FOLDS, N_MAPS)
    test_fit[1, :20] = np.nan
    test_fit[2] = np.nan  # such as of a fold in which no pair was judged
    figure = draw(selection, predictions, ceilings(["a"]), "r2", FOLDS)
    lines = [line for line in figure.axes[0].lines if len(line.get_xdata()) == N_MAPS]
    _, test = (line.get_ydata() for line in lines)
    assert np.isnan(test[:20]).all()
    np.testing.assert_allclose(test[20:], test_fit[[0, 1, 3], 20:].mean(axis=0))


def test_marks_beside_the_curves_are_the_mean_fit_of_the_retained_sets():
    selection, predictions = tables_of(["a"], ["m", "n"])
    figure = draw(selection, predictions, ceilings(["a"]), "r2", FOLDS)
    for model, look in looks(["m", "n"]).items():
        (retained,) = marks(figure.axes[0], look)
        mean = predictions["test_retained"][predictions["model"] == model].mean()
        assert retained.get_ydata()[0] == pytest.approx(mean)


def test_the_band_is_the_interval_that_allows_for_what_folds_share():
    selection, predictions = tables_of(["a"], ["m"])
    panel = draw(selection, predictions, ceilings(["a"]), "r2", FOLDS).axes[0]
    (band,) = panel.collections
    found = band.get_paths()[0].get_extents()
    fits = selection["test_fit"].reshape(N_FOLDS, N_MAPS)[:, 1:]
    error = fits.std(axis=0, ddof=1) * np.sqrt(1 / N_FOLDS + 8 / 32)
    width = stats.t.ppf(0.975, N_FOLDS - 1) * error
    lowest, highest = (fits.mean(axis=0) - width).min(), (fits.mean(axis=0) + width).max()
    assert lowest < 0 < 1 < highest
    assert (found.y0, found.y1) == (0, 1)  # where an explained variance can be
    selection["test_fit"] = 0.5 + (selection["test_fit"] - 0.5) / 10
    panel = draw(selection, predictions, ceilings(["a"]), "r2", FOLDS).axes[0]
    found = panel.collections[0].get_paths()[0].get_extents()
    centre = fits.mean(axis=0)
    assert found.y0 == pytest.approx(0.45 + (centre - width).min() / 10)
    assert found.y1 == pytest.approx(0.45 + (centre + width).max() / 10)


@pytest.mark.parametrize(("fit", "lowest"), [("r2", 0), ("pearson", -1), ("spearman", -1)])
def test_an_interval_is_drawn_where_the_fit_can_be(fit, lowest):
    selection, predictions = tables_of(["a"], ["m"])
    selection["test_fit"] = 5 * (selection["test_fit"] - 0.5)
    panel = draw(selection, predictions, ceilings(["a"]), fit, FOLDS).axes[0]
    found = panel.collections[0].get_paths()[0].get_extents()
    assert (found.y0, found.y1) == (lowest, 1)


@pytest.mark.filterwarnings("error")
def test_a_cohort_in_which_nothing_is_defined_is_drawn_empty(saved):
    selection, predictions = tables_of(["a"], ["m"])
    selection["test_fit"][:] = predictions["test_retained"][:] = np.nan
    saved(draw(selection, predictions, ceilings(["a"]), "r2", FOLDS), stacked(1))
