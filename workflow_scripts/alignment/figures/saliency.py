"""Draw pictures with the top areas of heatmap and saliency map, for one cohort."""

from collections.abc import Mapping, Sequence
from itertools import product
from math import ceil, inf
from typing import NamedTuple

import numpy as np
from matplotlib.figure import Figure

from alignment.artifacts.heatmap_files import SavedHeatmaps
from alignment.figures.charts import source_label, spread
from alignment.figures.photographs import (
    DOTS,
    LINE,
    PAGE_HEIGHT,
    PAGE_WIDTH,
    SMALL,
    Sheet,
    dots,
    wrapped,
)
from alignment.heatmaps.spotlight import light
from alignment.saliency.comparison import as_pixels
from alignment.saliency.measures import RELATIVE_RISKS, TOP_SHARES, top_areas

SHARE = 1  # position in TOP_SHARES: the top 10 %
DIM = 0.4  # brightness outside the heatmap's area: what is salient there must still be seen
MOST = 6  # pictures
# Dots for title and key, a line of names above pictures, names beside them, a number, and between
# pictures
HEADER, HEADING, NAMES, NUMBER, APART = dots(0.5), dots(0.2), dots(1.05), dots(0.15), dots(0.12)
BESIDE = NAMES - dots(0.06)  # where names beside pictures end
NEXT_LINE, MOST_LINES = ceil(LINE * SMALL * DOTS / 72), 4  # of names above pictures
LARGEST, SMALLEST = dots(1.2), dots(0.9)  # sides of a picture
SMALLEST_OF_MANY = dots(0.34)  # where many networks leave no more


class Layout(NamedTuple):
    """How pictures are laid out on a page.

    Attributes
    ----------
    side : int
        Dots of one picture of a model.
    in_rows : bool
        A column per model and a row per source; otherwise a row per model and a column per source.
    per_strip : int
        Pictures side by side, each with all models.
    n_drawn : int
    heading : int
        Dots for the names of columns.
    """

    side: int
    in_rows: bool
    per_strip: int
    n_drawn: int
    heading: int


def areas(
    heatmap: np.ndarray, saliency_map: np.ndarray, size: tuple[int, int], framing: str
) -> list[np.ndarray]:
    """Return the top areas of a heatmap and of a saliency map on the picture.

    Returns
    -------
    two (height, width) bool arrays
    """
    heat, salient, seen = as_pixels([heatmap], [saliency_map], size, framing)
    result = []
    for values in (heat, salient):
        area = np.zeros(seen.shape, dtype=bool)
        area[seen] = top_areas(values, TOP_SHARES[SHARE : SHARE + 1])[0, 0]
        result.append(area)
    return result


def draw(
    cohort: str,
    heatmaps: Mapping[str, SavedHeatmaps],
    maps: Mapping[str, Sequence[np.ndarray]],
    risks: Mapping[tuple[str, str, str], float],
    kinds: Mapping[str, str],
    n_shown: int,
) -> Figure:
    """Return the figure: for each picture a column per model, and a row per source, or the reverse.

    Parameters
    ----------
    cohort : str
        What to call it.
    heatmaps : dict of str to SavedHeatmaps
        By what to call the model; all of the same images.
    maps : dict of str to sequence of arrays
        Saliency maps by source, in the order of the images; only those shown are looked up.
    risks : dict of (model, source, image) to float
        Relative risk at this share, with the models as they are called here.
    kinds : dict of str to str
        What the maps of each source are.
    n_shown : int
        The most pictures; fewer are drawn where a page has no room for them.
    """
    any_model = next(iter(heatmaps.values()))
    n_images = len(any_model.images)
    labels = [source_label(source, kinds[source]) for source in maps]
    layout = arrange(min(n_shown, n_images), list(heatmaps), labels)
    chosen = spread(n_images, layout.n_drawn)
    rows, columns = (labels, heatmaps) if layout.in_rows else (heatmaps, labels)
    side, heading = layout.side, layout.heading
    height = heading + len(rows) * (side + NUMBER)
    sheet = Sheet(HEADER + -(-len(chosen) // layout.per_strip) * height)
    _add_header(sheet, cohort, len(chosen), n_images)
    for nth, k in enumerate(chosen):
        image = any_model.images[k]
        strip, place = divmod(nth, layout.per_strip)
        top = HEADER + strip * height
        left = NAMES + place * (len(columns) * side + APART)
        for column, name in enumerate(columns):
            middle = left + (column + 0.5) * side, top + heading / 2
            sheet.name(name, *middle, (side - 6, heading), "center")
        for row, name in enumerate(rows if not place else ()):
            middle = top + heading + row * (side + NUMBER) + side / 2
            sheet.name(name, BESIDE, middle, (BESIDE, side), "right")
        for (m, (model, saved)), (s, source) in product(
            enumerate(heatmaps.items()), enumerate(maps)
        ):
            row, column = (s, m) if layout.in_rows else (m, s)
            cell = left + column * side, top + heading + row * (side + NUMBER)
            _draw_picture(sheet, saved, image, maps[source][k], cell, side)
            number = written(risks[model, source, image])
            below = cell[1] + side + NUMBER / 2 - 2
            sheet.write(number, cell[0] + side / 2, below, SMALL, ha="center")
    return sheet.finish()


def arrange(n: int, models: Sequence[str], sources: Sequence[str]) -> Layout:
    """Choose how pictures are laid out on a page.

    Parameters
    ----------
    n : int
        Pictures that are wanted.
    models, sources : sequences of str
        What they are called.

    Returns
    -------
    Layout
        With so many of the pictures as the page has room for, at most `MOST`, at least one strip.
        Models stand side by side, or one below the other where this leaves larger pictures than
        side by side; the page is longer where these would be smaller than `SMALLEST_OF_MANY`.
    """
    most = min(n, MOST)
    side_by_side = _laid_out(most, sources, models, SMALLEST, LARGEST)
    if side_by_side[0] >= SMALLEST:
        return Layout(side_by_side[0], True, *side_by_side[1:])
    free = PAGE_HEIGHT - HEADER - HEADING - (MOST_LINES - 1) * NEXT_LINE
    high = min(LARGEST, max(SMALLEST_OF_MANY, free // len(models) - NUMBER))
    below = _laid_out(most, models, sources, min(SMALLEST, high), high)
    if below[0] > side_by_side[0]:
        return Layout(below[0], False, *below[1:])
    return Layout(side_by_side[0], True, *side_by_side[1:])


def _laid_out(most, rows, columns, least, largest):
    """Return side, pictures in a strip, pictures in all, and heading, for rows and columns."""
    across = PAGE_WIDTH - NAMES
    per_strip = min(most, max(1, (across + APART) // (len(columns) * least + APART)))
    side = min((across - (per_strip - 1) * APART) // (per_strip * len(columns)), largest)
    more_lines = max(wrapped(name, SMALL, side - 6, inf)[0].count("\n") for name in columns)
    heading = HEADING + min(more_lines, MOST_LINES - 1) * NEXT_LINE
    n_strips = max(1, (PAGE_HEIGHT - HEADER) // (heading + len(rows) * (side + NUMBER)))
    return side, per_strip, min(most, n_strips * per_strip), heading


def written(risk: float) -> str:
    """Return a relative risk as it stands in the figure."""
    if np.isnan(risk):
        return "–"
    return "∞" if np.isinf(risk) else f"{risk:.1f}"


def risks_of(table: Mapping[str, np.ndarray]) -> dict[tuple[str, str, str], float]:
    """Return the relative risk of every model, source and image at this share.

    Parameters
    ----------
    table : dict of str to array
        A row per model, image and source.
    """
    columns = (table["model"], table["source"], table["image"], table[RELATIVE_RISKS[SHARE]])
    return {(m, s, i): float(risk) for m, s, i, risk in zip(*columns, strict=True)}


def _draw_picture(sheet, saved, image, saliency_map, cell, side):
    """Put a picture into its cell, lit where it matters, with an outline of what is salient."""
    picture = saved.pictures[image]
    size = picture.shape[1], picture.shape[0]
    heat, salient = areas(saved.of(image), saliency_map, size, saved.framing)
    sheet.outline(salient, sheet.put(light(picture, heat, DIM), *cell, side))


def _add_header(sheet, cohort, n, n_images):
    sheet.entitle(cohort, n, n_images, NAMES)
    percent = f"{100 * TOP_SHARES[SHARE]:.0f} %"
    y = dots(0.34)
    _, x = sheet.add_box(f"unchanged: heatmap, top {percent}", NAMES, y, 1, DIM)
    box, x = sheet.add_box(f"outlined: saliency map, top {percent}", x, y, 0, DIM)
    sheet.outline(np.ones(box[2:], dtype=bool), box)
    sheet.write("number: relative risk", x, y, SMALL)
