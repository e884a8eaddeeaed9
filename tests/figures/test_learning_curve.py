"""The figure of the learning curve says what its table says."""

import numpy as np
import pytest
from designs import DESIGNS, columns, legend, marks, names

from alignment.figures.charts import looks
from alignment.figures.learning_curve import draw


def table_of(cohorts, models, with_observers=True):
    rng = np.random.default_rng(0)
    sizes = [("pictures", n, 16) for n in (20, 30, 40)]
    if with_observers:
        sizes += [("observers", 40, n) for n in (1, 4, 16)]
    rows = []
    for cohort, model in [(c, m) for c in cohorts for m in models]:
        for varied, pictures, observers in sizes:
            row = {"cohort": cohort, "model": model, "varied": varied, "n_draws": 50}
            row |= {"n_pictures": pictures, "n_observers": observers}
            row |= {"full": rng.random(), "retained": rng.random(), "gain": rng.normal()}
            rows.append(row | {"gain_low": row["gain"] - 0.2, "gain_high": row["gain"] + 0.1})
    return columns(rows)


@DESIGNS
def test_every_fit_and_gain_is_shown(saved, n_cohorts, n_models):
    cohorts, models = names(n_cohorts, n_models)
    table = table_of(cohorts, models)
    figure = draw(table, "r2")
    assert len(figure.axes) == 3 * n_cohorts
    for k, cohort in enumerate(cohorts):
        fits, *gains = figure.axes[3 * k : 3 * k + 3]
        assert fits.get_title() == cohort
        for model, look in looks(models).items():
            own = (table["cohort"] == cohort) & (table["model"] == model)
            for column, hollow in (("full", True), ("retained", False)):
                (line,) = marks(fits, look, hollow)
                here = own & (table["varied"] == "pictures")
                assert line.get_ydata() == pytest.approx(table[column][here])
            for panel, varied in zip(gains, ("pictures", "observers"), strict=True):
                (line,) = marks(panel, look)
                here = own & (table["varied"] == varied)
                assert line.get_ydata() == pytest.approx(table["gain"][here])
                assert line.get_xdata() == pytest.approx(table[f"n_{varied}"][here], rel=0.12)
        bars = [b.lines[2][0].get_segments()[0][:, 1] for b in gains[0].containers]
        here = (table["cohort"] == cohort) & (table["varied"] == "pictures")
        lows = [table["gain_low"][here & (table["model"] == model)][0] for model in models]
        assert [low for low, _ in bars] == pytest.approx(lows)
    assert [label.get_text() for label in figure.axes[-1].get_xticklabels()] == ["1", "4", "16"]
    assert {"retained maps", "all maps"} < set(legend(figure))
    assert "means of 50 draws" in figure.get_supxlabel()
    saved(figure)


def test_no_mark_is_cut_at_the_edge_of_a_cohort_whose_fits_are_alike():
    table = table_of(["a", "b"], ["m"])
    low = table["cohort"] == "b"
    for name in ("full", "retained"):
        table[name][low] = -1 + table[name][low] / 50
    figure = draw(table, "r2")
    figure.canvas.draw()
    for panel in figure.axes[::3]:
        for line in panel.lines:
            ends = panel.transData.transform(line.get_xydata())[:, 1]
            half = line.get_markersize() / 2 * figure.dpi / 72
            assert ends.min() - half >= panel.bbox.y0
            assert ends.max() + half <= panel.bbox.y1


def test_without_observers_there_are_pictures_alone(saved):
    figure = draw(table_of(["a"], ["m"], with_observers=False), "pearson")
    assert [panel.get_xlabel() for panel in figure.axes] == 2 * ["pictures learned from"]
    saved(figure)
