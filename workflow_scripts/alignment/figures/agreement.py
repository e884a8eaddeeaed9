"""Draw how models agree in each image, against how unsure they are of its class."""

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.lines import Line2D

from alignment.artifacts.errors import InputError
from alignment.artifacts.tables import only_row, rows_where
from alignment.figures.charts import panels_of

POINT = {"linestyle": "", "marker": "o", "markersize": 3}


def draw(agreement, summary):
    """Return the figure.

    Parameters
    ----------
    agreement : dict of str to array
        A row per cohort, image and pair of models.
    summary : dict of str to array
        A row per cohort and pair of models.

    Raises
    ------
    InputError
        There are no two models.
    """
    pairs = list(dict.fromkeys(zip(summary["model_a"], summary["model_b"], strict=True)))
    if not pairs:
        raise InputError("config: models: agreement is between models; name a second one.")
    cohorts = list(dict.fromkeys(summary["cohort"]))
    cycle = plt.rcParams["axes.prop_cycle"].by_key()["color"]
    height = 2.0 + 0.12 * len(pairs)
    figure, panels = panels_of(len(cohorts), height, header=0.7, sharex=True, sharey=True)
    for panel, cohort in zip(panels.flat, cohorts, strict=False):
        table, title = rows_where(agreement, cohort=cohort), [cohort]
        for k, pair in enumerate(pairs):
            colour = cycle[k % len(cycle)]
            entropy, correlation = _points(table, pair)
            panel.plot(entropy, correlation, **POINT, color=colour, alpha=0.7, markeredgewidth=0)
            one = only_row(summary, cohort=cohort, model_a=pair[0], model_b=pair[1])
            panel.axhline(one["correlation"], color=colour, lw=1)
            panel.axhline(one["correlation_others"], color=colour, lw=1, ls=":")
            title.append(_said(one))
        panel.set_title("\n".join(title), fontsize=7)
        panel.axhline(0, color="0.8", lw=0.6, zorder=0)
    for panel in panels[-1]:
        panel.set_xlabel("larger class entropy (nats)")
    for panel in panels[:, 0]:
        panel.set_ylabel("correlation of two\nmodels' heatmaps")
    handles = [
        Line2D([], [], **POINT, color=cycle[k % len(cycle)], label=" - ".join(pair))
        for k, pair in enumerate(pairs)
    ]
    handles.append(Line2D([], [], color="0.3", lw=1, label="mean, same image"))
    handles.append(Line2D([], [], color="0.3", lw=1, ls=":", label="mean, different images"))
    figure.legend(handles=handles, loc="outside upper center", ncols=3)
    return figure


def _points(table, pair):
    here = (table["model_a"] == pair[0]) & (table["model_b"] == pair[1])
    entropy = np.maximum(table["entropy_a"][here], table["entropy_b"][here])
    return entropy, table["correlation"][here]


def _said(row):
    """Say what the relation to entropy is, and how many images have no heatmap."""
    if np.isnan(row["entropy_rho"]):
        said = "no relation to entropy defined"
    else:
        p = row["entropy_p_holm"]
        said = f"$\\rho$ = {row['entropy_rho']:.2f}, "
        said += "p < .001" if p < 0.001 else f"p = {p:.2g}"
        said += f", n = {row['n_entropy']}"
    return said + (f", {row['n_empty']} empty" if row["n_empty"] else "")
