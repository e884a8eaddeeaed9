"""Draw a grid of one cohort's pictures and their heatmaps by every model, at some thresholds."""

from collections.abc import Mapping, Sequence

from matplotlib.figure import Figure

from alignment.artifacts.heatmap_files import SavedHeatmaps
from alignment.figures.charts import spread
from alignment.figures.photographs import PAGE_HEIGHT, PAGE_WIDTH, Sheet, add_key, dots
from alignment.heatmaps.overlays import colour_map, draw_overlay
from alignment.heatmaps.spotlight import SPOTLIGHT

# Dots for title and key, for a model's name, and for thresholds
HEADER, HEADING, NAMES = dots(0.5), dots(0.2), dots(0.6)
LARGEST, SMALLEST = dots(0.78), dots(0.5)  # sides of a picture
SMALLEST_OF_MANY = dots(0.34)  # where many networks and thresholds leave no more


def draw(
    cohort: str,
    heatmaps: Mapping[str, SavedHeatmaps],
    thresholds: Sequence[str],
    colours: str,
    n_shown: int,
) -> Figure:
    """Return the figure: a row of pictures, then for each model a row per threshold.

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
    per_row, n_drawn, side = arrange(min(n_shown, n_images), len(heatmaps), len(thresholds))
    images = [any_model.images[k] for k in spread(n_images, n_drawn)]
    strips = [images[k : k + per_row] for k in range(0, len(images), per_row)]
    rows = 1 + len(heatmaps) * len(thresholds)
    height = len(strips) * (rows * side + (len(heatmaps) + 1) * HEADING) - HEADING
    sheet = Sheet(HEADER + height)
    _add_header(sheet, cohort, heatmaps, len(images), colours)
    top, left = HEADER, NAMES
    for strip in strips:
        _name_row(sheet, "picture", top, side)
        pictures = {image: any_model.pictures[image] for image in strip}
        for column, picture in enumerate(pictures.values()):
            sheet.put(picture, left + column * side, top, side)
        top += side
        for model, saved in heatmaps.items():
            sheet.write(model, left, top + HEADING / 2, room=PAGE_WIDTH - left)
            top += HEADING
            for threshold in thresholds:
                _name_row(sheet, said(threshold), top, side)
                look = saved.framing, threshold, colours
                for column, (image, picture) in enumerate(pictures.items()):
                    drawn = draw_overlay(picture, saved.of(image), *look)
                    sheet.put(drawn, left + column * side, top, side)
                top += side
        top += HEADING
    return sheet.finish()


def arrange(n: int, n_models: int, n_thresholds: int) -> tuple[int, int, int]:
    """Choose how pictures are laid out on a page.

    Parameters
    ----------
    n : int
        Pictures that are wanted.
    n_models, n_thresholds : int

    Returns
    -------
    per_row, n_drawn : int
        Longer grids go on below.  Of the pictures so many are drawn that each has at least
        `SMALLEST`.  Where even one row of them would be longer than `PAGE_HEIGHT` they are smaller,
        and the page is longer only where they would be smaller than `SMALLEST_OF_MANY`.
    side : int
        Dots of a picture: as many as fit.
    """
    across, rows = PAGE_WIDTH - NAMES, 1 + n_models * n_thresholds
    for n_drawn in range(n, 0, -1):
        best = (0, n_drawn)
        for n_strips in range(1, n_drawn + 1):
            per_row = -(-n_drawn // n_strips)
            taken = HEADER + (n_strips * (n_models + 1) - 1) * HEADING
            down = (PAGE_HEIGHT - taken) // (n_strips * rows)
            best = max(best, (min(across // per_row, down, LARGEST), per_row))
        if best[0] >= SMALLEST:
            return best[1], n_drawn, best[0]
    fitting = (PAGE_HEIGHT - HEADER - n_models * HEADING) // rows
    side = min(SMALLEST, max(SMALLEST_OF_MANY, fitting))
    per_row = min(n, across // side)
    return per_row, per_row, side


def said(threshold: str) -> str:
    """Return a threshold in words."""
    if threshold == "full":
        return "whole"
    return f"top {100 - float(threshold.removeprefix('p')):g} %"


def _name_row(sheet, name, top, side):
    sheet.write(name, NAMES - dots(0.06), top + side / 2, ha="right", room=NAMES - dots(0.06))


def _add_header(sheet, cohort, heatmaps, n, colours):
    n_images = len(next(iter(heatmaps.values())).images)
    sheet.entitle(cohort, n, n_images, NAMES)
    signed = any((saved.heatmap < 0).any() for saved in heatmaps.values())
    if colours == SPOTLIGHT:
        low = "blue: below zero; dark: matters least" if signed else "dark: matters least"
        ends, scale = (low, "as it is: matters most"), None
    else:
        low, scale = ("furthest below zero" if signed else "matters least"), colour_map(colours)
        ends = low, "matters most (each picture's own maximum)"
    add_key(sheet, NAMES, dots(0.29), ends, scale, signed)
