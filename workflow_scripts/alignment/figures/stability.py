"""Draw how far folds agree, and how often each map is retained."""

from itertools import product

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.lines import Line2D

from alignment.artifacts.tables import groups_of, rows_where
from alignment.figures.charts import PAGE_WIDTH, designs_of, model_colours

PANELS = {
    "rank_correlation": "rank correlation of AIS\nbetween two folds",
    "overlap": "overlap of retained sets\n(Jaccard) of two folds",
}
MARKS = {"within": ("o", "folds of one seed"), "between": ("s", "folds of different seeds")}


def draw(maps, fold_pairs, summary, share):
    """Return the figure.

    Parameters
    ----------
    maps : dict of str to array
        A row per cohort, model and map.
    fold_pairs : dict of str to array
        A row per cohort, model and pair of folds.
    summary : dict of str to array
        A row per cohort and model.
    share : float
        Of the folds, from which a map counts as stable.
    """
    cohorts, models = designs_of(summary)
    pairs = groups_of(fold_pairs, "cohort", "model")
    colours = model_colours(models)
    columns = min(len(cohorts), 3)
    rows = -(-len(cohorts) // columns)
    figure = plt.figure(figsize=(PAGE_WIDTH, 3.0 + 1.9 * rows))
    above, below = figure.subfigures(2, 1, height_ratios=[2.6, 1.9 * rows + 0.1])
    _draw_agreement(above, summary, pairs, cohorts, models, colours)
    panels = below.subplots(rows, columns, sharex=True, sharey=True, squeeze=False)
    for panel in panels.flat[len(cohorts) :]:
        panel.set_axis_off()
    for panel, cohort in zip(panels.flat, cohorts, strict=False):
        for line, model in enumerate(models):
            shares = rows_where(maps, cohort=cohort, model=model)["share_retained"]
            panel.plot(np.arange(1, len(shares) + 1), np.sort(shares)[::-1], color=colours[model])
            n_stable = int((shares >= share).sum())
            panel.text(
                0.03,
                0.05 + 0.12 * (len(models) - 1 - line),
                f"{n_stable} stable {'map' if n_stable == 1 else 'maps'}",
                transform=panel.transAxes,
                color=colours[model],
                fontsize=7,
            )
        panel.axhline(share, color="0.5", lw=0.8, ls="--", zorder=0)
        panel.set_xscale("log")
        panel.set_ylim(0, 1.03)
        panel.set_title(cohort)
    for panel in panels[-1]:
        panel.set_xlabel("maps, most often retained first")
    for panel in panels[:, 0]:
        panel.set_ylabel("share of folds\nthat retain the map")
    return figure


def _draw_agreement(figure, summary, pairs, cohorts, models, colours):
    """Draw each cohort and model's means and spread over the pairs of folds."""
    width = 0.8 / len(models)
    for panel, (name, label) in zip(figure.subplots(1, 2), PANELS.items(), strict=True):
        for (c, cohort), (m, model) in product(enumerate(cohorts), enumerate(models)):
            x = c + (m - (len(models) - 1) / 2) * width
            (row,) = np.flatnonzero((summary["cohort"] == cohort) & (summary["model"] == model))
            table = pairs[cohort, model]
            for k, (which, (mark, _)) in enumerate(MARKS.items()):
                values = table[name][table["same_seed"] == (which == "within")]
                values = values[np.isfinite(values)]
                at = x + (k - 0.5) * width * 0.35
                if len(values):
                    panel.vlines(at, values.min(), values.max(), color=colours[model], lw=0.8)
                panel.plot(
                    at, summary[f"{name}_{which}"][row], mark, color=colours[model], markersize=4
                )
            panel.plot(x, summary[f"{name}_halves"][row], "D", **_hollow(colours[model]))
            if name == "overlap":
                panel.plot(x, _random(summary, row), "x", color="0.3", markersize=4)
        panel.axhline(0, color="0.7", lw=0.6, zorder=0)
        panel.set_xticks(range(len(cohorts)), [cohort.replace("-", "-\n") for cohort in cohorts])
        panel.set_xlim(-0.5, len(cohorts) - 0.5)
        panel.set_ylabel(label)
        low, _ = panel.get_ylim()
        panel.set_ylim(min(low, -0.05), 1)
    handles = [Line2D([], [], color=colours[model], label=model) for model in models]
    handles += [
        Line2D([], [], marker=mark, ls="", color="0.3", markersize=4, label=label)
        for mark, label in MARKS.values()
    ]
    handles.append(Line2D([], [], marker="D", ls="", label="disjoint halves", **_hollow("0.3")))
    handles.append(
        Line2D([], [], marker="x", ls="", color="0.3", markersize=4, label="random sets")
    )
    figure.legend(handles=handles, loc="outside upper center", ncols=3)


def _random(summary, row):
    # With a single seed there are only pairs within it.
    between = summary["overlap_random_between"][row]
    return summary["overlap_random_within"][row] if np.isnan(between) else between


def _hollow(colour):
    return {"color": colour, "markerfacecolor": "white", "markersize": 4}
