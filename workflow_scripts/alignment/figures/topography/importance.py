"""Draw the maps of AIS: what each unit adds to the prediction of human judgments."""

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure

from alignment.figures.charts import PAGE_WIDTH, number
from alignment.figures.topography.panels import (
    COLOURS,
    Table,
    conditions_of,
    lambdas_of,
    rows_with,
    sheet,
)
from alignment.topography.design import CONTROL

MOST_SEEDS = 5


def draw(units: Table, maps: Table) -> Figure:
    """Return the figure: conditions by seeds, at the middle lambda.

    Parameters
    ----------
    units : dict of str to array
        A row per network and unit.
    maps : dict of str to array
        A row per network.
    """
    lambdas = lambdas_of(units)
    strength = lambdas[len(lambdas) // 2] if lambdas else 0.0
    conditions = conditions_of(units)
    seeds = sorted(set(units["seed"].tolist()))[:MOST_SEEDS]
    grid = int(units["row"].max()) + 1, int(units["column"].max()) + 1
    figure, panels = plt.subplots(
        len(conditions),
        len(seeds),
        figsize=(min(PAGE_WIDTH, 1.2 + 1.9 * len(seeds)), 0.7 + 1.85 * len(conditions)),
        squeeze=False,
    )
    for row, condition in zip(panels, conditions, strict=True):
        own = 0.0 if condition == CONTROL else strength
        said = condition if condition == CONTROL else f"{condition}, $\\lambda$ = {strength:g}"
        row[0].set_ylabel(said, color=COLOURS[condition])
        for axes, seed in zip(row, seeds, strict=True):
            network = {"condition": condition, "lambda_": own, "seed": seed}
            values = rows_with(units, **network)["ais"].reshape(grid)
            drawn = sheet(axes, 1000 * values)
            title = [] if condition != conditions[0] else [f"seed {seed}"]
            title.append(_said(rows_with(maps, **network)))
            axes.set_title("\n".join(title), fontsize=6.5)
            bar = figure.colorbar(drawn, ax=axes, shrink=0.8, aspect=12)
            bar.ax.tick_params(labelsize=5.5)
    figure.get_layout_engine().set(w_pad=0.06)  # rotated names reach the edge else
    figure.supxlabel("AIS of each unit, in thousandths of explained variance", fontsize=8)
    return figure


def _said(one):
    (fit,), (smooth,), (p,) = one["fit"], one["morans_i"], one["p"]
    if np.isnan(smooth):
        return f"$R^2$ = {fit:.3f}, no map"
    return f"$R^2$ = {fit:.3f}\n$I$ = {number(smooth)}, p = {p:.3f}"
