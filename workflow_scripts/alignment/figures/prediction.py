"""Draw the test fit of all and of the retained maps, for every cohort and model."""

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from alignment.artifacts.tables import only_row
from alignment.figures.charts import (
    FIT_NAMES,
    PAGE_WIDTH,
    ceilings_of,
    designs_of,
    lighter,
    model_colours,
)

ERROR = {"elinewidth": 0.8, "capsize": 1.5, "capthick": 0.8}
CEILING = {"color": "0.35", "linestyle": "--", "linewidth": 0.9}


def draw(summary, ceiling, fit):
    """Return the figure.

    Parameters
    ----------
    summary : dict of str to array
        A row per cohort and model.
    ceiling : dict of str to array
        A row per cohort.
    fit : str
    """
    cohorts, models = designs_of(summary)
    ceilings = ceilings_of(ceiling)
    colours = model_colours(models)
    figure, axes = plt.subplots(figsize=(PAGE_WIDTH, 3.1))
    width = 0.8 / (2 * len(models) + 0.5 * (len(models) - 1))
    size = 7 if len(cohorts) * len(models) <= 8 else 5.5
    for c, cohort in enumerate(cohorts):
        for m, model in enumerate(models):
            row = only_row(summary, cohort=cohort, model=model)
            left = c - 0.4 + 2.5 * m * width + width / 2
            for x, which, colour in (
                (left, "test_full", lighter(colours[model])),
                (left + width, "test_retained", colours[model]),
            ):
                error = row["within_subject_se"]
                axes.bar(x, row[which], width, color=colour, yerr=error, error_kw=ERROR)
            star = "*" if row["p_holm"] < 0.05 else ""
            axes.annotate(
                f"{row['n_retained_mean']:.0f}{star}",
                (left + width, np.nanmax([row["test_retained"], 0]) + row["within_subject_se"]),
                (0, 2),
                textcoords="offset points",
                ha="center",
                fontsize=size,
            )
        if np.isfinite(ceilings[cohort]):
            axes.hlines(ceilings[cohort], c - 0.42, c + 0.42, **CEILING)
    axes.set_xticks(range(len(cohorts)), cohorts)
    axes.set_xlim(-0.5, len(cohorts) - 0.5)
    axes.tick_params(axis="x", length=0)
    axes.set_ylim(top=max(1.0, axes.get_ylim()[1]))
    axes.axhline(0, color="black", linewidth=0.6)
    axes.set_ylabel(f"{FIT_NAMES[fit]} of held-out judgments")
    handles = [Patch(color=colours[model], label=model) for model in models]
    handles.append(Patch(color="0.8", label="all maps on"))
    handles.append(Patch(color="0.35", label="retained maps on"))
    if np.isfinite(list(ceilings.values())).any():
        handles.append(Line2D([], [], label="ceiling set by the judgments", **CEILING))
    note = "number: maps retained; * better than all (corrected p < .05); bars: within-subject SE"
    handles.append(Line2D([], [], linestyle="", label=note))
    figure.legend(handles=handles, loc="outside upper center", ncols=3)
    return figure
