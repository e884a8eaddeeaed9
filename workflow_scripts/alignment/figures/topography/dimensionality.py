"""Draw the effective dimensionality, variance and entropy of units."""

import matplotlib.pyplot as plt
from matplotlib.figure import Figure

from alignment.figures.charts import PAGE_WIDTH
from alignment.figures.topography.panels import Table, condition_legend, over_lambda

PANELS = {
    "dimensionality_before": "dimensionality of activations,\nbefore the ReLU",
    "dimensionality_after": "dimensionality of activations,\nafter the ReLU",
    "dimensionality_weights": "dimensionality of weights",
    "variance_before": "variance of activations,\nbefore the ReLU",
    "scaled_variance_before": "the same / variance\nof the layer's weights",
    "entropy_before": "entropy of activations,\nbefore the ReLU (nats)",
    "variance_after": "variance of activations,\nafter the ReLU",
    "scaled_variance_after": "the same / variance\nof the layer's weights",
    "entropy_after": "entropy of activations,\nafter the ReLU (nats)",
}


def draw(summary: Table) -> Figure:
    """Return the figure.

    Parameters
    ----------
    summary : dict of str to array
        A row per condition, lambda, measure and level.
    """
    figure, panels = plt.subplots(3, 3, figsize=(PAGE_WIDTH, 5.8))
    for axes, (measure, name) in zip(panels.flat, PANELS.items(), strict=True):
        over_lambda(axes, summary, measure)
        axes.set_ylabel(name)
        if not measure.startswith("entropy"):
            axes.set_ylim(bottom=0)
    for axes in panels[:-1].flat:
        axes.set_xlabel("")
    figure.legend(handles=condition_legend(summary), loc="outside upper center", ncols=4)
    return figure
