"""The figure of distributions says where models differ."""

import numpy as np
import pytest
from designs import DESIGNS, columns, legend, names, texts
from matplotlib.colors import to_hex

from alignment.figures.charts import looks
from alignment.figures.distributions import LABELS, draw


def tables_of(cohorts, models):
    rng = np.random.default_rng(0)
    rows = [
        {"cohort": c, "model": m, "statistic": s, "index": k, "value": value}
        for c in cohorts
        for m in models
        for s in LABELS
        for k, value in enumerate(rng.random(40))
    ]
    pairs = [(a, b) for k, b in enumerate(models) for a in models[:k]]
    tests = [
        {"cohort": c, "statistic": s, "p_holm": 0.01 if s == "log_mean" else 1.0}
        for c in cohorts
        for s in LABELS
        for _ in pairs
    ]
    nothing = {name: np.array([]) for name in ("cohort", "statistic", "p_holm")}
    return columns(rows), columns(tests) if tests else nothing


@DESIGNS
def test_stars_say_where_models_differ(saved, n_cohorts, n_models):
    cohorts, models = names(n_cohorts, n_models)
    figure = draw(*tables_of(cohorts, models))
    n_pairs = n_models * (n_models - 1) // 2
    star = {0: "", 1: "*"}.get(n_pairs, f"* {n_pairs} of {n_pairs} pairs")
    shown = texts(figure)[1::2]
    assert shown[:n_cohorts] == [star] * n_cohorts
    assert set(shown[n_cohorts:]) == ({"n.s."} if n_pairs else {""})
    assert set(texts(figure)[::2]) == {"n = " + ", ".join(["40"] * n_models)}
    assert ("*" in legend(figure)[-1]) == (n_models > 1)
    # Many cohorts make it wider than a page.
    assert round(300 * figure.get_figwidth()) == max(2100, 420 * n_cohorts)
    if (n_cohorts, n_models) == (1, 1):
        saved(figure)


@pytest.mark.parametrize("n_cohorts", [1, 2, 3, 6])
def test_every_row_is_named_once_below_its_middle(n_cohorts):
    figure = draw(*tables_of(names(n_cohorts, 2)[0], ["m", "n"]))
    figure.canvas.draw()
    rows = np.array(figure.axes).reshape(len(LABELS), n_cohorts)
    for row, label in zip(rows, LABELS.values(), strict=True):
        assert [panel.get_ylabel() for panel in row] == ["density"] + [""] * (n_cohorts - 1)
        (named,) = [panel for panel in row if panel.get_xlabel()]
        assert named.get_xlabel() == label
        extent = named.xaxis.label.get_window_extent()
        ends = row[0].bbox.x0, row[-1].bbox.x1
        assert (extent.x0 + extent.x1) / 2 == pytest.approx(sum(ends) / 2, abs=15)
        assert ends[0] <= extent.x0
        assert extent.x1 <= ends[1]


def test_statistics_without_values_leave_an_empty_panel(saved):
    distributions, tests = tables_of(["a"], ["m", "n"])
    here = distributions["statistic"] == "map_variance"
    distributions["value"][here] = 0  # maps that are silent everywhere have no variance
    distributions["value"][distributions["statistic"] == "image_entropy"] = np.nan
    saved(draw(distributions, tests))


def test_models_have_outlines_of_their_own_and_no_areas_that_could_mix():
    figure = draw(*tables_of(["a"], ["m", "n"]))
    for axes in figure.axes:
        assert not axes.patches
        assert not axes.collections
        colours = [to_hex(line.get_color()).upper() for line in axes.lines]
        assert colours == [look.colour for look in looks(["m", "n"]).values()]
        assert len({str(line.get_linestyle()) for line in axes.lines}) == 2
        for line in axes.lines:  # a density: the area is one
            x, y = line.get_data()
            assert line.get_drawstyle() == "steps-post"
            assert (y[:-1] * np.diff(x)).sum() == pytest.approx(1)


def test_both_logarithms_are_to_base_ten():
    distributions, tests = tables_of(["a"], ["m"])
    means = distributions["statistic"] == "log_mean"
    distributions["value"][means] = np.linspace(-3, -1, 40) * np.log(10)
    variances = distributions["statistic"] == "map_variance"
    distributions["value"][variances] = 10 ** np.linspace(-7, -5, 40)
    panels = dict(zip(LABELS, draw(distributions, tests).axes, strict=True))
    for statistic, ends in (("log_mean", (-3, -1)), ("map_variance", (-7, -5))):
        (line,) = panels[statistic].lines
        x = line.get_xdata()
        assert (x.min(), x.max()) == pytest.approx(ends)
        assert panels[statistic].get_xlabel().startswith("log$_{10}$")


def test_the_highest_of_all_outlines_is_not_cut_off():
    """Also where it is not in the first panel of its row."""
    distributions, tests = tables_of(["a", "b"], ["m", "n"])
    narrow = (distributions["cohort"] == "b") & (distributions["model"] == "n")
    distributions["value"][narrow] = 0.5 + distributions["value"][narrow] / 20
    for axes in draw(distributions, tests).axes:
        assert axes.get_ylim()[0] == 0
        for line in axes.lines:
            assert line.get_ydata().max() <= axes.get_ylim()[1]
