"""Draw the sheets of single networks side by side: responses to images, and preferred classes."""

from collections.abc import Mapping, Sequence

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure

from alignment.artifacts.tables import rows_where
from alignment.figures.charts import PAGE_WIDTH
from alignment.figures.topography.panels import COLOURS, Table, bare, sheet
from alignment.topography.design import CONTROL

N_SHOWN = 4
DARK = 0.85  # AUC whose colour needs white letters


def draw(
    recorded: Mapping[tuple[str, float, int], np.ndarray],
    units: Table,
    images: np.ndarray,
    labels: np.ndarray,
    grid: Sequence[int],
) -> Figure:
    """Return the figure: a row per network.

    Parameters
    ----------
    recorded : dict of (condition, lambda, seed) to (N, U) array
        Activations by test images, before the ReLU.
    units : dict of str to array
        A row per network and unit.
    images : (N, H, W, C) uint8 array
    labels : (N,) int array
    grid : (rows, columns)
    """
    shown = examples(labels)
    figure, panels = plt.subplots(
        len(recorded) + 1,
        len(shown) + 1,
        figsize=(PAGE_WIDTH, 1.0 + 1.3 * len(recorded)),
        height_ratios=[0.55] + [1] * len(recorded),
    )
    for axes, k in zip(panels[0], shown, strict=False):
        axes.imshow(images[k].squeeze(), cmap="gray")
        axes.set_axis_off()
    panels[0, -1].set_axis_off()
    panels[0, -1].text(0.5, 0.1, "class that each\nunit tells best", ha="center", fontsize=7)
    for row, ((condition, strength, seed), activations) in zip(
        panels[1:], recorded.items(), strict=True
    ):
        deviation = activations.std()
        for axes, k in zip(row, shown, strict=False):
            drawn = sheet(axes, activations[k].reshape(grid) / deviation, limit=3)
        said = condition if condition == CONTROL else f"{condition}, $\\lambda$ = {strength:g}"
        row[0].set_ylabel(said, color=COLOURS[condition])
        own = rows_where(units, **{"condition": condition, "lambda": strength, "seed": seed})
        told = preferred(row[-1], own, grid)
    figure.colorbar(
        drawn,
        ax=panels[1:, :-1],
        location="bottom",
        shrink=0.5,
        aspect=40,
        label="activation before the ReLU, in standard deviations of the network's activations",
    )
    figure.colorbar(told, ax=panels[1:, -1], location="bottom", shrink=0.9, aspect=12, label="AUC")
    return figure


def examples(labels: np.ndarray, n: int = N_SHOWN) -> list[int]:
    """Return the first image of each of some classes, spread evenly."""
    classes = np.unique(labels)
    chosen = classes[np.linspace(0, len(classes) - 1, min(n, len(classes))).astype(int)]
    return [int(np.flatnonzero(labels == k)[0]) for k in chosen]


def preferred(axes, units, grid):
    """Draw each unit's preferred class as a number on its AUC; return the image."""
    auc = units["highest_auc"].reshape(grid)
    drawn = axes.imshow(auc, cmap="YlGn", vmin=0.5, vmax=1)
    for (i, j), name in np.ndenumerate(units["preferred_class"].reshape(grid)):
        colour = "white" if auc[i, j] > DARK else "black"
        axes.text(j, i + 0.05, str(int(name)), fontsize=4.5, ha="center", va="center", color=colour)
    bare(axes)
    return drawn
