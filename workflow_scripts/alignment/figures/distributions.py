"""Draw the distributions of image scores, with a star where two models differ."""

import matplotlib.pyplot as plt
import numpy as np
import seaborn as sns
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from alignment.artifacts.tables import rows_where
from alignment.comparison.distributions import samples
from alignment.figures.charts import PAGE_WIDTH, designs_of, model_colours

LABELS = {
    "log_mean": "ln mean AIS\nof a map\nover images",
    "map_entropy": "entropy (nats)\nof a map's AIS\nover images",
    "image_entropy": "entropy (nats)\nof an image's AIS\nover maps",
    "map_variance": "log$_{10}$ variance\nof a map's AIS\nover images",
    "image_deviation": "mean absolute deviation\nof an image's AIS\nover maps",
}


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
    colours = model_colours(models)
    figure, panels = plt.subplots(
        len(LABELS),
        len(cohorts),
        figsize=(max(PAGE_WIDTH, 1.4 * len(cohorts)), 6.0),
        sharex="row",
        squeeze=False,
    )
    for r, (statistic, label) in enumerate(LABELS.items()):
        for panel, cohort in zip(panels[r], cohorts, strict=True):
            shown = {m: _shown(statistic, v) for m, v in values[cohort, statistic].items()}
            together = np.concatenate(list(shown.values()))
            if together.size:
                # As many bins as the smaller sample can fill: maps are many, images few.
                smallest = min(map(len, shown.values()))
                bins = np.histogram_bin_edges(together, int(np.clip(np.sqrt(smallest), 8, 30)))
                sns.histplot(
                    {model: sample for model, sample in shown.items() if sample.size},
                    bins=bins,
                    stat="density",
                    common_norm=False,
                    element="step",
                    alpha=0.35,
                    linewidth=0.9,
                    palette=colours,
                    legend=False,
                    ax=panel,
                )
            panel.set(xlabel="", ylabel="")
            panel.set_yticks([])
            panel.spines["left"].set_visible(False)
            panel.locator_params(axis="x", nbins=4)
            stars = _stars(rows_where(tests, cohort=cohort, statistic=statistic)["p_holm"])
            panel.text(0.98, 0.98, stars, transform=panel.transAxes, ha="right", va="top")
        panels[r, 0].set_ylabel(label, rotation=0, ha="right", va="center")
    for panel, cohort in zip(panels[0], cohorts, strict=True):
        panel.set_title(cohort)
    handles = [Patch(color=colours[model], alpha=0.6, label=model) for model in models]
    note = "* different (Kolmogorov-Smirnov, Holm-corrected p < .05)   n.s. not shown to be"
    handles.append(Line2D([], [], linestyle="", label=note))
    figure.legend(handles=handles, loc="outside upper center", ncols=min(len(handles), 4))
    return figure


def _shown(statistic, sample):
    sample = sample[np.isfinite(sample)]
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
