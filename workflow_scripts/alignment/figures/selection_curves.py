"""Draw how the fit changes as maps are switched on from best to worst."""

import warnings

import numpy as np
from matplotlib.lines import Line2D

from alignment.artifacts.tables import groups_of, rows_where
from alignment.figures.charts import FIT_NAMES, designs_of, model_colours, panels_of

RETAINED = {"linestyle": "", "marker": "o", "markersize": 4}


def draw(selection, predictions, fit):
    """Return the figure.

    Parameters
    ----------
    selection : dict of str to array
        A row per cohort, model, fold and number of maps.
    predictions : dict of str to array
        A row per cohort, model and fold.
    fit : str
    """
    cohorts, models = designs_of(predictions)
    curves = groups_of(selection, "cohort", "model")
    colours = model_colours(models)
    figure, panels = panels_of(len(cohorts), height=1.9, header=0.5, sharey=True)
    for panel, cohort in zip(panels.flat, cohorts, strict=False):
        for model in models:
            curve = curves[cohort, model]
            n_maps = int(curve["k"].max())
            k = np.arange(1, n_maps + 1)
            # Row under row: k = 1..F of a fold, then of the next.
            train, _ = _summary(curve["train_fit"].reshape(-1, n_maps))
            test, error = _summary(curve["test_fit"].reshape(-1, n_maps))
            colour = colours[model]
            panel.fill_between(k, test - error, test + error, color=colour, alpha=0.2, lw=0)
            panel.plot(k, train, color=colour, linestyle=":", linewidth=1)
            panel.plot(k, test, color=colour)
            folds = rows_where(predictions, cohort=cohort, model=model)
            retained = folds["n_retained"].mean(), np.nanmean(folds["test_retained"])
            panel.plot(*retained, **RETAINED, color=colour, markeredgecolor="white")
        panel.set_title(cohort)
    for panel in panels[-1]:
        panel.set_xlabel("number of maps on, best first")
    for panel in panels[:, 0]:
        panel.set_ylabel(FIT_NAMES[fit])
    handles = [Line2D([], [], color=colours[model], label=model) for model in models]
    handles += [
        Line2D([], [], color="0.3", label="held-out judgments (mean, standard error)"),
        Line2D([], [], color="0.3", linestyle=":", linewidth=1, label="training judgments"),
        Line2D([], [], **RETAINED, color="0.3", label="retained maps (mean)"),
    ]
    figure.legend(handles=handles, loc="outside upper center", ncols=3)
    return figure


def _summary(folds):
    """Mean over folds and its standard error; with few maps on, some fits are not defined."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # no fold, or a single one, is defined
        error = np.nanstd(folds, axis=0, ddof=1) / np.sqrt(len(folds))
        return np.nanmean(folds, axis=0), error
