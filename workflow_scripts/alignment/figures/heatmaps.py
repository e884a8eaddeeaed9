"""Draw a grid of one cohort's pictures and their heatmaps by every model, at some thresholds."""

from collections.abc import Mapping, Sequence

import matplotlib.pyplot as plt
import numpy as np
from PIL import Image

from alignment.artifacts.heatmap_files import SavedHeatmaps
from alignment.figures.charts import PAGE_WIDTH, PHOTOGRAPHS, spread
from alignment.heatmaps.overlays import draw_overlay

PER_ROW = 8  # pictures side by side; longer grids go on below
LABELS, SCALE = 0.75, 0.55  # inches left of the pictures, and right of them
GAP = 5  # dots between pictures


def draw(
    cohort: str,
    heatmaps: Mapping[str, SavedHeatmaps],
    thresholds: Sequence[str],
    colours: str,
    n_shown: int,
):
    """Return the figure: a row of pictures, then for each model a row per threshold.

    All pictures are one image, since dozens of panels take seconds.

    Parameters
    ----------
    cohort : str
        For the title.
    heatmaps : dict of str to SavedHeatmaps
        By model; all of the same images.
    thresholds : sequence of str
        ``full``, or ``p`` and a percentile.
    colours : str
        Name of a matplotlib colour map.
    n_shown : int
    """
    any_model = next(iter(heatmaps.values()))
    images = [any_model.images[k] for k in spread(len(any_model.images), n_shown)]
    per_row = min(len(images), PER_ROW)
    side = (PAGE_WIDTH - LABELS - SCALE) / per_row
    cell = round(PHOTOGRAPHS * side)
    strips = [images[k : k + per_row] for k in range(0, len(images), per_row)]
    rows, names = [], []
    for strip in strips:
        rows.append([any_model.pictures[image] for image in strip])
        names.append(("picture", ""))
        for model, saved in heatmaps.items():
            for threshold in thresholds:
                look = saved.framing, threshold, colours
                rows.append([draw_overlay(saved.pictures[i], saved.of(i), *look) for i in strip])
                first = threshold == thresholds[0]
                names.append((model if first else "", _said(threshold)))
    figure = plt.figure(figsize=(PAGE_WIDTH, 0.3 + side * len(rows)))
    figure.set_layout_engine("none")
    height = figure.get_figheight()
    across, down = 1 - (LABELS + SCALE) / PAGE_WIDTH, 1 - 0.3 / height
    panel = figure.add_axes((LABELS / PAGE_WIDTH, 0, across, down))
    panel.imshow(_mosaic(rows, per_row, cell), aspect="auto", interpolation="none")
    panel.set_axis_off()
    for row, (model, threshold) in enumerate(names):
        middle = (row + 0.5) * cell
        panel.text(-0.06 * cell, middle, threshold or model, fontsize=7, ha="right", va="center")
        if threshold and model:
            panel.text(
                -0.95 * LABELS / side * cell,
                middle + (len(thresholds) - 1) * cell / 2,
                model,
                fontsize=7,
                ha="left",
                va="center",
                rotation=90,
            )
    figure.text(0.5, 1 - 0.15 / height, cohort, ha="center", va="center", fontsize=8)
    any_negative = any((saved.heatmap < 0).any() for saved in heatmaps.values())
    _add_scale(figure, colours, any_negative, down)
    return figure


def _said(threshold):
    if threshold == "full":
        return "whole"
    return f"top {100 - float(threshold.removeprefix('p')):g} %"


def _mosaic(rows, per_row, cell):
    """Return one (height, width, 3) uint8 array of pictures, each fitted into its cell."""
    mosaic = np.full((len(rows) * cell, per_row * cell, 3), 255, dtype=np.uint8)
    for r, row in enumerate(rows):
        for c, picture in enumerate(row):
            height, width = picture.shape[:2]
            scale = (cell - GAP) / max(height, width)
            size = max(1, round(scale * width)), max(1, round(scale * height))
            fitted = np.asarray(Image.fromarray(picture).resize(size, Image.Resampling.LANCZOS))
            top = r * cell + (cell - size[1]) // 2
            left = c * cell + (cell - size[0]) // 2
            mosaic[top : top + size[1], left : left + size[0]] = fitted
    return mosaic


def _add_scale(figure, colours, signed, down):
    place = (1 - (SCALE - 0.12) / PAGE_WIDTH, 0.15 * down, 0.1 / PAGE_WIDTH, 0.7 * down)
    axes = figure.add_axes(place)
    scale = plt.cm.ScalarMappable(plt.Normalize(-1 if signed else 0, 1), colours)
    bar = figure.colorbar(scale, cax=axes)
    ends = (
        ["hurts most", "no matter", "matters most"] if signed else ["matters least", "matters most"]
    )
    bar.set_ticks([-1, 0, 1] if signed else [0, 1], labels=ends)
    bar.ax.tick_params(labelrotation=90, length=0)
    for label, side in zip(
        bar.ax.get_yticklabels(),
        ["bottom", "center", "top"] if signed else ["bottom", "top"],
        strict=True,
    ):
        label.set_verticalalignment(side)
    bar.outline.set_visible(False)
