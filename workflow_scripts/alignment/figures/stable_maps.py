"""Draw the images of a cohort that excite the most stable maps most."""

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.patheffects import withStroke
from PIL import Image

from alignment.figures.charts import PAGE_WIDTH
from alignment.heatmaps.placement import place

N_MAPS = 6
N_PICTURES = 6
PRINTED = 220  # pixels of a picture's longer side at 200 dots per inch
OUTLINE = "#E69F00"


def draw(title, maps, shown, excited, framing):
    """Return the figure: a row per map, its most exciting images side by side.

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


def title_of(where: str, n_stable: int, share: float, highest: float) -> str:
    """Say what is drawn, or that nothing is.

    Parameters
    ----------
    where : str
        Cohort and model.
    n_stable : int
        Maps that at least a share of the folds retains.
    share : float
    highest : float
        The share of folds that retains the map retained most often.
    """
    folds = f"{100 * share:g} % of the folds"
    if not n_stable:
        return (
            f"{where}: no map is retained in {folds}\n"
            f"(the most frequent one in {100 * highest:.0f} %)."
        )
    which = f"the {n_stable} {'map' if n_stable == 1 else 'maps'} retained in {folds}"
    if n_stable > N_MAPS:
        which = f"the {N_MAPS} most stable of the {n_stable} maps retained in {folds}"
    return f"{where}\nthe images that most excite {which}"


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
