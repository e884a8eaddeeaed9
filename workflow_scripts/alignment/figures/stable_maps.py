"""Draw the images of a cohort that excite the most stable maps most."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.figure import Figure

from alignment.figures.photographs import PAGE_WIDTH, Sheet, add_key, dots
from alignment.heatmaps.placement import place
from alignment.heatmaps.spotlight import DARK, spotlight

N_MAPS = 6
N_PICTURES = 6
OUTLINED = 0.5  # of a map's maximum in a picture: light alone does not tell on a dark object
HEADER, KEY, NAMES = dots(0.62), dots(0.5), dots(0.76)
SIDE = (PAGE_WIDTH - NAMES) // N_PICTURES


def draw(
    title: str,
    maps: Sequence[str],
    shown: Sequence[Sequence[np.ndarray]],
    excited: Sequence[Sequence[np.ndarray]],
    framing: str,
) -> Figure:
    """Return the figure: a row per map, its most exciting images side by side.

    Parameters
    ----------
    title : str
        At most two lines.
    maps : list of str
        What to say of each map: :func:`describe`.
    shown : list of lists of (height, width, 3) uint8 arrays
        The pictures of each map, most exciting first.
    excited : list of lists of (H, W) arrays
        The map in each of these pictures: they are light where it is active.
    framing : str
        How pictures were brought to the network's square input.
    """
    sheet = Sheet(HEADER + SIDE * len(maps))
    sheet.write(title, NAMES, dots(0.2), 8, room=PAGE_WIDTH - NAMES, linespacing=1.3)
    if maps:
        ends = "dark: silent", "unchanged: the map's maximum there"
        x = add_key(sheet, NAMES, KEY, ends)
        box, _ = sheet.add_box("outlined: half of it, and more", x, KEY, OUTLINED**2, DARK)
        sheet.outline(np.ones(box[2:], dtype=bool), box)
    for row, (name, pictures, activities) in enumerate(zip(maps, shown, excited, strict=True)):
        top = HEADER + row * SIDE
        room = NAMES - dots(0.06)
        sheet.write(name, room, top + SIDE / 2, room=room, ha="right", linespacing=1.4)
        for column, (picture, activity) in enumerate(zip(pictures, activities, strict=True)):
            height, width = picture.shape[:2]
            placed = place(np.maximum(activity, 0), (width, height), framing)
            where = sheet.put(spotlight(picture, placed), NAMES + column * SIDE, top, SIDE)
            peak = np.nanmax(placed)
            if peak > 0:
                sheet.outline(placed >= OUTLINED * peak, where)
    return sheet.finish()


def title_of(where: str, n_images: int, n_folds: int, shares: np.ndarray, share: float) -> str:
    """Say what is drawn, or that nothing is.

    Parameters
    ----------
    where : str
        Cohort and model.
    n_images, n_folds : int
        Of the cohort.
    shares : (F,) array
        The share of folds that retains each map.
    share : float
        That from which a map is stable.
    """
    n_stable = int((shares >= share).sum())
    folds = (
        f"at least {100 * share:g} % of {n_folds} folds" if share < 1 else f"all {n_folds} folds"
    )
    if not n_stable:
        return (
            f"{where}: no map is retained in {folds}\n"
            f"(the most frequent one in {100 * shares.max():.0f} %)."
        )
    which = f"the {n_stable} {'map' if n_stable == 1 else 'maps'} retained in {folds}"
    if n_stable > N_MAPS:
        which = f"the {N_MAPS} most often retained of {n_stable} maps that are in {folds}"
    return f"{where}\n{which}, and the pictures (of {n_images}) that excite each most"


def describe(table: Mapping[str, np.ndarray], f: int) -> str:
    """Say what is known of a map: its AIS and rank, means over folds, and how often it is retained.

    Parameters
    ----------
    table : dict of (F,) arrays
        A row per map, in their order.
    f : int
    """
    ais = f"{table['mean_ais'][f]:.4f}".replace("-", "\N{MINUS SIGN}")
    lines = [f"map {f}", f"AIS {ais}", f"mean rank {table['mean_rank'][f]:.1f}"]
    if table["share_retained"][f] < 1:
        lines.append(f"{100 * table['share_retained'][f]:.0f} % of folds")
    return "\n".join(lines)
