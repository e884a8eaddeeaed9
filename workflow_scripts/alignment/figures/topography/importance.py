"""Draw the maps of AIS: what each unit adds to the prediction of human judgments."""

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure

from alignment.artifacts.tables import rows_where
from alignment.figures.charts import FIT_NAMES, PAGE_WIDTH, number
from alignment.figures.topography.panels import (
    COLOURS,
    Table,
    conditions_of,
    lambdas_of,
    sheet,
)
from alignment.topography.design import CONTROL

MOST_SEEDS = 5


def draw(units: Table, maps: Table, fit: str) -> Figure:
    """Return the figure: conditions by seeds, at the middle lambda.

    Parameters
    ----------
    units : dict of str to array
        A row per network and unit.
    maps : dict of str to array
        A row per network.
    fit : {"r2", "pearson", "spearman"}
    """
    words, symbol = FIT_NAMES[fit].rsplit(" ", 1)
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
            network = {"condition": condition, "lambda": own, "seed": seed}
            values = rows_where(units, **network)["ais"].reshape(grid)
            drawn = sheet(axes, 1000 * values)
            title = [] if condition != conditions[0] else [f"seed {seed}"]
            title.append(_said(rows_where(maps, **network), symbol))
            axes.set_title("\n".join(title), fontsize=6.5)
            bar = figure.colorbar(drawn, ax=axes, shrink=0.8, aspect=12)
            bar.ax.tick_params(labelsize=6)
    figure.get_layout_engine().set(w_pad=0.06)  # otherwise rotated names reach the edge
    figure.supxlabel(f"AIS of each unit, in thousandths of {words} {symbol}", fontsize=8)
    return figure


def _said(one, symbol):
    (fit,), (smooth,), (p,) = one["fit"], one["morans_i"], one["p"]
    if np.isnan(smooth):
        return f"{symbol} = {number(fit, 3)}, no map"
    return f"{symbol} = {number(fit, 3)}\n$I$ = {number(smooth)}, p = {p:.3f}"
