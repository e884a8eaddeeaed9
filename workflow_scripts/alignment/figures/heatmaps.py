"""Draw a grid of one cohort's pictures and their heatmaps by every model, at some thresholds."""

from collections.abc import Mapping, Sequence
from itertools import product
from typing import NamedTuple

import numpy as np
from matplotlib.figure import Figure
from matplotlib.patheffects import withStroke

from alignment.artifacts.heatmap_files import SavedHeatmaps
from alignment.figures.charts import number, spread
from alignment.figures.photographs import (
    CAPTION,
    GAP,
    PAGE_HEIGHT,
    PAGE_WIDTH,
    SMALL,
    Sheet,
    add_key,
    dots,
)
from alignment.heatmaps.heatmaps import is_noise
from alignment.heatmaps.overlays import colour_map, overlay_and_area, percentile_of
from alignment.heatmaps.spotlight import DARK, SPOTLIGHT

# Dots for title, key and names of pictures, for a model's name or those of thresholds above
# pictures, for thresholds and for models to their left, and between blocks
HEADER, HEADING, NAMES, MODELS, APART = dots(0.58), dots(0.2), dots(0.6), dots(0.85), dots(0.1)
ABOVE = dots(0.055)  # from the middle of a picture's name to the picture
KEY = dots(0.29)  # from the upper edge to the middle of the key
LARGEST, SMALLEST = dots(0.78), dots(0.5)  # sides of a picture
SMALLEST_OF_MANY = dots(0.34)  # where many networks and thresholds leave no more


class Layout(NamedTuple):
    """How pictures are laid out on a page.

    Attributes
    ----------
    side : int
        Dots of a picture.
    in_rows : bool
        A row of pictures, and below it for each model a row per threshold; otherwise each picture
        has a block, with a row per model and a column per threshold.
    per_strip : int
        Pictures, or blocks, side by side; more go on below.
    n_drawn : int
    """

    side: int
    in_rows: bool
    per_strip: int
    n_drawn: int


def draw(
    cohort: str,
    heatmaps: Mapping[str, SavedHeatmaps],
    thresholds: Sequence[str],
    colours: str,
    n_shown: int,
) -> Figure:
    """Return the figure: each picture with an overlay per model and threshold.

    Parameters
    ----------
    cohort : str
        What to call it.
    heatmaps : dict of str to SavedHeatmaps
        By what to call the model; all of the same images.
    thresholds : sequence of str
        ``full``, or ``p`` and a percentile.
    colours : str
        ``spotlight``, or the name of a matplotlib colour map.
    n_shown : int
        The most pictures; fewer are drawn where a page has no room for them.
    """
    any_model = next(iter(heatmaps.values()))
    n_images = len(any_model.images)
    layout = arrange(min(n_shown, n_images), len(heatmaps), len(thresholds))
    images = [any_model.images[k] for k in spread(n_images, layout.n_drawn)]
    n = layout.per_strip
    strips = [images[k : k + n] for k in range(0, len(images), n)]
    height = _height_of_strip(layout.in_rows, layout.side, len(heatmaps), len(thresholds))
    between = HEADING if layout.in_rows else 0
    sheet = Sheet(HEADER + len(strips) * (height + between) - between)
    left = NAMES if layout.in_rows else MODELS
    end = _add_header(sheet, cohort, heatmaps, len(images), colours, left)
    if any(threshold != "full" for threshold in thresholds):
        box, _ = sheet.add_box("outlined: top share", end, KEY, 1, DARK)
        sheet.outline(np.ones(box[2:], dtype=bool), box)
    draw_strip = _draw_rows if layout.in_rows else _draw_blocks
    for k, strip in enumerate(strips):
        top = HEADER + k * (height + between)
        draw_strip(sheet, strip, heatmaps, thresholds, colours, top, layout.side)
    return sheet.finish()


def arrange(n: int, n_models: int, n_thresholds: int) -> Layout:
    """Choose how pictures are laid out on a page.

    Parameters
    ----------
    n : int
        Pictures that are wanted.
    n_models, n_thresholds : int

    Returns
    -------
    Layout
        So many of the pictures are drawn that each has at least `SMALLEST`, as large as a page of
        `PAGE_HEIGHT` allows.  Where not even one has, they are smaller, and the page is longer only
        where they would be smaller than `SMALLEST_OF_MANY`.
    """
    for least in (SMALLEST, SMALLEST_OF_MANY):
        for n_drawn in range(n, 0, -1):
            found = []
            for in_rows, n_strips in product((True, False), range(1, n_drawn + 1)):
                per_strip = -(-n_drawn // n_strips)
                side = _side(in_rows, per_strip, n_strips, n_models, n_thresholds)
                found.append(Layout(side, in_rows, per_strip, n_drawn))
            best = max(found)
            if best.side >= least:
                return best
    side = SMALLEST_OF_MANY
    per_strip = max(1, (PAGE_WIDTH - MODELS + APART) // ((1 + n_thresholds) * side + APART))
    if MODELS + (1 + n_thresholds) * side <= PAGE_WIDTH:
        return Layout(side, False, min(n, per_strip), min(n, per_strip))
    per_strip = min(n, (PAGE_WIDTH - NAMES) // side)
    return Layout(side, True, per_strip, per_strip)


def _height_of_strip(in_rows, side, n_models, n_thresholds):
    if in_rows:
        return n_models * HEADING + (1 + n_models * n_thresholds) * side
    return HEADING + n_models * side


def _side(in_rows, per_strip, n_strips, n_models, n_thresholds):
    """Return how large pictures can be on a page: as wide as it is, and as high."""
    if in_rows:
        taken = n_strips * (n_models + 1) * HEADING - HEADING
        rows, across = 1 + n_models * n_thresholds, (PAGE_WIDTH - NAMES) // per_strip
    else:
        taken, rows = n_strips * HEADING, n_models
        free = PAGE_WIDTH - MODELS - (per_strip - 1) * APART
        across = free // (per_strip * (1 + n_thresholds))
    return min(across, (PAGE_HEIGHT - HEADER - taken) // (n_strips * rows), LARGEST)


def _draw_rows(sheet, images, heatmaps, thresholds, colours, top, side):
    """Draw a row of pictures, and below it for each model a row per threshold."""
    pictures = next(iter(heatmaps.values())).pictures
    _name_row(sheet, "picture", top, side)
    for column, image in enumerate(images):
        left = NAMES + column * side
        sheet.caption(image, left + side / 2, top - ABOVE, side - GAP)
        sheet.put(pictures[image], left, top, side)
    top += side
    for model, saved in heatmaps.items():
        sheet.write(model, NAMES, top + HEADING / 2, room=PAGE_WIDTH - NAMES)
        top += HEADING
        for threshold in thresholds:
            _name_row(sheet, said(threshold), top, side)
            for column, image in enumerate(images):
                cell = NAMES + column * side, top
                _draw_overlay(sheet, saved, image, threshold, colours, cell, side)
                if threshold == thresholds[0]:
                    _say_fit(sheet, saved, image, cell, side)
            top += side


def _draw_blocks(sheet, images, heatmaps, thresholds, colours, top, side):
    """Draw a block for each picture: a row per model, a column per threshold."""
    pictures = next(iter(heatmaps.values())).pictures
    first, room = top + HEADING, MODELS - dots(0.06)
    for row, model in enumerate(heatmaps):
        middle = first + (row + 0.5) * side
        sheet.name(model, room, middle, (room, side), "right")
    for k, image in enumerate(images):
        left = MODELS + k * ((1 + len(thresholds)) * side + APART)
        above = top + HEADING / 2
        sheet.caption(image, left + side / 2, above, side - GAP)
        for column, threshold in enumerate(thresholds, 1):
            middle = left + (column + 0.5) * side
            sheet.write(said(threshold), middle, above, SMALL, room=side - GAP, ha="center")
        sheet.put(pictures[image], left, first, side)
        for (row, saved), (column, threshold) in product(
            enumerate(heatmaps.values()), enumerate(thresholds, 1)
        ):
            cell = left + column * side, first + row * side
            _draw_overlay(sheet, saved, image, threshold, colours, cell, side)
            if threshold == thresholds[0]:
                _say_fit(sheet, saved, image, cell, side)


def _draw_overlay(sheet, saved, image, threshold, colours, cell, side):
    picture, heatmap = saved.pictures[image], saved.of(image)
    drawn, area = overlay_and_area(picture, heatmap, saved.framing, threshold, colours)
    where = sheet.put(drawn, *cell, side)
    if area is not None:
        sheet.outline(area, where)


def _say_fit(sheet, saved, image, cell, side):
    """Write in the corner of an overlay how well the network predicts this picture."""
    if saved.fit_full is None:
        return
    fit = saved.fit_full[saved.images.index(image)]
    words = f"nothing to see:\nr = {number(fit)}" if is_noise(fit) else f"r = {number(fit)}"
    x, y = cell[0] + GAP, cell[1] + side - GAP
    text = sheet.write(words, x, y, CAPTION, side - 2 * GAP, va="bottom", color="white")
    text.set_path_effects([withStroke(linewidth=1.2, foreground="black")])


def said(threshold: str) -> str:
    """Return a threshold in words."""
    if threshold == "full":
        return "whole"
    return f"top {100 - percentile_of(threshold):g} %"


def _name_row(sheet, name, top, side):
    sheet.write(name, NAMES - dots(0.06), top + side / 2, ha="right", room=NAMES - dots(0.06))


def _add_header(sheet, cohort, heatmaps, n, colours, left):
    n_images = len(next(iter(heatmaps.values())).images)
    sheet.entitle(cohort, n, n_images, left)
    signed = any((saved.heatmap < 0).any() for saved in heatmaps.values())
    if colours == SPOTLIGHT:
        low = "blue: below zero; dark: matters least" if signed else "dark: matters least"
        ends, scale = (low, "unchanged: matters most"), None
    else:
        low, scale = ("furthest below zero" if signed else "matters least"), colour_map(colours)
        ends = low, "matters most (each picture's own maximum)"
    return add_key(sheet, left, KEY, ends, scale, signed)
