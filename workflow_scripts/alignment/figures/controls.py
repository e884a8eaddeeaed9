"""Draw the held-out fit of all and of the retained maps beside that of every control."""

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.lines import Line2D

from alignment.artifacts.tables import rows_where
from alignment.figures.charts import FIT_NAMES, PAGE_WIDTH, ceilings_of, designs_of, model_colours
from alignment.prediction.controls import CONTROLS

# From top to bottom.
LABELS = {"full": "all maps", "retained": "retained maps"}
LABELS |= {control.name: control.label for control in CONTROLS}
COLUMNS = {"full": "full", "retained": "retained"}
COLUMNS |= {control.name: control.column for control in CONTROLS}
MARKERS = "osD^vP"
MOST_PANELS = 3  # side by side


def draw(controls, tests, summary, ceiling, fit):
    """Return the figure.

    Parameters
    ----------
    controls : dict of str to array
        A row per fold: the fits of all and of the retained maps and of every control.
    tests : dict of str to array
        A row per cohort, model and control: corrected p-values of the retained maps against it.
    summary : dict of str to array
        A row per cohort and model: those of the retained maps against all maps.
    ceiling : dict of str to array
        A row per cohort.
    fit : str
    """
    cohorts, models = designs_of(controls)
    ceilings = ceilings_of(ceiling)
    p_values = _p_values(tests, summary)
    shown = [name for name in LABELS if np.isfinite(controls[COLUMNS[name]]).any()]
    colours = model_colours(models)
    n_columns = min(len(cohorts), MOST_PANELS)
    n_rows = -(-len(cohorts) // n_columns)
    height = 0.16 + 0.1 * len(models)
    figure, panels = plt.subplots(
        n_rows,
        n_columns,
        figsize=(PAGE_WIDTH, 0.9 + n_rows * (0.5 + height * len(shown))),
        sharex=True,
        sharey=True,
        squeeze=False,
    )
    for panel in panels.flat[len(cohorts) :]:
        panel.set_visible(False)
    for panel, cohort in zip(panels.flat, cohorts, strict=False):
        panel.set_title(cohort)
        for m, model in enumerate(models):
            folds = rows_where(controls, cohort=cohort, model=model)
            for row, name in enumerate(shown):
                y = row + 0.7 * ((m + 0.5) / len(models) - 0.5)
                star = "*" if p_values.get((cohort, model, name), 1) < 0.05 else ""
                marker = MARKERS[m % len(MARKERS)]
                _mark(panel, y, name, folds, colours[model], marker, star)
        if np.isfinite(ceilings[cohort]):
            panel.axvline(ceilings[cohort], color="0.35", linestyle="--", linewidth=0.9)
        for row in range(len(shown) - 1):
            panel.axhline(row + 0.5, color="0.88", linewidth=0.6, zorder=0)
        panel.tick_params(axis="y", length=0)
    panels[0, 0].set_yticks(range(len(shown)), [LABELS[name] for name in shown])
    panels[0, 0].set_ylim(len(shown) - 0.5, -0.5)
    low, high = panels[0, 0].get_xlim()
    panels[0, 0].set_xlim(min(low, 0), max(high, 1))
    figure.supxlabel(f"{FIT_NAMES[fit]} of held-out judgments", fontsize=8)
    figure.legend(
        handles=_keys(models, colours, shown, ceilings), loc="outside upper center", ncols=3
    )
    return figure


def _p_values(tests, summary):
    """Return the corrected p-value of each cohort, model and row of the figure."""
    control = zip(tests["cohort"], tests["model"], tests["control"], strict=True)
    p_values = dict(zip(control, tests["p_holm"], strict=True))
    for cohort, model, p in zip(
        summary["cohort"], summary["model"], summary["p_holm"], strict=True
    ):
        p_values[cohort, model, "full"] = p
    return p_values


def _mark(panel, y, name, folds, colour, marker, star):
    """Draw the mean over folds with its star, and for random sets how they scatter around it."""
    values = folds[COLUMNS[name]]
    mean = np.nanmean(values) if np.isfinite(values).any() else np.nan
    sd = 0.0
    if name == "random" and np.isfinite(folds["random_sd"]).any():
        sd = np.nanmean(folds["random_sd"])
        panel.hlines(y, mean - sd, mean + sd, color=colour, linewidth=1.2)
    panel.plot([mean], [y], marker, color=colour, markersize=4.5, clip_on=False)
    if star:
        panel.annotate(star, (mean + sd, y), (4, -4.5), textcoords="offset points", fontsize=9)


def _keys(models, colours, shown, ceilings):
    keys = [
        Line2D([], [], color=colours[model], marker=MARKERS[m % len(MARKERS)], ls="", label=model)
        for m, model in enumerate(models)
    ]
    if np.isfinite(list(ceilings.values())).any():
        label = "ceiling set by the judgments"
        keys.append(Line2D([], [], color="0.35", linestyle="--", linewidth=0.9, label=label))
    if "random" in shown:
        label = "standard deviation of random sets"
        keys.append(Line2D([], [], color="0.35", linewidth=1.2, label=label))
    label = "* differs from retained maps (all maps: is worse), corrected p < .05"
    return [*keys, Line2D([], [], linestyle="", label=label)]
