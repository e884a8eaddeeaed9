"""Relative risks are drawn with their null, their intervals and stars."""

from itertools import product

import numpy as np
import pytest
from designs import COLUMN, PAGE, legend, marks, names, texts

from alignment.figures.charts import looks, source_label
from alignment.figures.relative_risk import draw
from alignment.saliency.measures import RELATIVE_RISKS

KINDS = {"transalnet": "folder", "fine_grained": "bottom-up saliency", "gaussian": "baseline"}


def summary_of(cohorts, models):
    # The other measures have rows beside them.
    keys = np.array(list(product(cohorts, models, KINDS, (*RELATIVE_RISKS, "cc"))))
    table = dict(zip(("cohort", "model", "source", "measure"), keys.T, strict=True))
    n = len(keys)
    table["kind"] = np.array([KINDS[source] for source in table["source"]])
    table |= {name: np.full(n, np.nan) for name in ("null_low", "null_high", "p_holm")}
    table |= {"value": np.full(n, np.log(2)), "low": np.full(n, 0.0), "high": np.full(n, 1.0)}
    table["n_images"] = np.full(n, 30)
    tested = table["source"] != "gaussian"
    table["null_low"][tested], table["null_high"][tested] = -0.2, 0.3
    table["p_holm"][tested] = 0.2
    return table


@pytest.mark.parametrize(("n_cohorts", "n_models"), [(1, 1), (3, 2), (6, 4)])
def test_risks_are_drawn_with_their_null_and_stars(saved, n_cohorts, n_models):
    cohorts, models = names(n_cohorts, n_models)
    summary = summary_of(cohorts, models)
    summary["p_holm"][0] = 0.01
    summary["value"][1], summary["high"][1] = np.inf, np.inf
    summary["value"][2] = summary["low"][2] = summary["high"][2] = np.nan
    figure = draw(summary)
    panels = np.reshape(figure.axes, (n_cohorts, 3))
    assert [" ".join(panel.get_title().split()) for panel in panels[0]] == [
        " ".join(source_label(*k).split()) for k in KINDS.items()
    ]
    assert [panel.get_ylabel().splitlines()[1] for panel in panels[:, 0]] == [
        f"{cohort}, n = 30" for cohort in cohorts
    ]
    assert any(text.startswith("95 % with") for text in legend(figure))
    assert texts(figure) == ["*"]
    assert len(panels[0, 0].patches) == len(RELATIVE_RISKS) * n_models
    assert len(panels[0, 2].patches) == 0
    for k, look in enumerate(looks(models).values()):
        assert [mark.get_ydata()[0] for mark in marks(panels[0, 1], look)] == pytest.approx([2] * 3)
        assert len(marks(panels[0, 0], look)) == 3 - (k == 0)
    saved(figure, COLUMN if n_models <= 2 else PAGE)


def test_the_axis_is_that_of_relative_risks_alone():
    """Other measures are no logarithms: divergences of a network would make an axis of 1e9."""
    cohorts, models = names(1, 1)
    summary = summary_of(cohorts, models)
    others = summary["measure"] == "cc"
    assert others.any()
    before = draw(summary).axes[0].get_ylim()
    for name in ("value", "low", "high"):
        summary[name][others] = 21.0
    assert draw(summary).axes[0].get_ylim() == before
