"""Draw how the fit changes as maps are switched on from best to worst."""

import numpy as np
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from alignment.artifacts.tables import groups_of
from alignment.figures.charts import (
    CEILING,
    CEILING_LABEL,
    FIT_NAMES,
    NEUTRAL,
    any_known,
    ceilings_of,
    count,
    designs_of,
    keys_of,
    lighter,
    limits_of_fits,
    looks,
    number_maps,
    with_images,
)
from alignment.figures.layout import MOST_STACKED, lowest_of, panels_of, width_of_panels
from alignment.figures.legends import extra_for_legend, legend_above
from alignment.prediction.fold_tests import interval_of_means
from alignment.statistics.means import mean_of_defined

# The least that a fit can be: intervals are drawn as far as there can be a mean.
LOWEST = {"r2": 0, "pearson": -1, "spearman": -1}
BESIDE = 2.1  # x position of the retained maps, as a multiple of the number of maps
TRAINING = {"linewidth": 0.8}
TICK = {"linestyle": "", "marker": "|", "markersize": 4, "markeredgewidth": 0.6}


def draw(selection, predictions, ceiling, fit, folds):
    """Return the figure: a panel per cohort.

    Parameters
    ----------
    selection : dict of str to array
        A row per cohort, model, fold and number of maps.
    predictions : dict of str to array
        A row per cohort, model and fold, in the order of the curves.
    ceiling : dict of str to array
        A row per cohort.
    fit : str
    folds : dict
        ``unit`` and ``n_folds``.
    """
    cohorts, models = designs_of(predictions)
    curves = groups_of(selection, "cohort", "model")
    tables = groups_of(predictions, "cohort", "model")
    known, ceilings = looks(models), ceilings_of(ceiling)
    most = int(selection["k"].max())
    with_ceiling = any_known(ceilings)
    n_folds = count(len(rows["n_retained"]) for rows in tables.values())
    keys = _keys(known, n_folds, with_ceiling)
    key_columns, width = 2 if len(cohorts) <= MOST_STACKED else 3, width_of_panels(len(cohorts))
    header = 0.85 + extra_for_legend(keys, key_columns, width, planned_rows=5)
    height = 1.75 + 0.1 * max(0, len(models) - 2)  # for their ticks
    figure, panels = panels_of(len(cohorts), height, header, sharex=True, sharey=True)
    for panel, cohort, title in zip(
        panels.flat, cohorts, with_images(cohorts, ceiling, folds), strict=False
    ):
        for m, model in enumerate(models):
            shown = curves[cohort, model], tables[cohort, model], known[model]
            _draw_curves(panel, *shown, LOWEST[fit])
            _draw_retained(panel, tables[cohort, model], known[model], BESIDE * most, m)
        if np.isfinite(ceilings[cohort]):
            panel.axhline(ceilings[cohort], **CEILING)
        panel.axvline(np.sqrt(BESIDE) * most, color="0.85", linewidth=0.6)
        panel.set_title(title.replace("\n", ", "))
    first = panels[0, 0]
    number_maps(first, most, retained=BESIDE * most)
    first.set_xlim(1, BESIDE**1.6 * most)
    low, high = limits_of_fits(panels.flat[: len(cohorts)], "y", with_ceiling)
    # Below: the ticks of every model
    first.set_ylim(low - (0.03 + 0.05 * len(models)) * (high - low), high)
    for panel in lowest_of(panels, len(cohorts)):
        panel.set_xlabel("number of maps on, best first")
    for panel in panels[:, 0]:
        panel.set_ylabel(FIT_NAMES[fit])
    legend_above(figure, keys, key_columns)
    return figure


def _draw_curves(panel, curve, folds, look, lowest):
    """Draw the means over folds, and mark where all maps are on."""
    n_maps = int(curve["k"].max())
    k = np.arange(1, n_maps + 1)
    # Row under row: k = 1..F of a fold, then of the next.
    sizes = folds["n_train"], folds["n_test"]
    train, _, _ = _means_of_same_folds(curve["train_fit"].reshape(-1, n_maps), *sizes)
    test, low, high = _means_of_same_folds(curve["test_fit"].reshape(-1, n_maps), *sizes)
    ends = np.clip([low, high], lowest, 1)
    panel.fill_between(k, *ends, color=look.colour, alpha=0.15, lw=0)
    panel.plot(k, train, color=lighter(look.colour), linestyle=look.line, **TRAINING)
    panel.plot(k, test, color=look.colour, linestyle=look.line)
    panel.plot(n_maps, test[-1], **look.point(4, hollow=True), zorder=3)


def _means_of_same_folds(fits, n_train, n_test):
    """Return means and intervals where every fold has a fit that has one with all maps on.

    With few maps on an image has no similarity if none of them is active in it, and means over
    fewer and fewer folds would go up and down with the folds.
    """
    n_defined = np.isfinite(fits).sum(axis=0)
    found = interval_of_means(fits, n_train, n_test)
    return [np.where(n_defined >= n_defined[-1], values, np.nan) for values in found]


def _draw_retained(panel, folds, look, beside, m):
    """Draw the retained maps beside the curves: no point of a curve, since every fold has its own
    number, which ticks below show."""
    panel.plot(beside, mean_of_defined(folds["test_retained"]), **look.point())
    ticks = np.full(len(folds["n_retained"]), 0.03 + 0.045 * m)
    where = panel.get_xaxis_transform()
    panel.plot(folds["n_retained"], ticks, **TICK, color=look.colour, transform=where)


def _keys(known, n_folds, with_ceiling):
    colour = NEUTRAL.colour
    keys = [
        *keys_of(known),
        Line2D([], [], color=colour, label="held-out judgments"),
        Patch(fc=colour, alpha=0.15, lw=0, label="their 95 % interval"),
        Line2D([], [], color=lighter(colour), **TRAINING, label="training judgments"),
        Line2D([], [], **NEUTRAL.point(hollow=True), label="all maps"),
        Line2D([], [], **NEUTRAL.point(), label="maps retained by each fold"),
        Line2D([], [], **TICK, color=colour, label=f"their number, {n_folds} folds"),
    ]
    if with_ceiling:
        keys.append(Line2D([], [], **CEILING, label=CEILING_LABEL))
    return keys
