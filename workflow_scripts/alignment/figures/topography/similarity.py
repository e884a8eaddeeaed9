"""Draw how alike the representations of networks are, within and between conditions."""

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure

from alignment.figures.charts import PAGE_WIDTH
from alignment.figures.topography.panels import COLOURS, Table
from alignment.topography.design import CONDITIONS, CONTROL

DIFFERENT = "different seeds"
PANELS = {"images": "single images", "classes": "means of classes"}


def draw(summary: Table) -> Figure:
    """Return the figure.

    Parameters
    ----------
    summary : dict of str to array
        A row per two cells and whether their networks share a seed.
    """
    cells = _cells(summary)
    figure, panels = plt.subplots(1, 2, figsize=(PAGE_WIDTH, 3.7))
    for axes, (what, name) in zip(panels, PANELS.items(), strict=True):
        matrix = _matrix(summary, cells, what)
        drawn = axes.imshow(matrix, cmap="cividis", vmin=0, vmax=1)
        for (i, j), value in np.ndenumerate(matrix):
            if np.isfinite(value):
                colour = "white" if value < 0.5 else "black"
                said = f"{value:.2f}".removeprefix("0")
                axes.text(j, i, said, ha="center", va="center", fontsize=6, color=colour)
        labels = [c if c == CONTROL else f"{c} {strength:g}" for c, strength in cells]
        axes.set_xticks(range(len(cells)), labels, rotation=60, ha="right", rotation_mode="anchor")
        axes.set_yticks(range(len(cells)), labels)
        for tick, (condition, _) in zip(
            axes.get_xticklabels() + axes.get_yticklabels(), cells * 2, strict=True
        ):
            tick.set_color(COLOURS[condition])
        axes.set_title(name)
    if DIFFERENT not in summary["seeds"]:
        figure.suptitle(f"(one seed: there are no networks of {DIFFERENT})")
    figure.colorbar(drawn, ax=panels, shrink=0.8, label="similarity of representations, $r^2$")
    return figure


def _cells(summary):
    order = {name: k for k, name in enumerate((CONTROL, *CONDITIONS))}
    found = {
        cell
        for side in "ab"
        for cell in zip(
            summary[f"condition_{side}"].tolist(), summary[f"lambda_{side}"].tolist(), strict=True
        )
    }
    return sorted(found, key=lambda cell: (order[cell[0]], cell[1]))


def _matrix(summary, cells, what):
    """Return mean similarities of networks of different seeds, one cell against another."""
    matrix = np.full((len(cells), len(cells)), np.nan)
    for k, value in enumerate(summary[what]):
        if summary["seeds"][k] == DIFFERENT:
            i, j = (
                cells.index((summary[f"condition_{s}"][k], summary[f"lambda_{s}"][k])) for s in "ab"
            )
            matrix[i, j] = matrix[j, i] = value
    return matrix
