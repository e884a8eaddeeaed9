"""Draw what units prefer: orientations, mirror images, the centre, classes."""

import matplotlib.pyplot as plt
from matplotlib.figure import Figure

from alignment.figures.charts import PAGE_WIDTH
from alignment.figures.topography.panels import Table, condition_legend, over_lambda

PANELS = {
    "orientation": "orientation selectivity\n(0 none, 1 a single one)",
    "symmetry_left_right": "correlation with the image\nmirrored left to right",
    "symmetry_up_down": "correlation with the image\nmirrored upside down",
    "eccentricity": "eccentricity\n(1 centre, \N{MINUS SIGN}1 surround)",
    "expert_units": "expert units\n(AUC > .9 for a class)",
    "morans_i_auc": "Moran's I of the maps\nof classes' AUC",
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
    figure.legend(handles=condition_legend(summary), loc="outside upper center", ncols=4)
    return figure
