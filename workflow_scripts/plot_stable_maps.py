"""Draw the images of a cohort that excite the most stable maps most."""

from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.patheffects import withStroke
from PIL import Image

from alignment.charts import PAGE_WIDTH, save, use_style
from alignment.heatmaps import place
from alignment.job_log import job_log
from alignment.pictures import read_picture
from alignment.stability import most_exciting, stable_maps
from alignment.storage import open_arrays
from alignment.tables import read_columns

N_MAPS = 6
N_PICTURES = 6
CELL = 330  # pixels of a picture and its margin, as printed
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
    # One panel with one image of all pictures: dozens of either take seconds.
    panel = figure.add_axes(
        (label / PAGE_WIDTH, 0, 1 - label / PAGE_WIDTH, side * lines / figure.get_figheight())
    )
    canvas = np.full((lines * CELL, N_PICTURES * CELL, 3), 255, dtype=np.uint8)
    for row, (name, pictures, activities) in enumerate(zip(maps, shown, excited, strict=True)):
        panel.text(-7, (row + 0.5) * CELL, name, rotation=90, ha="right", va="center", fontsize=7)
        for column, (picture, activity) in enumerate(zip(pictures, activities, strict=True)):
            cell = canvas[row * CELL : (row + 1) * CELL, column * CELL : (column + 1) * CELL]
            left, top, size = _paste(picture, cell)
            corner = column * CELL + left - 0.5, row * CELL + top - 0.5
            _outline(panel, place(activity, size, framing), corner)
    panel.imshow(canvas, aspect="auto", interpolation="bilinear")
    panel.set_axis_off()
    return figure


def _paste(picture, cell):
    """Put a picture into the middle of a cell; return left, top and (width, height)."""
    image = Image.fromarray(picture)
    scale = 0.95 * CELL / max(image.size)
    width, height = (max(1, round(side * scale)) for side in image.size)
    left, top = (CELL - width) // 2, (CELL - height) // 2
    resized = image.resize((width, height), Image.Resampling.BILINEAR)
    cell[top : top + height, left : left + width] = np.asarray(resized)
    return left, top, (width, height)


def _outline(panel, placed, corner):
    """Outline where a map exceeds half of its maximum in a picture."""
    placed = np.nan_to_num(placed)
    # A border of zeros closes an area at the edge of the picture.
    y, x = (np.concatenate([[0], np.arange(n) + 0.5, [n]]) for n in placed.shape)
    outline = panel.contour(
        corner[0] + x,
        corner[1] + y,
        np.pad(placed, 1),
        levels=[placed.max() / 2],
        colors=OUTLINE,
        linewidths=1.1,
    )
    outline.set(path_effects=[withStroke(linewidth=2.2, foreground="black")])


def main(input, output, params, wildcards):
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
