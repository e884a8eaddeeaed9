"""Draw pictures with the top areas of heatmap and saliency map outlined, for one cohort."""

from collections.abc import Mapping

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.colors import to_rgb
from matplotlib.patches import Patch

from alignment.figures.charts import PAGE_WIDTH, source_label, spread
from alignment.saliency.comparison import as_pixels
from alignment.saliency.measures import RELATIVE_RISKS, TOP_SHARES, top_areas

SHARE = 1  # position in TOP_SHARES: the top 10 %
HEATMAP, SALIENCY = "#D55E00", "#0072B2"
# The picture is grey and pale, so that two colours suffice to be told from it.
PALE = 0.45
FILL = 0.25  # opacity of the areas
MOST = 6  # pictures side by side, so that outlines can be told apart in print


def areas(heatmap, saliency_map, size, framing):
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


def draw(cohort, heatmaps, maps, risks, kinds, n_shown):
    """Return the figure: a row per model and source, a column per picture.

    Parameters
    ----------
    cohort : str
        For the title.
    heatmaps : dict of str to SavedHeatmaps
        By model; all of the same images.
    maps : dict of str to dict of str to array
        Saliency maps by source and image.
    risks : dict of (model, source, image) to float
        Relative risk at this share.
    kinds : dict of str to str
        What the maps of each source are.
    n_shown : int
        Number of pictures.
    """
    any_model = next(iter(heatmaps.values()))
    images = [any_model.images[k] for k in spread(len(any_model.images), min(n_shown, MOST))]
    rows = [(model, source) for model in heatmaps for source in maps]
    side = (PAGE_WIDTH - 1.0) / len(images)
    figure, panels = plt.subplots(
        len(rows),
        len(images),
        figsize=(PAGE_WIDTH, 0.55 + (side + 0.14) * len(rows)),
        squeeze=False,
    )
    figure.get_layout_engine().set(w_pad=0.02, h_pad=0.01, wspace=0, hspace=0)
    for column, image in enumerate(images):
        picture = any_model.pictures[image]
        grey = picture.mean(axis=2, keepdims=True) / 255 * (1 - PALE) + PALE
        size = picture.shape[1], picture.shape[0]
        for row, (model, source) in enumerate(rows):
            panel = panels[row, column]
            saved = heatmaps[model]
            both = areas(saved.of(image), maps[source][image], size, saved.framing)
            shown = np.repeat(grey, 3, axis=2)
            for area, colour in zip(both, (HEATMAP, SALIENCY), strict=True):
                shown[area] += FILL * (to_rgb(colour) - shown[area])
                _outline(panel, area, colour)
            panel.imshow(shown)
            panel.set_xlabel(_written(risks[model, source, image]), labelpad=1, fontsize=7)
            panel.set(xticks=[], yticks=[])
            panel.spines[:].set_visible(False)
    for panel, (model, source) in zip(panels[:, 0], rows, strict=True):
        panel.set_ylabel(f"{model}\n{source_label(source, kinds[source])}", fontsize=6)
    percent = f"{100 * TOP_SHARES[SHARE]:.0f}"
    areas_of = {HEATMAP: f"heatmap, top {percent} %", SALIENCY: f"saliency map, top {percent} %"}
    figure.legend(
        handles=[
            Patch(facecolor=(*to_rgb(colour), FILL), edgecolor=colour, label=label)
            for colour, label in areas_of.items()
        ],
        loc="outside upper right",
        ncols=2,
        title=f"{cohort}    number: relative risk",
        title_fontsize=7,
        alignment="right",
    )
    return figure


def _outline(panel, area, colour):
    if not area.any():
        return
    # One pixel of nothing around, so that an area at the edge is outlined there too.
    padded = np.pad(area, 1).astype(float)
    where = np.arange(-1, area.shape[1] + 1), np.arange(-1, area.shape[0] + 1)
    panel.contour(*where, padded, levels=[0.5], colors=[colour], linewidths=0.8)


def _written(risk):
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
