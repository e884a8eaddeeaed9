"""Draw how accurate networks stay when noise is added to their images."""

import matplotlib.pyplot as plt
from matplotlib.figure import Figure

from alignment.figures.charts import PAGE_WIDTH
from alignment.figures.topography.panels import NOISES, Table, condition_legend, over_level


def draw(summary: Table) -> Figure:
    """Return the figure.

    Parameters
    ----------
    summary : dict of str to array
        A row per condition, lambda, measure and level.
    """
    kinds = [kind for kind in NOISES if f"accuracy_{kind}" in set(summary["measure"])]
    figure, panels = plt.subplots(
        2,
        len(kinds),
        figsize=(PAGE_WIDTH, 4.2),
        sharex="col",
        sharey="row",
        squeeze=False,
    )
    for column, kind in zip(panels.T, kinds, strict=True):
        over_level(column[0], summary, f"accuracy_{kind}", band=True)
        over_level(column[1], summary, f"change_{kind}", band=True)
        column[0].set_title(NOISES[kind])
        column[1].axhline(0, color="0.6", lw=0.8, ls=":")
        share = kind == "salt_and_pepper"
        column[1].set_xlabel("share of pixels" if share else "deviation of the noise")
    panels[0, 0].set_ylabel("accuracy with noisy images")
    panels[1, 0].set_ylabel("change from clean")
    figure.legend(
        handles=condition_legend(summary, shades=True), loc="outside upper center", ncols=4
    )
    return figure
