"""Draw by how much AIS points better than its rivals at what a picture's fit needs."""

import matplotlib.pyplot as plt
from matplotlib.lines import Line2D

from alignment.artifacts.tables import rows_where
from alignment.faithfulness.areas import TESTS
from alignment.faithfulness.maps import LABELS, label_of
from alignment.figures.charts import (
    INTERVALS,
    NEUTRAL,
    PAGE_WIDTH,
    count,
    designs_of,
    keys_of,
    looks,
    places,
    star,
    star_key,
)
from alignment.figures.legends import legend_above

TITLES = {"keep": "keep the top alone", "delete": "delete the top"}
FILLS = {"mean": "the mean colour", "blur": "a blurred picture"}


def draw(tests):
    """Return the figure: a row of panels per cohort, keep and delete, a row per rival.

    Parameters
    ----------
    tests : dict of str to array
        A row per cohort, model, fill, test and rival, in the order of the config.
    """
    cohorts, models = designs_of(tests)
    known, fills = looks(models), list(dict.fromkeys(tests["fill"].tolist()))
    found = dict.fromkeys(tests["map"].tolist())
    rivals = [name for name in LABELS if name in found]
    rivals += [name for name in found if name not in LABELS]
    n_marks = len(models) * len(fills)
    figure, panels = plt.subplots(
        len(cohorts),
        len(TESTS),
        figsize=(PAGE_WIDTH, 0.9 + len(cohorts) * (0.35 + len(rivals) * (0.06 + 0.06 * n_marks))),
        sharex=True,
        sharey=True,
        squeeze=False,
    )
    offsets = places(n_marks, 0.75)
    for row, cohort in zip(panels, cohorts, strict=True):
        for panel, test in zip(row, TESTS, strict=True):
            here = rows_where(tests, cohort=cohort, test=test)
            panel.axvline(0, color="black", linewidth=0.6, zorder=0)
            for k, (model, fill) in enumerate((m, f) for m in models for f in fills):
                own = rows_where(here, model=model, fill=fill)
                _draw_marks(panel, rivals, own, offsets[k], known[model], fill != fills[0])
            panel.set_title(f"{cohort}, n = {count(here['n'])}: {TITLES[test]}")
            panel.tick_params(axis="y", length=0)
            for between in range(len(rivals) - 1):
                panel.axhline(between + 0.5, color="0.88", linewidth=0.6, zorder=0)
    first = panels[0, 0]
    first.set_yticks(range(len(rivals)), [label_of(name) for name in rivals])
    first.set_ylim(len(rivals) - 0.5, -0.5)
    label = (
        "AIS points worse \N{LEFTWARDS ARROW}   than each rival   \N{RIGHTWARDS ARROW} better "
        "(difference of $r$, mean over n pictures)\n"
        f"{INTERVALS}; {star_key(tests['p_holm'])}"
    )
    figure.supxlabel(label, fontsize=8)
    legend_above(figure, _keys(known, fills), 4)
    return figure


def _draw_marks(panel, rivals, own, offset, look, hollow):
    for name, value, low, high, p in zip(
        *(own[column] for column in ("map", "difference", "low", "high", "p_holm")), strict=True
    ):
        y = rivals.index(name) + offset
        reach = [[value - low], [high - value]]
        panel.errorbar(value, y, xerr=reach, **look.point(3, hollow), elinewidth=1, capsize=1.5)
        if said := star(p):
            panel.annotate(
                said, (high, y), (2, -3.5), textcoords="offset points", fontsize=8, ha="left"
            )


def _keys(known, fills):
    keys = keys_of(known)
    for fill in fills if len(fills) > 1 else ():
        look = NEUTRAL.point(hollow=fill != fills[0])
        keys.append(Line2D([], [], **look, label=f"filled with {FILLS[fill]}"))
    return keys
