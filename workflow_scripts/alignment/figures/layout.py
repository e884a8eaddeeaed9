"""How panels stand on a page: how many beside one another, and how wide a figure is."""

from typing import Any

import matplotlib.pyplot as plt
import numpy as np

from alignment.figures.charts import COLUMN_WIDTH, PAGE_WIDTH

MOST_STACKED = 3  # panels in a column
MOST_IN_A_COLUMN = 8  # cohorts times models


def panels_of(n: int, height: float, header: float, wide: bool = False, **kwargs):
    """Return a figure and its (rows, columns) panels for n things.

    Up to three stand one upon the other and are as wide as a column of a journal; more stand three
    side by side on its page.

    Parameters
    ----------
    n : int
    height : float
        Inches of a row of panels.
    header : float
        Inches for what stands above them.
    wide : bool
        Whether also panels that stand one upon the other are as wide as a page.
    **kwargs
        Of :func:`matplotlib.pyplot.subplots`.
    """
    columns = 1 if n <= MOST_STACKED else 3
    rows = -(-n // columns)
    size = width_of_panels(n, wide), header + height * rows
    figure, panels = plt.subplots(rows, columns, figsize=size, squeeze=False, **kwargs)
    leave_out_spare(panels, n)
    return figure, panels


def leave_out_spare(panels: np.ndarray, n: int) -> None:
    """Show the first n of some (rows, columns) panels, with ticks below the lowest of a column."""
    for panel in panels.flat[n:]:
        panel.set_axis_off()
    for panel in lowest_of(panels, n):
        panel.tick_params(labelbottom=True)


def lowest_of(panels: np.ndarray, n: int) -> list[Any]:
    """Return of the first n of some (rows, columns) panels the lowest of each column."""
    columns = panels.shape[1]
    return [panels[(n - 1 - k) // columns, k] for k in range(min(n, columns))]


def width_of_panels(n: int, wide: bool = False) -> float:
    """Return how wide the figure of :func:`panels_of` is."""
    return PAGE_WIDTH if wide or n > MOST_STACKED else COLUMN_WIDTH


def width_of(n_cohorts: int, n_models: int) -> float:
    """Return how wide a figure is that has something for each cohort and model side by side."""
    narrow = n_cohorts <= MOST_STACKED and n_cohorts * n_models <= MOST_IN_A_COLUMN
    return COLUMN_WIDTH if narrow else PAGE_WIDTH
