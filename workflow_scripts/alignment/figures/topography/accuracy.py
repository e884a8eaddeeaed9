"""Draw how accurate networks are, and what their spatial losses come to."""

import matplotlib.pyplot as plt
from matplotlib.figure import Figure

from alignment.figures.charts import PAGE_WIDTH
from alignment.figures.topography.panels import Table, condition_legend, over_lambda

PANELS = {
    "accuracy_test": "accuracy, test images",
    "accuracy_validation": "accuracy, validation images",
    "accuracy_training": "accuracy in training\n(with dropout)",
    "spatial_loss_weights": "distance of neighbours' weights",
    "spatial_loss_activations": "dissimilarity of neighbours'\nactivations (1 \N{MINUS SIGN} r)",
    "weight_deviation": "standard deviation of the\nlayer's weights",
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
    for axes in panels[1]:
        axes.set_ylim(bottom=0)
    figure.legend(handles=condition_legend(summary), loc="outside upper center", ncols=4)
    return figure
