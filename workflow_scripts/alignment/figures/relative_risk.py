"""Draw the relative risk of heatmaps given saliency, for every cohort, model and source."""

from itertools import product

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.patches import Patch

from alignment.figures.charts import (
    COLUMN_WIDTH,
    PAGE_WIDTH,
    designs_of,
    keys_of,
    looks,
    significant,
    source_label,
    star,
    star_key,
)
from alignment.figures.legends import legend_above
from alignment.saliency.measures import RELATIVE_RISKS, TOP_SHARES

NULL = "0.8"
MOST_IN_A_COLUMN = 6  # sources times models
VALUES = ("value", "low", "high", "null_low", "null_high", "p_holm")


def draw(summary):
    """Return the figure: a panel per cohort and source, a mark per model and share of the picture.

    Parameters
    ----------
    summary : dict of str to array
        A row per cohort, model, source and measure; ``kind`` says what the source's maps are.
    """
    cohorts, models = designs_of(summary)
    kinds = dict(zip(summary["source"], summary["kind"], strict=True))
    known = looks(models)
    keys = zip(*(summary[name] for name in ("cohort", "model", "source", "measure")), strict=True)
    rows = {key: {name: summary[name][k] for name in VALUES} for k, key in enumerate(keys)}
    narrow = len(kinds) * len(models) <= MOST_IN_A_COLUMN
    figure, panels = plt.subplots(
        len(cohorts),
        len(kinds),
        figsize=(COLUMN_WIDTH if narrow else PAGE_WIDTH, 1.0 + 1.5 * len(cohorts)),
        sharex=True,
        sharey=True,
        squeeze=False,
    )
    limits = _limits(row for (*_, measure), row in rows.items() if measure in RELATIVE_RISKS)
    step = 0.7 / len(models)
    for panel, (cohort, source) in zip(panels.flat, product(cohorts, kinds), strict=True):
        panel.axhline(1, color="black", linewidth=0.6)
        for k, measure in enumerate(RELATIVE_RISKS):
            for m, model in enumerate(models):
                row = rows[cohort, model, source, measure]
                x = k + (m - (len(models) - 1) / 2) * step
                _draw_risk(panel, x, row, known[model], step, limits)
        panel.set_yscale("log")
        panel.set_ylim(*limits)
        shares = [f"{100 * share:.0f}" for share in TOP_SHARES]
        panel.set_xticks(range(len(TOP_SHARES)), shares)
        panel.tick_params(axis="x", length=0)
        panel.set_xlim(-0.5, len(TOP_SHARES) - 0.5)
    ticks = [t for t in (0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50) if limits[0] <= t <= limits[1]]
    panels[0, 0].set_yticks(ticks, [f"{tick:g}" for tick in ticks])
    panels[0, 0].yaxis.set_minor_locator(plt.NullLocator())
    n_pictures = dict(zip(summary["cohort"].tolist(), summary["n_images"].tolist(), strict=True))
    for panel, cohort in zip(panels[:, 0], cohorts, strict=True):
        panel.set_ylabel(f"relative risk\n{cohort}, n = {n_pictures[cohort]}")
    stars = star_key(
        (row["p_holm"] for (*_, measure), row in rows.items() if measure in RELATIVE_RISKS),
        f"above other pictures' maps:\n{significant('one-sided')}",
        "none",
    )
    _add_words(figure, panels[0], kinds, known, narrow, stars)
    return figure


def _add_words(figure, panels, kinds, known, narrow, stars):
    """Write above and below all panels what they show."""
    for panel, (source, kind) in zip(panels, kinds.items(), strict=True):
        label = source_label(source, kind)
        panel.set_title(label.replace(" ", "\n") if narrow else label, fontsize=7 if narrow else 8)
    handles = keys_of(known)
    handles.append(Patch(color=NULL, label="95 % with the saliency maps of other pictures"))
    legend_above(figure, handles, 2 if narrow else min(len(handles), 3))
    figure.supxlabel(
        "most salient share of the picture (%)\nmedians over n pictures; bars: 95 % intervals"
        + ("\n" if narrow else "; ")
        + stars,
        fontsize=7,
    )


def _limits(rows):
    ends = [np.exp(row[name]) for row in rows for name in ("low", "high", "null_low", "null_high")]
    ends = [end for end in ends if np.isfinite(end) and end > 0]
    return min([0.8, *ends]) / 1.15, max([1.25, *ends]) * 1.25


def _draw_risk(panel, x, row, look, step, limits):
    if np.isfinite(row["null_low"]) and np.isfinite(row["null_high"]):
        bottom, top = np.exp([row["null_low"], row["null_high"]])
        panel.bar(x, top - bottom, 0.8 * step, bottom=bottom, color=NULL, zorder=0)
    if np.isnan(row["value"]):
        return
    # Infinite risks are drawn at the upper edge, zero risks at the lower.
    low, value, high = np.clip(np.exp([row["low"], row["value"], row["high"]]), *limits)
    panel.errorbar(
        x,
        value,
        [[value - low], [high - value]],
        **look.point(3.5),
        elinewidth=1,
        capsize=1.5,
    )
    if said := star(row["p_holm"]):
        panel.annotate(
            said, (x, high), (0, -1), textcoords="offset points", ha="center", fontsize=8
        )
