"""The figure of keep and delete says what its table says."""

import numpy as np
import pytest
from designs import DESIGNS, columns, legend, marks, names

from alignment.figures.charts import looks
from alignment.figures.faithfulness import draw

RIVALS = ["cam", "random", "gaussian", "saliency-fine_grained"]


def table_of(cohorts, models, fills):
    rng = np.random.default_rng(0)
    rows = []
    for cohort, model in [(c, m) for c in cohorts for m in models]:
        for fill in fills:
            for test in ("keep", "delete"):
                for name in RIVALS:
                    value, reach = rng.normal(0, 0.05), rng.uniform(0.01, 0.05)
                    row = {"cohort": cohort, "model": model, "fill": fill, "test": test}
                    row |= {"map": name, "n": 40, "difference": value, "low": value - reach}
                    p = 0.001 if name == "random" else 0.5
                    rows.append(row | {"high": value + reach, "p_holm": p})
    return columns(rows)


@DESIGNS
def test_every_difference_interval_and_star_is_shown(saved, n_cohorts, n_models):
    cohorts, models = names(n_cohorts, n_models)
    tests = table_of(cohorts, models, ["mean", "blur"])
    figure = draw(tests)
    assert len(figure.axes) == 2 * n_cohorts
    titles = [
        f"{cohort}, n = 40: {said}"
        for cohort in cohorts
        for said in ("keep the top alone", "delete the top")
    ]
    assert [panel.get_title() for panel in figure.axes] == titles
    rows = [label.get_text() for label in figure.axes[0].get_yticklabels()]
    assert rows == [
        *("judgment-weighted CAM", "random places", "centred Gaussian", "saliency, fine grained"),
    ]
    cells = [(cohort, test) for cohort in cohorts for test in ("keep", "delete")]
    for panel, (cohort, test) in zip(figure.axes, cells, strict=True):
        heights = []
        for model, look in looks(models).items():
            for fill, hollow in (("mean", False), ("blur", True)):
                here = [tests["cohort"] == cohort, tests["test"] == test]
                here += [tests["model"] == model, tests["fill"] == fill]
                found = marks(panel, look, hollow)
                expected = tests["difference"][np.all(here, axis=0)]
                assert [line.get_xdata()[0] for line in found] == pytest.approx(expected)
                heights += [line.get_ydata()[0] for line in found]
        assert len(set(heights)) == len(heights)  # none lies on another
        assert len(panel.texts) == 2 * n_models  # stars, at random places
        ends = [bars.lines[2][0].get_segments()[0][:, 0].tolist() for bars in panel.containers]
        here = (tests["cohort"] == cohort) & (tests["test"] == test)
        expected = np.stack([tests["low"][here], tests["high"][here]], axis=1)
        assert sorted(ends) == [pytest.approx(end) for end in sorted(expected.tolist())]
    assert {"filled with the mean colour", "filled with a blurred picture"} < set(legend(figure))
    saved(figure)


def test_one_fill_needs_no_key():
    assert legend(draw(table_of(["a"], ["m"], ["blur"]))) == ["m"]
