"""Draw how scores relate to activity, image by image."""

from itertools import product

import matplotlib.pyplot as plt
import numpy as np

from alignment.artifacts.tables import groups_of, only_row
from alignment.figures.charts import PAGE_WIDTH, designs_of, model_colours

POINT = {"markersize": 2.2, "alpha": 0.45, "markeredgewidth": 0}
MEAN = {"fmt": "D", "color": "black", "markersize": 4.5, "markeredgewidth": 0.8, "zorder": 3}
MEAN |= {"elinewidth": 1, "capsize": 2}


def draw(activity, summary):
    """Return the figure: a point per image.

    Parameters
    ----------
    activity : dict of str to array
        A row per cohort, image and model.
    summary : dict of str to array
        A row per cohort and model.
    """
    cohorts, models = designs_of(summary)
    tables = groups_of(activity, "cohort", "model")
    colours = model_colours(models)
    width = 0.8 / len(models)
    # Cohorts with long names need room: below one another where they are many.
    beside = len(cohorts) * len(models) <= 8
    figure, (left, right) = plt.subplots(
        *((1, 2) if beside else (2, 1)), figsize=(PAGE_WIDTH, 2.6 if beside else 4.6)
    )
    for (c, cohort), (m, model) in product(enumerate(cohorts), enumerate(models)):
        x = c + (m - (len(models) - 1) / 2) * width
        table = tables[cohort, model]
        # Spread evenly over the column: the same picture every time.
        places = x + (np.arange(len(table["image"])) * 0.618 % 1 - 0.5) * width * 0.75
        one = only_row(summary, cohort=cohort, model=model)
        for panel, values in (
            (left, table["correlation"]),
            (right, table["most_active_rank"] / table["n_maps"] * 100),
        ):
            panel.plot(places, values, "o", color=colours[model], **POINT)
        mean = one["correlation"]
        left.errorbar(
            x,
            mean,
            [[mean - one["correlation_low"]], [one["correlation_high"] - mean]],
            markerfacecolor=colours[model],
            label=model if c == 0 else None,
            **MEAN,
        )
        if one["n_ranked"]:
            for y, where, side in ((-4, "n_top_tenth", "bottom"), (104, "n_bottom_tenth", "top")):
                share = f"{100 * one[where] / one['n_ranked']:.0f} %"
                right.text(x, y, share, ha="center", va=side, fontsize=7)
    for panel in (left, right):
        panel.set_xticks(range(len(cohorts)), [cohort.replace("-", "-\n") for cohort in cohorts])
        panel.set_xlim(-0.5, len(cohorts) - 0.5)
    left.set_ylabel("Spearman correlation of\nAIS and active units of a map")
    right.set_ylabel("where the most active map\nranks by AIS (percentile)")
    left.axhline(0, color="0.6", lw=0.8, zorder=0)
    right.axhspan(0, 10, color="0.93", zorder=-1)
    right.axhspan(90, 100, color="0.93", zorder=-1)
    right.set_ylim(115, -15)
    right.set_yticks([0, 50, 100], ["0 (highest)", "50", "100 (lowest)"])
    figure.legend(loc="outside upper center", ncols=4)
    return figure
