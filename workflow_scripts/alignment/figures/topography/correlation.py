"""Draw how alike units are at each distance on the grid, and how their correlations spread."""

import matplotlib.pyplot as plt
from matplotlib.figure import Figure

from alignment.figures.charts import PAGE_WIDTH
from alignment.figures.topography.panels import (
    Table,
    condition_legend,
    over_lambda,
    over_level,
)


def draw(summary: Table) -> Figure:
    """Return the figure.

    Parameters
    ----------
    summary : dict of str to array
        A row per condition, lambda, measure and level.
    """
    figure, panels = plt.subplots(2, 3, figsize=(PAGE_WIDTH, 4.4))
    for row, side in zip(panels, ("before", "after"), strict=True):
        over_level(row[0], summary, f"correlation_at_distance_{side}", band=True)
        row[0].axhline(0, color="0.6", lw=0.8, ls=":")
        row[0].set_ylim(-1.05, 1.05)  # the few pairs from corner to corner have wide intervals
        row[0].set_xlabel("distance on the grid (units)")
        row[0].set_ylabel(f"correlation of units, r\n{side} the ReLU")
        over_lambda(row[1], summary, f"share_strong_positive_{side}")
        row[1].set_ylabel("share of pairs with r > .5")
        over_lambda(row[2], summary, f"share_strong_negative_{side}")
        row[2].set_ylabel("share of pairs with r < \N{MINUS SIGN}.5")
    for axes in panels[:, 1:].flat:
        axes.set_ylim(0, min(1, axes.get_ylim()[1]))
    figure.legend(
        handles=condition_legend(summary, shades=True), loc="outside upper center", ncols=4
    )
    return figure
