"""Draw the held-out fit of the retained maps beside that of everything they are compared with."""

import numpy as np
from matplotlib.lines import Line2D

from alignment.artifacts.tables import only_row
from alignment.figures.charts import (
    CEILING,
    CEILING_LABEL,
    ERROR_BAR,
    FIT_NAMES,
    NEUTRAL,
    any_known,
    ceilings_of,
    count,
    designs_of,
    limits_of_fits,
    looks,
    panels_of,
    places,
    star,
    star_key,
    with_images,
)
from alignment.figures.legends import legend_above
from alignment.prediction.controls import LABELS

# From top to bottom.
FITS = {"test_retained": "retained maps", "test_full": "all maps"}
REFERENCE = {"linewidth": 0.9, "alpha": 0.8, "zorder": 1}


def draw(tests, summary, ceiling, fit, folds):
    """Return the figure: a panel per cohort, a row per control.

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
    height = 0.42 + len(rows) * (0.1 + 0.1 * len(models))
    figure, panels = panels_of(len(cohorts), height, header=1.2, sharex=True, sharey=True)
    titles = with_images(cohorts, ceiling, folds)
    for panel, cohort, title in zip(panels.flat, cohorts, titles, strict=False):
        panel.set_title(title.replace("\n", ", "))
        for y, model in zip(places(len(models), 0.7), models, strict=True):
            fits = only_row(summary, cohort=cohort, model=model)
            _draw_fits(panel, y, fits, known[model])
            for k, name in enumerate(shown):
                here = {"cohort": cohort, "model": model, "control": name}
                if _has(tests, here):
                    _draw_control(panel, len(FITS) + k + y, only_row(tests, **here), known[model])
        if np.isfinite(ceilings[cohort]):
            panel.axvline(ceilings[cohort], **CEILING)
        for row in range(len(rows) - 1):
            panel.axhline(row + 0.5, color="0.88", linewidth=0.6, zorder=0)
        panel.tick_params(axis="y", length=0)
        panel.tick_params(axis="x", labelbottom=True)
    first = panels[0, 0]
    first.set_yticks(range(len(rows)), rows)
    first.set_ylim(len(rows) - 0.5, -0.5)
    with_ceiling = any_known(ceilings)
    first.set_xlim(limits_of_fits(panels.flat[: len(cohorts)], "x", with_ceiling))
    n_folds = count(summary["n_folds"])
    note = f"(means over {n_folds} folds; n: pictures)"
    if shown:
        note = f"{note}\n{star_key(tests['p_holm'])}"
    figure.supxlabel(f"{FIT_NAMES[fit]} of held-out judgments\n{note}", fontsize=8)
    keys = _keys(known, with_ceiling)
    legend_above(figure, keys, 2)
    return figure


def _has(table, values):
    return np.all([table[name] == value for name, value in values.items()], axis=0).any()


def _draw_fits(panel, y, fits, look):
    """Draw the fits of the retained maps, with a line to compare by, and of all maps."""
    panel.axvline(fits["test_retained"], color=look.colour, linestyle=look.line, **REFERENCE)
    for (row, name), hollow in zip(enumerate(FITS), (False, True), strict=True):
        panel.plot([fits[name]], [row + y], **look.point(hollow=hollow), clip_on=False)


def _draw_control(panel, y, test, look):
    """Draw the interval of the difference around the control: does it reach the retained maps?"""
    value, width = test["test_control"], test["interval_high"] - test["difference"]
    panel.errorbar([value], [y], xerr=[[width], [width]], **look.point(), **ERROR_BAR)
    if said := star(test["p_holm"]):
        panel.annotate(said, (value - width, y), (-7, -4.5), textcoords="offset points", fontsize=9)


def _keys(known, with_ceiling):
    keys = [
        Line2D([], [], **look.point() | {"linestyle": look.line} | REFERENCE, label=f"{model}")
        for model, look in known.items()
    ]
    if with_ceiling:
        keys.append(Line2D([], [], **CEILING, label=CEILING_LABEL))
    bar = {"color": NEUTRAL.colour, "linewidth": 1, "marker": "|", "markersize": 5}
    return [
        *keys,
        Line2D(
            [],
            [],
            **bar,
            label="95 % interval, each for\nitself, of the difference\nfrom the retained maps",
        ),
    ]
