"""Draw how the fit changes as maps are switched on from best to worst."""

import warnings

import numpy as np
from matplotlib.lines import Line2D

from alignment.artifacts.tables import groups_of
from alignment.figures.charts import (
    CEILING,
    CEILING_LABEL,
    FIT_NAMES,
    NEUTRAL,
    ceilings_of,
    count,
    designs_of,
    keys_of,
    legend_above,
    lighter,
    looks,
    number_maps,
    panels_of,
    with_images,
)

BESIDE = 2.1  # where the retained maps stand, in numbers of all maps
TRAINING = {"linewidth": 0.8}
TICK = {"linestyle": "", "marker": "|", "markersize": 4, "markeredgewidth": 0.6}


def draw(selection, predictions, ceiling, fit):
    """Return the figure: a panel per cohort.

    Parameters
    ----------
    selection : dict of str to array
        A row per cohort, model, fold and number of maps.
    predictions : dict of str to array
        A row per cohort, model and fold.
    ceiling : dict of str to array
        A row per cohort.
    fit : str
    """
    cohorts, models = designs_of(predictions)
    curves = groups_of(selection, "cohort", "model")
    folds = groups_of(predictions, "cohort", "model")
    known, ceilings = looks(models), ceilings_of(ceiling)
    most = int(selection["k"].max())
    figure, panels = panels_of(len(cohorts), height=2.1, header=0.6, sharex=True, sharey=True)
    for panel, cohort, title in zip(
        panels.flat, cohorts, with_images(cohorts, ceiling), strict=False
    ):
        for m, model in enumerate(models):
            _draw_curves(panel, curves[cohort, model], known[model])
            _draw_retained(panel, folds[cohort, model], known[model], BESIDE * most, m)
        if np.isfinite(ceilings[cohort]):
            panel.axhline(ceilings[cohort], **CEILING)
        panel.axvline(np.sqrt(BESIDE) * most, color="0.85", linewidth=0.6)
        panel.set_title(title.replace("\n", ", "))
    first = panels[0, 0]
    number_maps(first, most, retained=BESIDE * most)
    first.set_xlim(1, BESIDE**1.6 * most)
    low, high = first.get_ylim()
    first.set_ylim(min(low, 0) - 0.05 * len(models), max(high, 1))
    for panel in panels[-1]:
        panel.set_xlabel("number of maps on, best first")
    for panel in panels[:, 0]:
        panel.set_ylabel(FIT_NAMES[fit])
    n_folds = count(len(rows["n_retained"]) for rows in folds.values())
    keys = _keys(known, n_folds, np.isfinite(list(ceilings.values())).any())
    legend_above(figure, keys, 3)
    return figure


def _draw_curves(panel, curve, look):
    """Draw the means over folds, and mark where all maps are on."""
    n_maps = int(curve["k"].max())
    k = np.arange(1, n_maps + 1)
    # Row under row: k = 1..F of a fold, then of the next.
    train, _ = _summary(curve["train_fit"].reshape(-1, n_maps))
    test, error = _summary(curve["test_fit"].reshape(-1, n_maps))
    panel.fill_between(k, test - error, test + error, color=look.colour, alpha=0.2, lw=0)
    panel.plot(k, train, color=lighter(look.colour), linestyle=look.line, **TRAINING)
    panel.plot(k, test, color=look.colour, linestyle=look.line)
    panel.plot(n_maps, test[-1], **look.point(4, hollow=True), zorder=3)


def _draw_retained(panel, folds, look, beside, m):
    """Draw the retained maps beside the curves: no point of a curve, since every fold has its own
    number, which ticks below show."""
    panel.plot(beside, np.nanmean(folds["test_retained"]), **look.point())
    ticks = np.full(len(folds["n_retained"]), 0.03 + 0.045 * m)
    where = panel.get_xaxis_transform()
    panel.plot(folds["n_retained"], ticks, **TICK, color=look.colour, transform=where)


def _keys(known, n_folds, with_ceiling):
    colour = NEUTRAL.colour
    keys = [
        *keys_of(known),
        Line2D([], [], color=colour, label="held-out judgments (mean, standard error)"),
        Line2D([], [], color=lighter(colour), **TRAINING, label="training judgments (mean)"),
        Line2D([], [], **NEUTRAL.point(hollow=True), label="all maps, held out"),
        Line2D([], [], **NEUTRAL.point(), label="maps retained by each fold, held out"),
        Line2D([], [], **TICK, color=colour, label=f"their number in each of {n_folds} folds"),
    ]
    if with_ceiling:
        keys.append(Line2D([], [], **CEILING, label=CEILING_LABEL))
    return keys


def _summary(folds):
    """Mean over folds and its standard error; with few maps on, some fits are not defined."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # no fold, or a single one, is defined
        error = np.nanstd(folds, axis=0, ddof=1) / np.sqrt(len(folds))
        return np.nanmean(folds, axis=0), error
