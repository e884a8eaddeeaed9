"""Draw how smooth and how localized the sheets of units are."""

import matplotlib.pyplot as plt
from matplotlib.figure import Figure

from alignment.artifacts.tables import rows_where
from alignment.figures.charts import PAGE_WIDTH
from alignment.figures.topography.panels import (
    Table,
    condition_legend,
    over_lambda,
)
from alignment.topography.design import N_UNITS

PANELS = {
    "morans_i": "Moran's I of responses",
    "localization_before": "localization,\nbefore the ReLU",
    "localization_after": "localization,\nafter the ReLU",
    "distance_to_most_correlated_before": "distance to the 5 most\ncorrelated, before the ReLU",
    "distance_to_most_correlated_after": "distance to the 5 most\ncorrelated, after the ReLU",
    "silent_units": "units that never fire",
}


def draw(summary: Table) -> Figure:
    """Return the figure.

    Parameters
    ----------
    summary : dict of str to array
        A row per condition, lambda, measure and level.
    """
    figure, panels = plt.subplots(2, 3, figsize=(PAGE_WIDTH, 4.2))
    for axes, (measure, name) in zip(panels.flat, PANELS.items(), strict=True):
        over_lambda(axes, summary, measure)
        axes.set_ylabel(name)
    chance = {"ls": ":", "color": "0.5", "lw": 1}
    panels[0, 0].axhline(-1 / (N_UNITS - 1), **chance)
    for axes in panels[0, 1:]:
        axes.axhline(0, **chance)
    for axes, side in zip(panels[1], ("before", "after"), strict=False):
        by_chance = rows_where(summary, measure=f"distance_by_chance_{side}")["mean"]
        axes.axhline(by_chance.mean(), **chance)
    handles = condition_legend(summary)
    handles.append(plt.Line2D([], [], label="by chance", **chance))
    figure.legend(handles=handles, loc="outside upper center", ncols=4)
    return figure
