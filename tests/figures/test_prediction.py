"""The figure of held-out fits says what its tables say."""

import numpy as np
import pytest
from designs import COLUMN, DESIGNS, FOLDS, MANY, PAGE, ceilings, legend, marks, names, texts

from alignment.figures.charts import looks
from alignment.figures.prediction import draw
from alignment.prediction.fold_tests import compare_folds, with_intervals


def summary_of(cohorts, models):
    """Gains of many sizes, tested as the workflow does."""
    rng = np.random.default_rng(0)
    n = len(cohorts) * len(models)
    rows = [
        compare_folds(full := rng.random(40), full + gain, [32] * 40, [8] * 40)
        for gain in 0.1 * rng.normal(size=(n, 40)) + np.linspace(0.3, -0.1, n)[:, None]
    ]
    rows = with_intervals(rows, sides=1)
    return {
        "cohort": np.repeat(cohorts, len(models)),
        "model": np.array(models * len(cohorts)),
        "n_retained_mean": np.arange(n) + 100.0,
        **{name: np.array([row[name] for row in rows]) for name in rows[0]},
    }


@DESIGNS
def test_every_fit_number_star_and_ceiling_is_shown(saved, n_cohorts, n_models):
    cohorts, models = names(n_cohorts, n_models)
    summary = summary_of(cohorts, models)
    figure = draw(summary, ceilings(cohorts), "r2", FOLDS)
    above, below = figure.axes
    for model, look in looks(models).items():
        here = summary["model"] == model
        for name, hollow in (("test_full", True), ("test_retained", False)):
            found = [line.get_ydata()[0] for line in marks(above, look, hollow)]
            assert found == pytest.approx(summary[name][here].tolist())
        found = [line.get_ydata()[0] for line in marks(below, look)]
        assert found == pytest.approx(summary["difference"][here].tolist())
    numbers = [text.get_text() for text in above.texts]
    assert numbers == [f"{100 + k}" for k in range(n_cohorts * n_models)]
    cohort_ticks = [label.get_text() for label in below.get_xticklabels()]
    assert cohort_ticks == [f"{cohort}\nn = {40 + k}" for k, cohort in enumerate(cohorts)]
    assert figure.get_supxlabel().splitlines() == [
        "means over 40 folds; n: pictures",
        "bars: 95 % intervals, each uncorrected",
        "* p < .05, one-sided, after Holm's correction",
    ]
    assert ("ceiling set by the judgments" in legend(figure)) == (n_cohorts > 1)
    levels = [lines for lines in above.collections if lines.get_linewidth()[0] > 2]
    assert len(levels) == n_cohorts - 1
    # One column of a journal where it fits
    saved(figure, COLUMN if n_cohorts * n_models <= 8 else PAGE)


def test_many_models_with_long_names_have_room(saved):
    figure = draw(summary_of(["animals"], MANY), ceilings(["animals"]), "r2", FOLDS)
    saved(figure, COLUMN)
    above, below = (axes.yaxis.label.get_window_extent() for axes in figure.axes)
    assert above.y0 > below.y1


def test_bars_are_intervals_of_one_kind_and_stars_stand_above_those_of_significant_tests():
    cohorts, models = names(6, 2)
    summary = summary_of(cohorts, models)
    _, below = draw(summary, ceilings(cohorts), "r2", FOLDS).axes
    bars = [bars.lines[2][0].get_segments()[0][:, 1] for bars in below.containers]
    lows, highs = np.array(bars).T
    assert lows.tolist() == pytest.approx(summary["interval_low"].tolist())
    assert highs.tolist() == pytest.approx(summary["interval_high"].tolist())
    lengths = (highs - lows) / summary["corrected_se"]
    assert lengths.tolist() == pytest.approx([lengths[0]] * len(lengths))
    stars = {star.xy[1] for star in below.texts}
    assert {text.get_text() for text in below.texts} == {"*"}
    assert 0 < len(stars) < len(bars)
    for high, p in zip(highs, summary["p_holm"], strict=True):
        assert any(np.isclose(high, star) for star in stars) == (p < 0.05)


@pytest.mark.parametrize(
    ("fit", "label"), [("r2", "explained variance"), ("spearman", "rank correlation")]
)
def test_the_axis_is_named_after_the_fit(fit, label):
    figure = draw(summary_of(["a"], ["m"]), ceilings(["a"]), fit, FOLDS)
    assert figure.axes[0].get_ylabel().startswith(label)


def test_a_fit_that_is_undefined_leaves_a_gap(saved):
    summary = summary_of(["a"], ["m", "n"])
    for name in ("test_retained", "difference", "interval_low", "interval_high", "p_holm"):
        summary[name][0] = np.nan
    figure = draw(summary, ceilings(["a"]), "r2", FOLDS)
    look = looks(["m", "n"])["m"]
    assert np.isnan([line.get_ydata()[0] for line in marks(figure.axes[1], look)]).all()
    assert "100" in texts(figure)
    saved(figure, width=1003)


def test_where_no_test_is_significant_no_star_is_explained():
    summary = summary_of(["a"], ["m"])
    summary["p_holm"][:] = 0.05
    figure = draw(summary, ceilings(["a"]), "r2", FOLDS)
    assert figure.get_supxlabel().endswith("\nno p < .05, one-sided, after Holm's correction")


@pytest.mark.parametrize(("cohorts", "top"), [(["a"], 0.024), (["a", "b"], 1)])
def test_weak_fits_have_the_axis_for_themselves_where_there_is_no_ceiling(saved, cohorts, top):
    """The last cohort has none."""
    summary = summary_of(cohorts, ["m", "n"])
    summary["test_full"][:], summary["test_retained"][:] = 0.01, 0.02
    figure = draw(summary, ceilings(cohorts), "r2", FOLDS)
    low, high = figure.axes[0].get_ylim()
    assert low == 0
    assert high == pytest.approx(top, rel=0.1)
    saved(figure, width=1003)


@pytest.mark.parametrize("gain", [0.2, -0.2])
def test_the_number_of_retained_maps_stands_clear_of_the_line_to_them(gain):
    """Also with a single network, whose line is long."""
    summary = summary_of(["a"], ["m"])
    summary["test_full"][:], summary["test_retained"][:] = 0.5, 0.5 + gain
    figure = draw(summary, ceilings(["a"]), "r2", FOLDS)
    figure.canvas.draw()
    above = figure.axes[0]
    (number,) = above.texts
    box = number.get_window_extent().transformed(above.transData.inverted())
    (line,) = [line for line in above.lines if len(line.get_xdata()) == 2]
    (x0, x1), (y0, y1) = line.get_xdata(), line.get_ydata()
    along = np.linspace(0, 1, 1000)
    x, y = x0 + along * (x1 - x0), y0 + along * (y1 - y0)
    assert not ((box.x0 < x) & (x < box.x1) & (box.y0 < y) & (y < box.y1)).any()
    assert number.xy == (x1, y1)


@pytest.mark.parametrize("cohorts", [["a"], ["a", "b"]])
def test_the_number_of_maps_that_predict_next_to_nothing_stays_within_its_panel(cohorts):
    summary = summary_of(cohorts, ["m"])
    summary["test_full"][:], summary["test_retained"][:] = 0.012, 0.001
    figure = draw(summary, ceilings(cohorts), "r2", FOLDS)
    figure.canvas.draw()
    above = figure.axes[0]
    for number in above.texts:
        assert number.get_window_extent().y0 > above.bbox.y0


def test_a_cohort_of_which_a_fold_tests_few_pictures_is_marked():
    table = {"cohort": np.array(["a", "b"]), "n_images": np.array([39, 40])}
    table["ceiling"] = np.array([0.9, 0.9])
    figure = draw(summary_of(["a", "b"], ["m"]), table, "r2", FOLDS)
    said = [label.get_text() for label in figure.axes[1].get_xticklabels()]
    assert said == ["a\nn = 39 (7 a fold: few)", "b\nn = 40"]
