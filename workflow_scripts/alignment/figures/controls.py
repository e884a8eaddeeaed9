"""Draw the held-out fit of the retained maps beside that of everything they are compared with."""

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.lines import Line2D

from alignment.artifacts.tables import only_row
from alignment.figures.charts import (
    CEILING,
    CEILING_LABEL,
    ERROR_BAR,
    FIT_NAMES,
    INTERVALS,
    PAGE_WIDTH,
    any_known,
    ceilings_of,
    count,
    designs_of,
    keys_of,
    limits_of_fits,
    looks,
    places,
    star,
    star_key,
    with_images,
)
from alignment.figures.legends import extra_for_legend, legend_above
from alignment.prediction.controls import LABELS

# From top to bottom.
FITS = {"test_retained": "retained maps", "test_full": "all maps"}
REFERENCE = {"linewidth": 0.9, "alpha": 0.8, "zorder": 1}
KEY_COLUMNS = 4


def draw(tests, summary, ceiling, fit, folds):
    """Return the figure: for each cohort fits to the left, differences to the right.

    Parameters
    ----------
    tests : dict of str to array
        A row per cohort, model and control: the retained maps against it.
    summary : dict of str to array
        A row per cohort and model: the fits of all and of the retained maps.
    ceiling : dict of str to array
        A row per cohort.
    fit : str
    folds : dict
        ``unit`` and ``n_folds``.
    """
    cohorts, models = designs_of(summary)
    known, ceilings = looks(models), ceilings_of(ceiling)
    shown = [name for name in LABELS if name in tests["control"]]
    rows = [*FITS.values(), *(LABELS[name] for name in shown)]
    with_ceiling = any_known(ceilings)
    keys = _keys(known, with_ceiling)
    extra = extra_for_legend(keys, KEY_COLUMNS, PAGE_WIDTH, planned_rows=1)
    height = 0.42 + len(rows) * (0.1 + 0.1 * len(models))
    figure, panels = plt.subplots(
        len(cohorts),
        2,
        figsize=(PAGE_WIDTH, 0.95 + extra + height * len(cohorts)),
        sharex="col",
        sharey=True,
        squeeze=False,
        width_ratios=[1.5, 1],
    )
    titles = with_images(cohorts, ceiling, folds)
    for (left, right), cohort, title in zip(panels, cohorts, titles, strict=True):
        left.set_title(title.replace("\n", ", "))
        for y, model in zip(places(len(models), 0.7), models, strict=True):
            _draw_fits(left, y, only_row(summary, cohort=cohort, model=model), known[model])
            for k, name in enumerate(shown):
                here = {"cohort": cohort, "model": model, "control": name}
                if _has(tests, here):
                    test, place = only_row(tests, **here), len(FITS) + k + y
                    left.plot([test["test_control"]], [place], **known[model].point())
                    _draw_difference(right, place, test, known[model])
        if np.isfinite(ceilings[cohort]):
            left.axvline(ceilings[cohort], **CEILING)
        right.axvline(0, color="0.5", linewidth=0.6, zorder=0)
    for panel in panels.flat:
        _rule(panel, len(rows))
    first, last = panels[0, 0], panels[-1]
    first.set_yticks(range(len(rows)), rows)
    first.set_ylim(len(rows) - 0.5, -0.5)
    first.set_xlim(limits_of_fits(panels[:, 0], "x", with_ceiling))
    last[0].set_xlabel(f"{FIT_NAMES[fit]} of held-out judgments")
    last[1].set_xlabel("difference (retained \N{MINUS SIGN} control)")
    note = f"means over {count(summary['n_folds'])} folds; n: pictures; {INTERVALS}"
    stars = [star_key(tests["p_holm"])] if shown else []
    figure.supxlabel("\n".join([note, *stars]), fontsize=7)
    legend_above(figure, keys, KEY_COLUMNS)
    return figure


def _has(table, values):
    return np.all([table[name] == value for name, value in values.items()], axis=0).any()


def _rule(panel, n_rows):
    """Draw lines between the rows, in place of ticks."""
    for row in range(n_rows - 1):
        panel.axhline(row + 0.5, color="0.88", linewidth=0.6, zorder=0)
    panel.tick_params(axis="y", length=0)


def _draw_fits(panel, y, fits, look):
    """Draw the fits of the retained maps, with a line to compare by, and of all maps."""
    panel.axvline(fits["test_retained"], color=look.colour, linestyle=look.line, **REFERENCE)
    for (row, name), hollow in zip(enumerate(FITS), (False, True), strict=True):
        panel.plot([fits[name]], [row + y], **look.point(hollow=hollow), clip_on=False)


def _draw_difference(panel, y, test, look):
    value, low, high = (test[name] for name in ("difference", "interval_low", "interval_high"))
    panel.errorbar([value], [y], xerr=[[value - low], [high - value]], **look.point(), **ERROR_BAR)
    if said := star(test["p_holm"]):
        panel.annotate(said, (high, y), (2, -4.5), textcoords="offset points", fontsize=9)


def _keys(known, with_ceiling):
    keys = keys_of(known)
    if with_ceiling:
        keys.append(Line2D([], [], **CEILING, label=CEILING_LABEL))
    return keys
