"""Draw how scores relate to activity, image by image."""

from itertools import product

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.lines import Line2D

from alignment.artifacts.tables import groups_of, only_row
from alignment.figures.charts import COLUMN_WIDTH, LEVEL, designs_of, keys_of, looks, places
from alignment.figures.layout import leave_out_spare, width_of
from alignment.figures.legends import extra_for_legend, legend_above

POINT = {"markersize": 2.2, "alpha": 0.45, "markeredgewidth": 0}
MEAN = {"color": "black", "linestyle": "", "markersize": 4.5, "markeredgewidth": 0.8, "zorder": 3}
MEAN |= {"elinewidth": 1, "capsize": 2}
N_TENTHS = 10


def draw(activity, summary):
    """Return the figure: correlations above, a point per image; ranks of the most active map below.

    Parameters
    ----------
    activity : dict of str to array
        A row per cohort, image and model.
    summary : dict of str to array
        A row per cohort and model.
    """
    cohorts, models = designs_of(summary)
    tables = groups_of(activity, "cohort", "model")
    known = looks(models)
    columns = min(len(cohorts), 3)
    rows = -(-len(cohorts) // columns)
    width = width_of(len(cohorts), len(models))
    narrow = width == COLUMN_WIDTH
    keys = [
        *_keys(known, activity),
        Line2D([], [], **LEVEL, label="a map drawn at random (10 %)"),
    ]
    key_columns = 2 if narrow else 3
    extra = extra_for_legend(keys, key_columns, width, planned_rows=2)
    figure = plt.figure(figsize=(width, 2.6 + extra + 1.8 * rows))
    above, below = figure.subfigures(2, 1, height_ratios=[2.4 + extra, 1.8 * rows])
    _draw_correlations(above.subplots(), tables, summary, cohorts, known)
    panels = below.subplots(rows, columns, sharex=True, sharey=True, squeeze=False)
    leave_out_spare(panels, len(cohorts))
    for panel, cohort in zip(panels.flat, cohorts, strict=False):
        for model, look in known.items():
            shares = shares_of_tenths(tables[cohort, model])
            line = {"linestyle": look.line, "linewidth": 0.8, "clip_on": False}
            panel.plot(np.arange(1, N_TENTHS + 1), 100 * shares, **look.point(4) | line)
        panel.axhline(100 / N_TENTHS, **LEVEL)
        panel.set_title(cohort)
    panels[0, 0].set_xticks([1, 5, N_TENTHS] if narrow else range(1, N_TENTHS + 1))
    panels[0, 0].set_ylim(0)
    below.supxlabel("decile of the maps, 1: highest AIS", fontsize=8)
    for panel in panels[:, 0]:
        panel.set_ylabel("images whose most active\nmap ranks there (%)")
    legend_above(above, keys, key_columns)
    return figure


def _keys(known, activity):
    """Return the legend's entries; one without a point or a rank says why."""
    keys = keys_of(known)
    for key in keys:
        own = activity["model"] == key.get_label()
        if not np.isfinite(activity["most_active_rank"][own]).any():
            key.set_label(f"{key.get_label()} (all of its maps are equally active)")
    return keys


def shares_of_tenths(table):
    """Return in what share of the images the most active map ranks in each decile of the maps.

    Parameters
    ----------
    table : dict of str to array
        A row per image: ``most_active_rank``, NaN where no map is active, and ``n_maps``.

    Returns
    -------
    (10,) array
        From the highest AIS to the lowest; NaN where no image has a rank.
    """
    ranked = np.isfinite(table["most_active_rank"])
    rank, n_maps = table["most_active_rank"][ranked], table["n_maps"][ranked]
    from_below = n_maps + 1 - rank
    # Counted from the nearer end: as many ranks in the last tenth as in the first
    tenths = np.where(
        rank <= from_below,
        np.ceil(N_TENTHS * rank / n_maps),
        N_TENTHS + 1 - np.ceil(N_TENTHS * from_below / n_maps),
    )
    counts = np.bincount(tenths.astype(int), minlength=N_TENTHS + 1)[1:]
    return counts / ranked.sum() if ranked.any() else np.full(N_TENTHS, np.nan)


def _draw_correlations(panel, tables, summary, cohorts, known):
    """Draw a point per image, and the mean with its interval."""
    xs = places(len(known))
    room = 0.75 * 0.8 / len(known)
    for (c, cohort), (x, (model, look)) in product(
        enumerate(cohorts), zip(xs, known.items(), strict=True)
    ):
        values = tables[cohort, model]["correlation"]
        # Spread evenly over the column: the same picture every time.
        spread = (np.arange(len(values)) * 0.618 % 1 - 0.5) * room
        panel.plot(c + x + spread, values, **look.point() | POINT)
        one = only_row(summary, cohort=cohort, model=model)
        mean = one["correlation"]
        error = [[mean - one["correlation_low"]], [one["correlation_high"] - mean]]
        mark = {"marker": look.marker, "markerfacecolor": look.colour}
        panel.errorbar(c + x, mean, error, **mark, **MEAN)
    n_images = [int(summary["n_images"][summary["cohort"] == cohort][0]) for cohort in cohorts]
    names = [f"{cohort}\nn = {n}" for cohort, n in zip(cohorts, n_images, strict=True)]
    panel.set_xticks(range(len(cohorts)), names)
    panel.set_xlim(-0.5, len(cohorts) - 0.5)
    panel.set_ylabel("Spearman correlation of\nAIS and active units of a map")
    panel.axhline(0, color="0.6", lw=0.8, zorder=0)
