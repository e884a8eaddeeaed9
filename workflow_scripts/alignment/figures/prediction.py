"""Draw the test fit of all and of the retained maps, and their difference with its interval."""

import math
from itertools import product

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.lines import Line2D

from alignment.artifacts.tables import only_row
from alignment.figures.charts import (
    CEILING,
    CEILING_LABEL,
    COLUMN_WIDTH,
    ERROR_BAR,
    FIT_NAMES,
    INTERVALS,
    NEUTRAL,
    PAGE_WIDTH,
    any_known,
    ceilings_of,
    count,
    designs_of,
    keys_of,
    limits_of_fits,
    looks,
    places,
    significant,
    star,
    star_key,
    with_images,
)
from alignment.figures.layout import MOST_IN_A_COLUMN
from alignment.figures.legends import extra_for_legend, legend_above

ROOM = 0.12  # of the axis of fits, for a number above or below a mark


def draw(summary, ceiling, fit, folds):
    """Return the figure: fits above, below them the difference that is tested.

    Parameters
    ----------
    summary : dict of str to array
        A row per cohort and model.
    ceiling : dict of str to array
        A row per cohort.
    fit : str
    folds : dict
        ``unit`` and ``n_folds``.
    """
    cohorts, models = designs_of(summary)
    known = looks(models)
    ceilings = ceilings_of(ceiling)
    with_ceiling = any_known(ceilings)
    narrow = len(cohorts) * len(models) <= MOST_IN_A_COLUMN
    width, key_columns = (COLUMN_WIDTH, 2) if narrow else (PAGE_WIDTH, 5)
    keys = _keys(known, with_ceiling)
    extra = extra_for_legend(keys, key_columns, width, planned_rows=3)
    figure, (above, below) = plt.subplots(
        2,
        1,
        figsize=(width, 4.05 + extra),
        sharex=True,
        height_ratios=[1.5, 1],
    )
    xs = places(len(models))
    for (c, cohort), (x, model) in product(enumerate(cohorts), zip(xs, models, strict=True)):
        row = only_row(summary, cohort=cohort, model=model)
        _draw_fits(above, c + x, row, known[model], 0.8 / len(models))
        _draw_difference(below, c + x, row, known[model])
    for c, cohort in enumerate(cohorts):
        if np.isfinite(ceilings[cohort]):
            above.hlines(ceilings[cohort], c - 0.42, c + 0.42, **CEILING)
    low, high = limits_of_fits([above], "y", with_ceiling, room=ROOM)
    worse = summary["test_retained"] < summary["test_full"]
    lowest = summary["test_retained"][worse].min(initial=high)
    above.set_ylim(min(low, lowest - ROOM * (high - low)), high)
    above.set_ylabel(f"{FIT_NAMES[fit]}\nof held-out judgments")
    below.axhline(0, color="0.5", linewidth=0.6, zorder=0)
    below.set_ylabel("difference\n(retained \N{MINUS SIGN} all)")
    below.set_xticks(range(len(cohorts)), with_images(cohorts, ceiling, folds))
    below.locator_params(axis="y", nbins=6)
    low, high = below.get_ylim()
    below.set_ylim(low, high + 0.06 * (high - low))  # room for the stars
    below.set_xlim(-0.5, len(cohorts) - 0.5)
    for panel in (above, below):
        panel.tick_params(axis="x", length=0)
    note = f"means over {count(summary['n_folds'])} folds; n: pictures"
    figure.supxlabel(
        f"{note}\n{INTERVALS}\n{star_key(summary['p_holm'], significant('one-sided'))}", fontsize=7
    )
    legend_above(figure, keys, key_columns)
    return figure


def _draw_fits(panel, x, row, look, room):
    """Draw all maps to the left, the retained ones to the right with their number.

    The number stands on the side of the retained maps from which no line comes.
    """
    sides, fits = (x - 0.2 * room, x + 0.2 * room), (row["test_full"], row["test_retained"])
    panel.plot(sides, fits, color=look.colour, linewidth=0.8)
    panel.plot(sides[0], fits[0], **look.point(hollow=True))
    panel.plot(sides[1], fits[1], **look.point())
    known = [k for k in (1, 0) if np.isfinite(fits[k])]
    if known:
        below = fits[1] < fits[0]
        panel.annotate(
            str(math.floor(row["n_retained_mean"] + 0.5)),  # rounds .5 up, as the explorer does
            (sides[known[0]], fits[known[0]]),
            (0, -5 if below else 5),
            textcoords="offset points",
            ha="center",
            va="top" if below else "bottom",
            fontsize=6.5,
        )


def _draw_difference(panel, x, row, look):
    value, low, high = (row[name] for name in ("difference", "interval_low", "interval_high"))
    panel.errorbar(x, value, [[value - low], [high - value]], **look.point(), **ERROR_BAR)
    if said := star(row["p_holm"]):
        panel.annotate(said, (x, high), (0, -1), textcoords="offset points", ha="center")


def _keys(known, with_ceiling):
    # Models in one column of the legend, the rest in the next
    blank = [Line2D([], [], linestyle="", label="")] * (2 + with_ceiling - len(known))
    keys = [
        *keys_of(known),
        *blank,
        Line2D([], [], **NEUTRAL.point(hollow=True), label="all maps"),
        Line2D([], [], **NEUTRAL.point(), label="retained maps (number)"),
    ]
    if with_ceiling:
        keys.append(Line2D([], [], **CEILING, label=CEILING_LABEL))
    return keys
