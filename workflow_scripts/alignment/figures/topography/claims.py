"""Draw the table of claims: difference, interval and verdict of each."""

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure

from alignment.artifacts.tables import only_row, rows_where
from alignment.figures.charts import PAGE_WIDTH
from alignment.figures.topography.panels import MEASURES, Table
from alignment.topography.claims import FAILS, HOLDS, UNDECIDED
from alignment.topography.comparisons import MATCHED, SAME_LAMBDA

# Told apart by shape as well as by colour, and by neither from networks.
MARKS = {HOLDS: ("o", "0.1"), FAILS: ("X", "#CC79A7"), UNDECIDED: ("_", "0.75")}
LINE = 0.138  # inches


def draw(table: Table, dataset: str) -> Figure:
    """Return the figure: a line per claim and measure, verdicts for both ways of matching.

    Parameters
    ----------
    table : dict of str to array
    dataset : str
        The one whose claims are shown.
    """
    table = rows_where(table, dataset=dataset)
    lines = _lines(table)
    topics = list(dict.fromkeys(topic for topic, *_ in lines))
    n_rows = len(lines) + 1.6 * len(topics)
    figure, axes = plt.subplots(figsize=(PAGE_WIDTH, 0.9 + LINE * n_rows))
    y = 0.0
    for topic in topics:
        axes.text(0, y, topic, fontweight="bold", fontsize=7, va="center")
        for own_topic, claim, measure, version in lines:
            if own_topic != topic:
                continue
            y += 1
            axes.text(0.02, y, claim, fontsize=6.5, va="center")
            axes.text(
                0.22, y, MEASURES.get(measure, measure.replace("_", " ")), fontsize=6.5, va="center"
            )
            axes.text(0.55, y, version, fontsize=6, va="center", color="0.4")
            for x, matching in ((0.64, SAME_LAMBDA), (0.83, MATCHED)):
                _verdict(axes, x, y, _row(table, topic, claim, measure, version, matching))
        y += 1.6
    for x, said in ((0.02, "claim"), (0.22, "measure"), (0.55, "version")):
        axes.text(x, -1.4, said, fontsize=7, va="center", color="0.3")
    for x, said in ((0.63, "at the same $\\lambda$"), (0.82, "at matched accuracy")):
        axes.text(x, -1.4, said, fontsize=7, va="center", color="0.3")
    axes.set_xlim(0, 1)
    axes.set_ylim(n_rows, -2)
    axes.set_axis_off()
    handles = [
        plt.Line2D([], [], ls="", marker=mark, color=colour, ms=5, label=name)
        for name, (mark, colour) in MARKS.items()
    ]
    figure.legend(handles=handles, loc="outside upper center", ncols=3)
    return figure


def short(*values: float) -> list[str]:
    """Return numbers with as many decimals as the largest of them needs: three below one.

    Zero has no sign.
    """
    largest = max(map(abs, values))
    digits = 3 if largest < 1 else 2 if largest < 10 else 0
    return [f"{value:z.{digits}f}" for value in values]


def _lines(table):
    columns = (table[name].tolist() for name in ("topic", "claim", "measure", "version"))
    return list(dict.fromkeys(zip(*columns, strict=True)))


def _row(table, topic, claim, measure, version, matching):
    keys = {"topic": topic, "claim": claim, "measure": measure, "version": version}
    keys["matching"] = matching
    return only_row(table, **keys)


def _verdict(axes, x, y, row):
    mark, colour = MARKS[row["verdict"]]
    axes.plot(x, y, mark, color=colour, ms=4.5, clip_on=False)
    said = "no level to compare at"
    if row["n"]:
        known = np.isfinite([row["low"], row["high"]]).all()
        value, *ends = short(row["difference"], *([row["low"], row["high"]] if known else []))
        said = f"{value} [{', '.join(ends)}]" if known else value
    said = said.replace("-", "\N{MINUS SIGN}")
    axes.text(x + 0.015, y, said, fontsize=6, va="center")
