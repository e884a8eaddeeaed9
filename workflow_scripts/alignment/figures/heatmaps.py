"""Draw a grid of one cohort's pictures and their heatmaps by every model."""

import matplotlib.pyplot as plt

from alignment.figures.charts import PAGE_WIDTH, spread
from alignment.heatmaps.overlays import draw_overlay


def draw(cohort, heatmaps, threshold, colours, n_shown):
    """Return the figure: a row of pictures, then a row a model.

    Parameters
    ----------
    cohort : str
        For the title.
    heatmaps : dict of str to SavedHeatmaps
        By model; all of the same images.
    threshold : str
    colours : str
        Name of a matplotlib colour map.
    n_shown : int
    """
    any_model = next(iter(heatmaps.values()))
    images = [any_model.images[k] for k in spread(len(any_model.images), n_shown)]
    pictures = [any_model.pictures[image] for image in images]
    # Long grids go on below: at most 8 pictures stand side by side.
    per_row = min(len(images), 8)
    strips = -(-len(images) // per_row)
    lines = len(heatmaps) + 1
    side = (PAGE_WIDTH - 0.9) / per_row
    figure, panels = plt.subplots(
        strips * lines,
        per_row,
        figsize=(PAGE_WIDTH, 0.45 + side * 1.04 * strips * lines),
        squeeze=False,
    )
    figure.get_layout_engine().set(w_pad=0.02, h_pad=0.02, wspace=0, hspace=0)
    for panel in panels.flat:
        panel.set_xticks([])
        panel.set_yticks([])
        for spine in panel.spines.values():
            spine.set_visible(False)
    for n, (image, picture) in enumerate(zip(images, pictures, strict=True)):
        strip, column = divmod(n, per_row)
        top = strip * lines
        panels[top, column].imshow(picture)
        for line, saved in enumerate(heatmaps.values(), start=1):
            panels[top + line, column].imshow(
                draw_overlay(picture, saved.of(image), saved.framing, threshold, colours)
            )
        if column == 0:
            for line, label in enumerate(["picture", *heatmaps]):
                panels[top + line, 0].set_ylabel(
                    label.replace("_", "_\n", 1) if len(label) > 14 else label
                )
    _add_scale(figure, panels, any_model, colours)
    shown = ""
    if threshold != "full":
        shown = f", the top {100 - float(threshold.removeprefix('p')):g} % of each picture"
    figure.suptitle(
        f"{cohort}: what matters when a picture is compared with the others{shown}", fontsize=8
    )
    return figure


def _add_scale(figure, panels, saved, colours):
    signed = bool((saved.heatmap < 0).any())
    scale = plt.cm.ScalarMappable(plt.Normalize(-1 if signed else 0, 1), colours)
    bar = figure.colorbar(scale, ax=panels, fraction=0.02, pad=0.01, aspect=30)
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
