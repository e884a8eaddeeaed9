"""Draw how the fit changes as maps are switched on from best to worst."""

import warnings
from itertools import product

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.lines import Line2D

from alignment.figures.charts import FIT_NAMES, PAGE_WIDTH, model_colours, save, use_style
from alignment.artifacts.job_log import job_log
from alignment.artifacts.tables import read_columns


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
            train, _ = _summary(folds[:, 0])
            test, error = _summary(folds[:, 1])
            colour = colours[model]
            panel.fill_between(k, test - error, test + error, color=colour, alpha=0.2, lw=0)
            panel.plot(k, train, color=colour, linestyle=":", linewidth=1)
            panel.plot(k, test, color=colour)
            folds = predictions[cohort, model]
            panel.plot(
                folds["n_retained"].mean(),
                np.nanmean(folds["test_retained"]),
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
    handles = [Line2D([], [], color=colours[model], label=model) for model in models]
    handles += [
        Line2D([], [], color="0.3", label="held-out judgments (mean, standard error)"),
        Line2D([], [], color="0.3", linestyle=":", linewidth=1, label="training judgments"),
        Line2D(
            [],
            [],
            color="0.3",
            linestyle="",
            marker="o",
            markersize=4,
            label="retained maps (mean)",
        ),
    ]
    figure.legend(handles=handles, loc="outside upper center", ncols=3)
    return figure


def _summary(folds):
    """Mean over folds and its standard error; with few maps on, some fits are not defined."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # no fold, or a single one, is defined
        error = np.nanstd(folds, axis=0, ddof=1) / np.sqrt(len(folds))
        return np.nanmean(folds, axis=0), error


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
