"""Draw how far folds agree, and how often each map is retained."""

from itertools import product

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from alignment.artifacts.tables import groups_of, only_row, rows_where
from alignment.figures.charts import (
    COLUMN_WIDTH,
    LEVEL,
    NEUTRAL,
    count,
    designs_of,
    keys_of,
    lighter,
    looks,
    number_maps,
    places,
    with_images,
)
from alignment.figures.layout import leave_out_spare, width_of
from alignment.figures.legends import extra_for_legend, legend_above

PANELS = {
    "rank_correlation": "rank correlation of AIS\nbetween two folds",
    "overlap": "overlap of retained sets\n(Jaccard) of two folds",
}
# Boxes: open for pairs within a seed, filled for the others.
SEEDS = {"within": "one seed", "between": "different seeds"}
HALVES = {"linestyle": "", "marker": "_", "markersize": 9, "markeredgewidth": 1.6}
RANDOM = {"linestyle": "", "marker": "x", "markersize": 4, "color": "0.3"}


def draw(maps, fold_pairs, summary, ceiling, share, folds):
    """Return the figure.

    Parameters
    ----------
    maps : dict of str to array
        A row per cohort, model and map.
    fold_pairs : dict of str to array
        A row per cohort, model and pair of folds.
    summary : dict of str to array
        A row per cohort and model.
    ceiling : dict of str to array
        A row per cohort, with its number of images.
    share : float
        Of the folds, from which a map counts as stable.
    folds : dict
        ``unit`` and ``n_folds``.
    """
    cohorts, models = designs_of(summary)
    known = looks(models)
    columns = min(len(cohorts), 3)
    rows = -(-len(cohorts) // columns)
    width = width_of(len(cohorts), len(models))
    narrow = width == COLUMN_WIDTH
    keys, key_columns = _keys(known, summary), 2 if narrow else 3
    extra = extra_for_legend(keys, key_columns, width, planned_rows=3 if narrow else 2)
    tall = (3.9 if narrow else 2.6) + extra
    figure = plt.figure(figsize=(width, tall + 0.1 + 1.9 * rows))
    above, below = figure.subfigures(2, 1, height_ratios=[tall, 1.9 * rows + 0.1])
    pairs = groups_of(fold_pairs, "cohort", "model")
    both = above.subplots(*(2, 1) if narrow else (1, 2))
    for panel, (name, label) in zip(both, PANELS.items(), strict=True):
        _draw_agreement(panel, name, pairs, summary, known)
        panel.set_xticks(range(len(cohorts)), with_images(cohorts, ceiling, folds))
        panel.set_ylabel(label)
    legend_above(above, keys, key_columns)
    panels = below.subplots(rows, columns, sharex=True, sharey=True, squeeze=False)
    leave_out_spare(panels, len(cohorts))
    for panel, cohort in zip(panels.flat, cohorts, strict=False):
        _draw_shares(panel, rows_where(maps, cohort=cohort), share, known)
        panel.set_title(cohort)
    below.supxlabel("maps, most often retained first", fontsize=8)
    for panel in panels[:, 0]:
        panel.set_ylabel("share of folds\nthat retain the map")
    return figure


def _draw_agreement(panel, name, pairs, summary, known):
    """Draw each cohort and model's pairs of folds as boxes, since they are no errors of a mean."""
    cohorts, models = designs_of(summary)
    width = 0.8 / len(models)
    xs = places(len(models))
    for (c, cohort), (x, model) in product(enumerate(cohorts), zip(xs, models, strict=True)):
        look, table = known[model], pairs[cohort, model]
        row = only_row(summary, cohort=cohort, model=model)
        for k, which in enumerate(SEEDS):
            values = table[name][table["same_seed"] == (which == "within")]
            at = c + x + (k - 0.5) * width * 0.42
            _draw_box(panel, at, values[np.isfinite(values)], look, width * 0.34, which)
        panel.plot(c + x, row[f"{name}_halves"], **HALVES, color=look.colour)
        if name == "overlap":
            panel.plot(c + x, _random(row), **RANDOM)
    panel.axhline(0, color="0.7", lw=0.6, zorder=0)
    panel.set_xlim(-0.5, len(cohorts) - 0.5)
    low, _ = panel.get_ylim()
    panel.set_ylim(min(low, -0.05), 1)


def _draw_box(panel, at, values, look, width, which):
    """Draw the quartiles, and whiskers to the extremes; the model's mark lies on the mean."""
    if not len(values):
        return
    line = {"color": look.colour, "linewidth": 0.7}
    panel.boxplot(
        values,
        positions=[at],
        widths=width,
        whis=(0, 100),
        patch_artist=True,
        boxprops={
            "facecolor": "white" if which == "within" else lighter(look.colour, 0.65),
            "edgecolor": look.colour,
            "linewidth": 0.8,
        },
        whiskerprops=line,
        capprops={"linewidth": 0},
        medianprops=line,
        manage_ticks=False,
    )
    panel.plot(at, values.mean(), **look.point(2.5))


def _draw_shares(panel, maps, share, known):
    """Draw the share of folds that retain each map, and say how many maps are stable."""
    keys, most = [], 1
    for model, look in known.items():
        shares = np.sort(rows_where(maps, model=model)["share_retained"])[::-1]
        most = max(most, len(shares))
        rank = np.arange(1, len(shares) + 1)
        panel.plot(rank, shares, color=look.colour, linestyle=look.line)
        n_stable = int((shares >= share).sum())
        if n_stable:
            panel.plot(n_stable, shares[n_stable - 1], **look.point(4))
        keys.append(Line2D([], [], **look.point(4), label=f"{n_stable}"))
    panel.axhline(share, **LEVEL)
    look = {"loc": "lower left", "handlelength": 0.7, "handletextpad": 0.4, "borderpad": 0.1}
    panel.legend(handles=keys, title="stable", title_fontsize=7, borderaxespad=0.2, **look)
    number_maps(panel, most, every=2)
    panel.set_ylim(0, 1.03)


def _keys(known, summary):
    colour = NEUTRAL.colour
    fills = {"within": "white", "between": lighter(colour, 0.65)}
    n_pairs = {which: count(summary[f"n_pairs_{which}"]) for which in SEEDS}
    n_halves = count(summary["n_halves"])
    return [
        *keys_of(known),
        *(
            Patch(fc=fills[which], ec=colour, label=f"{said} ({n_pairs[which]} pairs)")
            for which, said in SEEDS.items()
        ),
        Line2D([], [], **HALVES, color=colour, label=f"disjoint halves (mean of {n_halves})"),
        Line2D([], [], **RANDOM, label="random sets (expected)"),
    ]


def _random(row):
    # With a single seed there are only pairs within it.
    between = row["overlap_random_between"]
    return row["overlap_random_within"] if np.isnan(between) else between
