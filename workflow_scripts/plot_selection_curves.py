"""Draw how the fit changes as maps are switched on from best to worst."""

from itertools import product

import matplotlib.pyplot as plt
import numpy as np

from alignment.charts import FIT_NAMES, PAGE_WIDTH, model_colours, save, use_style
from alignment.job_log import job_log
from alignment.tables import read_columns


def draw(curves, predictions, cohorts, models, fit):
    """Return the figure.

    Parameters
    ----------
    curves : dict of (cohort, model) to (folds, 2, F) array
        Train and test fit at every k.
    predictions : dict of (cohort, model) to dict of str to array
        Columns of the predictions, a row a fold.
    cohorts, models : list of str
    fit : str
    """
    colours = model_colours(models)
    columns = min(len(cohorts), 3)
    rows = -(-len(cohorts) // columns)
    figure, panels = plt.subplots(
        rows,
        columns,
        figsize=(PAGE_WIDTH, 0.5 + 1.9 * rows),
        sharey=True,
        squeeze=False,
    )
    for panel in panels.flat[len(cohorts) :]:
        panel.set_axis_off()
    for panel, cohort in zip(panels.flat, cohorts, strict=False):
        for model in models:
            folds = curves[cohort, model]
            k = np.arange(1, folds.shape[2] + 1)
            train, test = _mean(folds[:, 0]), _mean(folds[:, 1])
            spread = np.nanstd(folds[:, 1], axis=0, ddof=1) / np.sqrt(len(folds))
            colour = colours[model]
            panel.fill_between(k, test - spread, test + spread, color=colour, alpha=0.2, lw=0)
            panel.plot(k, train, color=colour, linestyle=":", linewidth=1)
            panel.plot(k, test, color=colour)
            kept = predictions[cohort, model]["n_retained"].mean()
            panel.plot(
                kept,
                np.interp(kept, k, test),
                "o",
                color=colour,
                markersize=4,
                markeredgecolor="white",
            )
        panel.set_title(cohort)
    for panel in panels[-1]:
        panel.set_xlabel("number of maps on, best first")
    for panel in panels[:, 0]:
        panel.set_ylabel(FIT_NAMES[fit])
    line = plt.Line2D
    handles = [line([], [], color=colours[model], label=model) for model in models]
    handles += [
        line([], [], color="0.3", label="held-out judgments (mean, standard error)"),
        line([], [], color="0.3", linestyle=":", linewidth=1, label="training judgments"),
        line(
            [],
            [],
            color="0.3",
            linestyle="",
            marker="o",
            markersize=4,
            label="maps retained (mean)",
        ),
    ]
    figure.legend(handles=handles, loc="outside upper center", ncols=3)
    return figure


def _mean(folds):
    """Mean over folds where any is defined; with few maps on, similarities may not vary."""
    defined = np.isfinite(folds)
    count = defined.sum(axis=0)
    return np.where(
        count > 0, np.where(defined, folds, 0).sum(axis=0) / np.maximum(count, 1), np.nan
    )


def main(input, output, params):
    use_style(input.style)
    keys = list(product(params.cohorts, params.models))
    per_key = len(input.selection) // len(keys)
    curves = {}
    for n, key in enumerate(keys):
        tables = map(read_columns, input.selection[n * per_key : (n + 1) * per_key])
        curves[key] = np.array([[table["train_fit"], table["test_fit"]] for table in tables])
    predictions = dict(zip(keys, map(read_columns, input.predictions), strict=True))
    figure = draw(curves, predictions, params.cohorts, params.models, params.fit)
    save(figure, output.png, output.pdf)


if __name__ == "__main__":
    with job_log(snakemake.log[0]):
        main(snakemake.input, snakemake.output, snakemake.params)
