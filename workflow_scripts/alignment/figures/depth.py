"""Draw the held-out fit of all and of the retained maps over the layers of a network."""

from collections.abc import Mapping

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.lines import Line2D

from alignment.artifacts.tables import rows_where
from alignment.figures.charts import (
    CEILING,
    CEILING_LABEL,
    FIT_NAMES,
    NEUTRAL,
    PAGE_WIDTH,
    any_known,
    ceilings_of,
    designs_of,
    looks,
)
from alignment.figures.legends import legend_above


def draw(
    summary: Mapping[str, np.ndarray],
    ceiling: Mapping[str, np.ndarray],
    fit: str,
    sweeps: Mapping[str, Mapping[str, str]],
):
    """Return the figure: a row of panels per cohort, a column per network.

    Parameters
    ----------
    summary, ceiling : dict of str to array
        A row per cohort and model, and per cohort.
    fit : str
    sweeps : mapping of str to mapping of str to str
        The models of each network with their layers, in the order in which they are drawn.
    """
    cohorts, _ = designs_of(summary)
    known, ceilings = looks(list(sweeps)), ceilings_of(ceiling)
    figure, panels = plt.subplots(
        len(cohorts),
        len(sweeps),
        figsize=(PAGE_WIDTH, 1.3 + 1.6 * len(cohorts)),
        sharex="col",
        sharey=True,
        squeeze=False,
    )
    for row, cohort in zip(panels, cohorts, strict=True):
        for panel, (network, layers) in zip(row, sweeps.items(), strict=True):
            own = rows_where(summary, cohort=cohort)
            _draw_curves(panel, own, list(layers), known[network])
            panel.axhline(ceilings[cohort], **CEILING)
            panel.set_title(f"{cohort}, {network}")
            panel.set_xticks(range(len(layers)), layers.values(), rotation=30, ha="right")
            panel.set_xlim(-0.4, len(layers) - 0.6)
        row[0].set_ylabel(FIT_NAMES[fit])
    legend_above(figure, _keys(any_known(ceilings)), 4)
    return figure


def _draw_curves(panel, own, models, look):
    order = [own["model"].tolist().index(model) for model in models]
    places = np.arange(len(models))
    for name, hollow in (("test_full", True), ("test_retained", False)):
        line = {"linestyle": look.line, "linewidth": 0.8}
        panel.plot(places, own[name][order], **look.point(3.5, hollow) | line)
    ends = [(own["test_full"] + own[f"interval_{end}"])[order] for end in ("low", "high")]
    panel.vlines(places, *ends, color=look.colour, linewidth=0.8)


def _keys(with_ceiling):
    keys = [
        Line2D([], [], **NEUTRAL.point(hollow=hollow), label=label)
        for label, hollow in (("retained maps", False), ("all maps", True))
    ]
    interval = {"color": NEUTRAL.colour, "linewidth": 0.8, "marker": "|", "markersize": 6}
    keys.append(Line2D([], [], linestyle="", label="95 % interval of their difference", **interval))
    if with_ceiling:
        keys.append(Line2D([], [], label=CEILING_LABEL, **CEILING))
    return keys
