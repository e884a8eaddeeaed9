"""Draw the whole story on one page: sheets, smoothness, accuracy, robustness and verdicts."""

from collections.abc import Mapping, Sequence

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure

from alignment.figures.charts import PAGE_WIDTH
from alignment.figures.topography.claims import MARKS
from alignment.figures.topography.maps import examples
from alignment.figures.topography.panels import (
    COLOURS,
    Table,
    condition_legend,
    over_lambda,
    over_level,
    sheet,
)
from alignment.topography.comparisons import SAME_LAMBDA
from alignment.topography.design import CONTROL


def draw(
    recorded: Mapping[tuple[str, float, int], np.ndarray],
    images: np.ndarray,
    labels: np.ndarray,
    grid: Sequence[int],
    summary: Table,
    claims: Table,
) -> Figure:
    """Return the figure.

    Parameters
    ----------
    recorded, images, labels, grid
        See :func:`alignment.figures.topography.maps.draw`.
    summary : dict of str to array
        A row per condition, lambda, measure and level.
    claims : dict of str to array
        The rows of the dataset.
    """
    figure = plt.figure(figsize=(PAGE_WIDTH, 6.3))
    top, middle, bottom = figure.subfigures(3, 1, height_ratios=[0.85, 1.05, 1.25])
    _sheets(top, recorded, images, labels, grid)
    smooth, correlation, accuracy = middle.subplots(1, 3)
    over_lambda(smooth, summary, "morans_i")
    smooth.set_ylabel("smoothness of the sheet,\nMoran's I")
    smooth.axhline(0, color="0.6", lw=0.8, ls=":")
    over_level(correlation, summary, "correlation_at_distance_before", band=True)
    correlation.axhline(0, color="0.6", lw=0.8, ls=":")
    correlation.set_ylim(-0.75, 1.05)  # few pairs are as far apart as corners: wide intervals
    correlation.set_xlabel("distance on the grid (units)")
    correlation.set_ylabel("correlation of two units, r")
    over_lambda(accuracy, summary, "accuracy_test")
    accuracy.set_ylabel("accuracy, test images")
    relative, absolute, verdicts = bottom.subplots(1, 3)
    for axes, kind in ((relative, "relative"), (absolute, "absolute")):
        over_level(axes, summary, f"accuracy_weights_{kind}")
        axes.set_ylim(0, 1)
    relative.set_ylabel("accuracy with noisy weights")
    relative.set_xlabel("noise, in deviations\nof the network's own weights")
    absolute.set_xlabel("noise, the same\nfor all networks")
    _tally(verdicts, claims)
    figure.legend(
        handles=condition_legend(summary, shades=True), loc="outside lower center", ncols=4
    )
    return figure


def _sheets(figure, recorded, images, labels, grid):
    """Draw how the sheets of single networks respond to two images."""
    shown = examples(labels, 3)[1:]
    panels = figure.subplots(1, len(shown) * (1 + len(recorded)), squeeze=False)[0]
    width = 1 + len(recorded)
    for s, k in enumerate(shown):
        panels[s * width].imshow(images[k].squeeze(), cmap="gray")
        panels[s * width].set_axis_off()
        panels[s * width].set_title("image", fontsize=7)
        for axes, ((condition, strength, _), activations) in zip(
            panels[s * width + 1 :], recorded.items(), strict=False
        ):
            sheet(axes, activations[k].reshape(grid) / activations.std(), limit=3)
            said = condition if condition == CONTROL else f"{condition}, $\\lambda$ = {strength:g}"
            axes.set_title(said, fontsize=7, color=COLOURS[condition])
    figure.suptitle(
        f"responses of the {grid[0]} x {grid[1]} units to an image (red: above zero, blue: below)",
        fontsize=7,
    )


def _tally(axes, claims):
    """Draw how many rows of the claims of each topic hold, at the same lambda."""
    inside = claims["matching"] == SAME_LAMBDA
    topics = list(dict.fromkeys(claims["topic"][inside].tolist()))
    left = np.zeros(len(topics))
    for verdict, (_, colour) in MARKS.items():
        n = [
            (inside & (claims["topic"] == topic) & (claims["verdict"] == verdict)).sum()
            for topic in topics
        ]
        axes.barh(range(len(topics)), n, left=left, color=colour, label=verdict, height=0.7)
        left += n
    axes.set_yticks(range(len(topics)), topics)
    axes.invert_yaxis()
    axes.set_xlabel("number of claims,\nat the same $\\lambda$")
    axes.legend(loc="lower center", bbox_to_anchor=(0.4, 1.0), fontsize=6.5, ncols=3)
