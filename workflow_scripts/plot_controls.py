"""Draw the held-out fit of all and of the retained maps beside that of every control."""

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.lines import Line2D

from alignment.figures.charts import FIT_NAMES, PAGE_WIDTH, model_colours, save, use_style
from alignment.prediction.controls import CONTROLS
from alignment.artifacts.job_log import job_log
from alignment.artifacts.tables import read_columns

# From top to bottom.
LABELS = {
    "full": "all maps",
    "retained": "retained maps",
    "random": "random maps",
    "activity": "most active maps",
    "reweighted": "reweighted",
}
COLUMNS = {"full": "full", "retained": "retained", **CONTROLS}
MARKERS = "osD^vP"
MOST_PANELS = 3  # side by side


def draw(folds, p_values, ceilings, cohorts, models, fit):
    """Return the figure.

    Parameters
    ----------
    folds : dict of str to array
        Columns of the table of folds.
    p_values : dict of (cohort, model, row of `LABELS`) to float
        Corrected, of the comparison with the retained maps; a star stands where it is below .05.
    ceilings : dict of str to float
        Ceiling of every cohort; NaN where there are no observers.
    cohorts, models : list of str
    fit : str
    """
    shown = [name for name in LABELS if np.isfinite(folds[COLUMNS[name]]).any()]
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
            here = (folds["cohort"] == cohort) & (folds["model"] == model)
            for row, name in enumerate(shown):
                y = row + 0.7 * ((m + 0.5) / len(models) - 0.5)
                star = "*" if p_values.get((cohort, model, name), 1) < 0.05 else ""
                marker = MARKERS[m % len(MARKERS)]
                _mark(panel, y, name, folds, here, colours[model], marker, star)
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


def _mark(panel, y, name, folds, here, colour, marker, star):
    """Draw the mean over folds with its star, and for random sets how they scatter around it."""
    values = folds[COLUMNS[name]][here]
    mean = np.nanmean(values) if np.isfinite(values).any() else np.nan
    sd = 0.0
    if name == "random" and np.isfinite(folds["random_sd"][here]).any():
        sd = np.nanmean(folds["random_sd"][here])
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


def main(input, output, params):
    use_style(input.style)
    ceilings, tests = read_columns(input.ceiling), read_columns(input.tests)
    keys = zip(tests["cohort"], tests["model"], tests["control"], strict=True)
    p_values = dict(zip(keys, tests["p_holm"], strict=True))
    summary = read_columns(input.summary)
    for cohort, model, p in zip(
        summary["cohort"], summary["model"], summary["p_holm"], strict=True
    ):
        p_values[cohort, model, "full"] = p
    figure = draw(
        read_columns(input.controls),
        p_values,
        dict(zip(ceilings["cohort"], ceilings["ceiling"], strict=True)),
        params.cohorts,
        params.models,
        params.fit,
    )
    save(figure, output.png, output.pdf)


if __name__ == "__main__":
    with job_log(snakemake.log[0]):
        main(snakemake.input, snakemake.output, snakemake.params)
