"""Legends above figures: as many columns as fit, and the room that they take."""

from collections.abc import Sequence

import matplotlib.pyplot as plt
from matplotlib.artist import Artist
from matplotlib.figure import Figure, SubFigure
from matplotlib.legend import Legend

ROW, FRAME = 0.146, 0.1  # inches: of a line of a legend, and of what is around all of them


def legend_above(figure: Figure | SubFigure, keys: Sequence[Artist], columns: int) -> Legend:
    """Put a legend above a figure, in as many columns, or in as few as it takes to fit.

    Names of models come from users, and may be long.
    """
    renderer = figure.canvas.get_renderer()
    for n in range(columns, 0, -1):
        # Keys without words only fill columns, and are left out of a single one.
        shown = [key for key in keys if n > 1 or key.get_label()]
        legend = figure.legend(handles=shown, loc="outside upper center", ncols=n)
        if legend.get_window_extent(renderer).width <= figure.bbox.width:
            break
        if n > 1:
            legend.remove()
    return legend


def extra_for_legend(
    keys: Sequence[Artist], columns: int, width: float, planned_rows: int
) -> float:
    """Return the inches that a legend above a figure takes beyond those of the rows planned for.

    Parameters
    ----------
    keys, columns : see :func:`legend_above`
    width : float
        Inches of the figure.
    planned_rows : int
        For which the figure has room as it is.
    """
    figure = plt.figure(figsize=(width, 1))
    legend = legend_above(figure, keys, columns)
    needed = legend.get_window_extent(figure.canvas.get_renderer()).height / figure.dpi
    plt.close(figure)
    return max(0.0, needed - planned_rows * ROW - FRAME)
