"""Draw the images of a cohort that excite the most stable maps most."""

from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.patheffects import withStroke
from PIL import Image

from alignment.figures.charts import PAGE_WIDTH, save, use_style
from alignment.heatmaps.heatmaps import place
from alignment.artifacts.job_log import job_log
from alignment.artifacts.lineage import check_made_from
from alignment.datasets.pictures import read_picture
from alignment.comparison.stability import most_exciting, stable_maps
from alignment.artifacts.arrays import open_arrays
from alignment.artifacts.tables import read_columns

N_MAPS = 6
N_PICTURES = 6
PRINTED = 320  # pixels of a picture's longer side at 300 dots an inch
OUTLINE = "#E69F00"


def draw(title, maps, shown, excited, framing):
    """Return the figure: a row a map, its most exciting images side by side.

    Parameters
    ----------
    title : str
    maps : list of str
        What to call each map.
    shown : list of lists of (height, width, 3) uint8 arrays
        The pictures of each map, most exciting first.
    excited : list of lists of (H, W) arrays
        The map in each of these pictures.
    framing : str
        How pictures were brought to the network's square input.
    """
    lines = len(maps)
    top = 0.4 if lines else 0.6  # inches, of the title
    label = 0.35  # inches, of the names of the maps
    side = (PAGE_WIDTH - label) / N_PICTURES
    figure = plt.figure(figsize=(PAGE_WIDTH, top + side * lines))
    figure.set_layout_engine("none")
    figure.text(0.5, 1 - top / 2 / figure.get_figheight(), title, ha="center", va="center")
    if not lines:
        return figure
    # One panel for all pictures, a unit square each: dozens of panels take seconds, and so does
    # merging the pictures for the PDF.
    panel = figure.add_axes(
        (label / PAGE_WIDTH, 0, 1 - label / PAGE_WIDTH, side * lines / figure.get_figheight())
    )
    figure.suppressComposite = True
    for row, (name, pictures, activities) in enumerate(zip(maps, shown, excited, strict=True)):
        panel.text(-0.02, row + 0.5, name, rotation=90, ha="right", va="center", fontsize=7)
        for column, (picture, activity) in enumerate(zip(pictures, activities, strict=True)):
            _draw_picture(panel, picture, activity, framing, (column + 0.5, row + 0.5))
    panel.set_xlim(0, N_PICTURES)
    panel.set_ylim(lines, 0)
    panel.set_axis_off()
    return figure


def _draw_picture(panel, picture, activity, framing, centre):
    """Draw a picture, and outline where a map exceeds half of its maximum there."""
    image = Image.fromarray(picture)
    image.thumbnail((PRINTED, PRINTED))  # more would not be seen
    width, height = image.size
    scale = 0.95 / max(width, height)
    left, top = centre[0] - scale * width / 2, centre[1] - scale * height / 2
    extent = left, left + scale * width, top + scale * height, top
    panel.imshow(np.asarray(image), extent=extent, aspect="auto")
    placed = np.nan_to_num(place(activity, image.size, framing))
    # A border of zeros closes an area at the edge of the picture.
    x, y = (np.concatenate([[0], np.arange(n) + 0.5, [n]]) for n in image.size)
    outline = panel.contour(
        left + scale * x,
        top + scale * y,
        np.pad(placed, 1),
        levels=[placed.max() / 2],
        colors=OUTLINE,
        linewidths=1.1,
    )
    outline.set(path_effects=[withStroke(linewidth=2.2, foreground="black")])


def main(input, output, params, wildcards):
    check_made_from(input.activations, input)
    use_style(input.style)
    table = read_columns(input.maps)
    cohort = read_columns(input.cohort)
    images = cohort["image"]
    stable = stable_maps(table, params.share)
    best = stable[:N_MAPS]
    where = f"{wildcards.cohort}, {wildcards.model}"
    share = f"{100 * params.share:g} % of the folds"
    names, shown, excited, framing = [], [], [], "stretch"
    if len(best):
        title = f"{where}\nthe images that most excite " + (
            f"the {len(best)} most stable of the {len(stable)} maps retained in {share}"
            if len(stable) > len(best)
            else f"the {len(best)} {'map' if len(best) == 1 else 'maps'} retained in {share}"
        )
        with open_arrays(input.activations) as file:
            framing = file.attrs["framing"]
            ascending = np.sort(best)
            chosen = file["feature_maps"][:, ascending][cohort["index"]]
        folder = Path(input.pictures).parent / "images"
        for k in best:
            activity = chosen[:, np.searchsorted(ascending, k)]
            top = most_exciting(activity, N_PICTURES)
            names.append(f"map {k}\n{100 * table['share_retained'][k]:.0f} % of folds")
            shown.append([read_picture(folder / f"{images[i]}.png") for i in top])
            excited.append(activity[top])
            print(f"map {k}: {', '.join(images[i] for i in top)}")
    else:
        title = (
            f"{where}: no map is retained in {share}\n"
            f"(the most frequent one in {100 * table['share_retained'].max():.0f} %)."
        )
        print(title.replace("\n", " "))
    save(draw(title, names, shown, excited, framing), output.png, output.pdf)


if __name__ == "__main__":
    with job_log(snakemake.log[0]):
        main(snakemake.input, snakemake.output, snakemake.params, snakemake.wildcards)
