"""Draw how held-out fits grow with the pictures and observers of a study."""

import matplotlib.pyplot as plt
from matplotlib.lines import Line2D

from alignment.artifacts.tables import rows_where
from alignment.figures.charts import (
    FIT_NAMES,
    NEUTRAL,
    PAGE_WIDTH,
    count,
    designs_of,
    keys_of,
    looks,
    places,
)
from alignment.figures.legends import legend_above

APART = 0.04  # of the axis, between the models
ROOM = 0.03  # of the y axis, beyond the marks of a cohort whose own range is small
CLOSEST = 0.09  # of the axis, between numbers
AXES = {"pictures": "pictures learned from", "observers": "observers"}


def draw(summary, fit):
    """Return the figure: a row of panels per cohort.

    Parameters
    ----------
    summary : dict of str to array
        A row per cohort, model and size of a study, in the order of the config.
    fit : str
    """
    cohorts, models = designs_of(summary)
    known = looks(models)
    varied = [name for name in AXES if name in summary["varied"]]
    kinds = [("pictures", False), *((name, True) for name in varied)]
    figure, panels = plt.subplots(
        len(cohorts),
        len(kinds),
        figsize=(PAGE_WIDTH, 0.9 + 1.75 * len(cohorts)),
        sharex="col",
        squeeze=False,
    )
    for column, (name, is_gain) in zip(panels.T, kinds, strict=True):
        here = rows_where(summary, varied=name)
        sizes = sorted({int(size) for size in here[f"n_{name}"]})
        _scale(column[0], sizes)
        for panel, cohort in zip(column, cohorts, strict=True):
            own = rows_where(here, cohort=cohort)
            for place, model in zip(places(len(models), APART), models, strict=True):
                # Beside one another by a share of the axis, which is logarithmic.
                shift = (sizes[-1] / sizes[0]) ** place
                curve = rows_where(own, model=model)
                _draw_curve(panel, curve, curve[f"n_{name}"] * shift, is_gain, known[model])
            panel.set_ylabel(f"gain in {FIT_NAMES[fit].split()[-1]}" if is_gain else FIT_NAMES[fit])
        column[-1].set_xlabel(AXES[name])
    for panel, cohort in zip(panels[:, 0], cohorts, strict=True):
        panel.set_title(cohort)
    # One scale for all cohorts; fits and gains have their own.
    for group in (panels[:, 0], panels[:, 1:].ravel()):
        lows, highs = zip(*(panel.get_ylim() for panel in group), strict=True)
        room = ROOM * (max(highs) - min(lows))
        for panel in group:
            panel.set_ylim(min(lows) - room, max(highs) + room)
    note = f"means of {count(summary['n_draws'])} draws of a study from a larger one; "
    figure.supxlabel(note + "bars: the middle 95 % of the draws", fontsize=7)
    legend_above(figure, _keys(known), 4)
    return figure


def _draw_curve(panel, own, sizes, is_gain, look):
    if not is_gain:
        for name, hollow in (("full", True), ("retained", False)):
            line = {"linestyle": look.line, "linewidth": 0.8}
            panel.plot(sizes, own[name], **look.point(3.5, hollow) | line)
        return
    panel.axhline(0, color="black", linewidth=0.6, zorder=0)
    reach = [own["gain"] - own["gain_low"], own["gain_high"] - own["gain"]]
    bars = {"elinewidth": 0.8, "capsize": 1.5}
    panel.errorbar(sizes, own["gain"], reach, **look.point(3.5), **bars)


def _scale(panel, sizes):
    panel.set_xscale("log")
    ticks = sizes[:1]
    for size in sizes[1:]:
        if size / ticks[-1] > (sizes[-1] / sizes[0]) ** CLOSEST:
            ticks.append(size)
    panel.set_xticks(ticks, [str(tick) for tick in ticks])
    panel.minorticks_off()
    edge = max(1.05, (sizes[-1] / sizes[0]) ** 0.08)
    panel.set_xlim(sizes[0] / edge, sizes[-1] * edge)


def _keys(known):
    keys = keys_of(known)
    for label, hollow in (("retained maps", False), ("all maps", True)):
        keys.append(Line2D([], [], **NEUTRAL.point(hollow=hollow), label=label))
    return keys
