"""The figure over layers says what the summary says."""

import numpy as np
import pytest
from designs import ceilings, columns, legend, marks

from alignment.figures.charts import CEILING_LABEL, looks
from alignment.figures.depth import draw

SWEEPS = {
    "VGG": {"VGG, late": "features.9", "VGG, early": "features.4"},
    "ResNet": {"ResNet, layer3": "layer3"},
}


def test_every_layer_has_its_fits_in_the_order_of_the_config(saved):
    rng = np.random.default_rng(0)
    cohorts = ["animals", "fruits"]
    models = ["VGG, early", "other", "VGG, late", "ResNet, layer3"]
    rows = []
    for cohort, model in [(c, m) for c in cohorts for m in models]:
        full, difference = rng.random(2)
        row = {"cohort": cohort, "model": model, "test_full": full}
        row |= {"test_retained": full + difference}
        row |= {"interval_low": difference - 0.1, "interval_high": difference + rng.random()}
        rows.append(row)
    table = columns(rows)
    figure = draw(table, ceilings(cohorts), "r2", SWEEPS)
    assert len(figure.axes) == 4
    for k, cohort in enumerate(cohorts):
        for panel, (network, layers) in zip(
            figure.axes[2 * k : 2 * k + 2], SWEEPS.items(), strict=True
        ):
            assert panel.get_title() == f"{cohort}, {network}"
            look = looks(list(SWEEPS))[network]
            own = [
                next(row for row in rows if (row["cohort"], row["model"]) == (cohort, model))
                for model in layers
            ]
            for column, hollow in (("test_full", True), ("test_retained", False)):
                (line,) = marks(panel, look, hollow)
                assert line.get_ydata() == pytest.approx([row[column] for row in own])
            ends = [line[:, 1].tolist() for line in panel.collections[0].get_segments()]
            expected = [
                [row["test_full"] + row[f"interval_{end}"] for end in ("low", "high")]
                for row in own
            ]
            assert np.array(ends) == pytest.approx(np.array(expected))
    below = [label.get_text() for label in figure.axes[2].get_xticklabels()]
    assert below == ["features.9", "features.4"]
    assert "95 % interval of their difference" in legend(figure)
    assert CEILING_LABEL in legend(figure)
    unknown = ceilings(cohorts) | {"ceiling": np.array([np.nan, np.nan])}
    assert CEILING_LABEL not in legend(draw(table, unknown, "r2", SWEEPS))
    saved(figure)
