"""Draw pictures with the top areas of heatmap and saliency map, for one cohort."""

from collections.abc import Mapping
from itertools import product

import numpy as np
from matplotlib.figure import Figure

from alignment.artifacts.heatmap_files import SavedHeatmaps
from alignment.figures.charts import source_label, spread
from alignment.figures.photographs import (
    PAGE_HEIGHT,
    PAGE_WIDTH,
    SMALL,
    Sheet,
    dots,
)
from alignment.heatmaps.spotlight import light
from alignment.saliency.comparison import as_pixels
from alignment.saliency.measures import RELATIVE_RISKS, TOP_SHARES, top_areas

SHARE = 1  # position in TOP_SHARES: the top 10 %
DIM = 0.4  # brightness outside the heatmap's area: what is salient there must still be seen
MOST = 6  # pictures
# Dots for title and key, names of models, names of sources, a number, and between pictures
HEADER, HEADING, NAMES, NUMBER, APART = dots(0.5), dots(0.2), dots(1.05), dots(0.15), dots(0.12)
LARGEST, SMALLEST = dots(1.2), dots(0.9)  # sides of a picture


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
    maps: Mapping[str, Mapping[str, np.ndarray]],
    risks: Mapping[tuple[str, str, str], float],
    kinds: Mapping[str, str],
    n_shown: int,
) -> Figure:
    """Return the figure: for each picture a column per model side by side, and a row per source.

    Parameters
    ----------
    cohort : str
        What to call it.
    heatmaps : dict of str to SavedHeatmaps
        By what to call the model; all of the same images.
    maps : dict of str to dict of str to array
        Saliency maps by source and image.
    risks : dict of (model, source, image) to float
        Relative risk at this share, with the models as they are called here.
    kinds : dict of str to str
        What the maps of each source are.
    n_shown : int
        The most pictures; fewer are drawn where a page has no room for them.
    """
    any_model = next(iter(heatmaps.values()))
    n_images = len(any_model.images)
    per_strip, n_drawn, side = arrange(min(n_shown, n_images), len(heatmaps), len(maps))
    images = [any_model.images[k] for k in spread(n_images, n_drawn)]
    n_strips = -(-len(images) // per_strip)
    height = HEADING + len(maps) * (side + NUMBER)
    sheet = Sheet(HEADER + n_strips * height)
    _add_header(sheet, cohort, len(images), n_images)
    for k, image in enumerate(images):
        strip, place = divmod(k, per_strip)
        top = HEADER + strip * height
        left = NAMES + place * (len(heatmaps) * side + APART)
        picture = any_model.pictures[image]
        for column, model in enumerate(heatmaps):
            middle = left + (column + 0.5) * side
            sheet.write(model, middle, top + HEADING / 2, SMALL, room=side - 6, ha="center")
        for (row, source), (column, (model, saved)) in product(
            enumerate(maps), enumerate(heatmaps.items())
        ):
            cell = left + column * side, top + HEADING + row * (side + NUMBER)
            map_there = maps[source][image]
            _draw_picture(sheet, picture, saved, image, map_there, cell, side)
            number = written(risks[model, source, image])
            below = cell[1] + side + NUMBER / 2 - 2
            sheet.write(number, cell[0] + side / 2, below, SMALL, ha="center")
        if not place:
            _name_sources(sheet, maps, kinds, top + HEADING, side)
    return sheet.finish()


def arrange(n: int, n_models: int, n_sources: int) -> tuple[int, int, int]:
    """Choose how pictures are laid out on a page.

    Parameters
    ----------
    n : int
        Pictures that are wanted.
    n_models, n_sources : int

    Returns
    -------
    per_strip, n_drawn : int
        Pictures side by side, each with all models; and how many the page has room for, at most
        `MOST`, at least one strip.
    side : int
        Dots of one picture of a model.
    """
    across = PAGE_WIDTH - NAMES
    per_strip = max(1, (across + APART) // (n_models * SMALLEST + APART))
    per_strip = min(per_strip, n, MOST)
    side = min((across - (per_strip - 1) * APART) // (per_strip * n_models), LARGEST)
    n_strips = max(1, (PAGE_HEIGHT - HEADER) // (HEADING + n_sources * (side + NUMBER)))
    return per_strip, min(n, MOST, n_strips * per_strip), side


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


def _draw_picture(sheet, picture, saved, image, saliency_map, cell, side):
    """Put a picture into its cell, lit where it matters, with an outline of what is salient."""
    size = picture.shape[1], picture.shape[0]
    heat, salient = areas(saved.of(image), saliency_map, size, saved.framing)
    sheet.outline(salient, sheet.put(light(picture, heat, DIM), *cell, side))


def _name_sources(sheet, maps, kinds, top, side):
    room = NAMES - dots(0.06)
    for row, source in enumerate(maps):
        middle = top + row * (side + NUMBER) + side / 2
        label = source_label(source, kinds[source])
        sheet.write(label, room, middle, SMALL, room=room, ha="right", linespacing=1.3)


def _add_header(sheet, cohort, n, n_images):
    sheet.entitle(cohort, n, n_images, NAMES)
    percent = f"{100 * TOP_SHARES[SHARE]:.0f} %"
    y = dots(0.34)
    _, x = sheet.add_box(f"as it is: heatmap, top {percent}", NAMES, y, 1, DIM)
    box, x = sheet.add_box(f"outlined: saliency map, top {percent}", x, y, 0, DIM)
    sheet.outline(np.ones(box[2:], dtype=bool), box)
    sheet.write("number: relative risk", x, y, SMALL)
