"""Draw the distributions of image scores, with a star where two models differ."""

import matplotlib.pyplot as plt
import numpy as np
import seaborn as sns
from matplotlib.lines import Line2D

from alignment.artifacts.tables import rows_where
from alignment.comparison.distributions import samples
from alignment.figures.charts import PAGE_WIDTH, designs_of, looks
from alignment.figures.legends import legend_above

LABELS = {
    "log_mean": "log$_{10}$ mean AIS of a map over images",
    "map_entropy": "entropy of a map's AIS over images (nats)",
    "image_entropy": "entropy of an image's AIS over maps (nats)",
    "map_variance": "log$_{10}$ variance of a map's AIS over images",
    "image_deviation": "1000 times mean absolute deviation of an image's AIS over maps",
}
FAINT = "0.4"


def draw(distributions, tests):
    """Return the figure.

    Parameters
    ----------
    distributions : dict of str to array
        A row per cohort, model, statistic and map or image.
    tests : dict of str to array
        A row per cohort, statistic and pair of models.
    """
    cohorts, models = designs_of(distributions)
    values = samples(distributions)
    known = looks(models)
    figure, panels = plt.subplots(
        len(LABELS),
        len(cohorts),
        figsize=(max(PAGE_WIDTH, 1.4 * len(cohorts)), 6.8),
        sharex="row",
        sharey="row",
        squeeze=False,
    )
    for row, (statistic, label) in zip(panels, LABELS.items(), strict=True):
        for panel, cohort in zip(row, cohorts, strict=True):
            shown = {m: _shown(statistic, v) for m, v in values[cohort, statistic].items()}
            _draw_outlines(panel, shown, known)
            panel.set(xlabel="", ylabel="")
            panel.locator_params(axis="x", nbins=6)
            panel.set_yticks([])  # areas are 1, so that heights say no more than outlines
            panel.spines["left"].set_visible(False)
            stars = _stars(rows_where(tests, cohort=cohort, statistic=statistic)["p_holm"])
            n = ", ".join(str(shown[model].size) for model in models)
            for x, said, side in ((0.02, f"n = {n}", "left"), (0.99, stars, "right")):
                place = {"transform": panel.transAxes, "ha": side, "va": "bottom"}
                colour = "black" if "*" in said else FAINT
                panel.text(x, 1.0, said, fontsize=6.5, color=colour, **place)
        # Not inside the loop: seaborn writes its own, and a limit ends the search for the highest.
        row[0].set_ylim(0)
        row[0].set_ylabel("density")
        _name_row(row, label)
    for panel, cohort in zip(panels[0], cohorts, strict=True):
        panel.set_title(cohort, pad=12)
    handles = [
        Line2D([], [], color=look.colour, linestyle=look.line, label=model)
        for model, look in known.items()
    ]
    note = "n: maps or images"
    if len(models) > 1:
        note += ", in this order; * different (p < .05 after Holm's correction), "
        note += "n.s.: not significantly"
    handles.append(Line2D([], [], linestyle="", label=note))
    legend_above(figure, handles, min(len(handles), 3))
    return figure


def _name_row(row, label):
    """Write what the panels of a row share below the middle of them."""
    panel = row[(len(row) - 1) // 2]
    panel.set_xlabel(label, labelpad=1.5)
    if len(row) % 2 == 0:
        panel.xaxis.label.set_x(1)


def _draw_outlines(panel, shown, known):
    """Draw outlines alone: areas that overlap would have a colour of neither model."""
    together = np.concatenate(list(shown.values()))
    if not together.size:
        return
    # As many bins as the smaller sample can fill: maps are many, images few.
    smallest = min(map(len, shown.values()))
    bins = np.histogram_bin_edges(together, int(np.clip(np.sqrt(smallest), 8, 30)))
    for model, sample in shown.items():
        if sample.size:
            sns.histplot(
                sample,
                bins=bins,
                stat="density",
                element="step",
                fill=False,
                color=known[model].colour,
                linestyle=known[model].line,
                linewidth=0.9,
                ax=panel,
            )


def _shown(statistic, sample):
    sample = sample[np.isfinite(sample)]
    if statistic == "log_mean":  # a natural logarithm in the table
        return sample / np.log(10)
    if statistic == "image_deviation":
        return 1000 * sample
    # Variances span orders of magnitude; a map that is silent everywhere has none.
    return np.log10(sample[sample > 0]) if statistic == "map_variance" else sample


def _stars(p_holm):
    """Say whether the models differ: a star or n.s.; with more than two, how many pairs do."""
    significant = int((p_holm < 0.05).sum())
    if len(p_holm) > 1:
        return f"* {significant} of {len(p_holm)} pairs" if significant else "n.s."
    if len(p_holm) == 1:
        return "*" if significant else "n.s."
    return ""
