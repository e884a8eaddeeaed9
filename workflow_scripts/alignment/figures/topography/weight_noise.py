"""Draw how accurate networks stay when noise is added to their weights, by both definitions."""

import matplotlib.pyplot as plt
from matplotlib.figure import Figure

from alignment.figures.charts import PAGE_WIDTH
from alignment.figures.topography.panels import Table, condition_legend, over_level

DEVIATIONS = {
    "relative": "deviation of the noise,\nin deviations of the layer's own weights",
    "absolute": "deviation of the noise,\nthe same for all networks",
}


def draw(summary: Table) -> Figure:
    """Return the figure.

    Parameters
    ----------
    summary : dict of str to array
        A row per condition, lambda, measure and level.
    """
    figure, panels = plt.subplots(
        2, len(DEVIATIONS), figsize=(PAGE_WIDTH, 4.4), sharex="col", sharey="row"
    )
    for column, (kind, name) in zip(panels.T, DEVIATIONS.items(), strict=True):
        for axes, what in zip(column, ("accuracy", "change"), strict=True):
            over_level(axes, summary, f"{what}_weights_{kind}", band=True)
        column[0].axhline(0.1, color="0.6", lw=0.8, ls=":")
        column[1].axhline(0, color="0.6", lw=0.8, ls=":")
        column[0].set_title(f"{kind} noise")
        column[1].set_xlabel(name)
    panels[0, 0].set_ylabel("accuracy with noisy weights")
    panels[1, 0].set_ylabel("change from clean")
    figure.legend(
        handles=condition_legend(summary, shades=True), loc="outside upper center", ncols=4
    )
    return figure
