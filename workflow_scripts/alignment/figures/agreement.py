"""Draw how models agree in each image, against how unsure they are of its class."""

import numpy as np
from matplotlib.lines import Line2D

from alignment.artifacts.errors import InputError
from alignment.artifacts.tables import only_row, rows_where
from alignment.figures.charts import number, plain
from alignment.figures.layout import lowest_of, panels_of, width_of_panels
from alignment.figures.legends import extra_for_legend, legend_above

# Of pairs of models: in greys, since colours are those of single models.
MARKERS = "ox^+sv"
N_NAMED = 3
LONG = 45  # letters of a legend's line that a column holds


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
    greys = [str(grey) for grey in np.linspace(0.2, 0.65, len(pairs))]
    points = [_point(grey, k) for k, grey in enumerate(greys)]
    keys = [
        Line2D([], [], **point, label=" and ".join(pair))
        for pair, point in zip(pairs, points, strict=True)
    ]
    keys.append(Line2D([], [], color="0.3", lw=1, label="mean, same image, by AIS"))
    of_means = "mean, same image, means of all maps"
    keys.append(Line2D([], [], color="0.3", lw=1, ls="--", label=of_means))
    keys.append(Line2D([], [], color="0.3", lw=1, ls=":", label="mean, different images"))
    wide = max(len(key.get_label()) for key in keys) > LONG
    width = width_of_panels(len(cohorts), wide)
    header = 0.9 + extra_for_legend(keys, 2, width, planned_rows=3)
    height = 1.5 + 0.12 * len(pairs)
    figure, panels = panels_of(len(cohorts), height, header, wide, sharex=True, sharey=True)
    for panel, cohort in zip(panels.flat, cohorts, strict=False):
        table, title = rows_where(agreement, cohort=cohort), [cohort]
        for pair, grey, point in zip(pairs, greys, points, strict=True):
            one = only_row(summary, cohort=cohort, model_a=pair[0], model_b=pair[1])
            panel.plot(*_points(rows_where(table, model_a=pair[0], model_b=pair[1])), **point)
            panel.axhline(one["correlation"], color=grey, lw=1)
            panel.axhline(one["correlation_means"], color=grey, lw=1, ls="--")
            panel.axhline(one["correlation_others"], color=grey, lw=1, ls=":")
            title.append(_said(one))
        panel.set_title("\n".join(title), fontsize=7)
        panel.axhline(0, color="0.8", lw=0.6, zorder=0)
    for panel, cohort in zip(panels.flat, cohorts, strict=False):  # whose limits are known now
        _name_lowest(panel, rows_where(agreement, cohort=cohort))
    for panel in lowest_of(panels, len(cohorts)):
        panel.set_xlabel("larger of the two class entropies (nats)", fontsize=7)
    for panel in panels[:, 0]:
        panel.set_ylabel("correlation of two\nmodels' heatmaps")
    legend_above(figure, keys, 2)
    return figure


def _point(grey, k):
    mark = {"linestyle": "", "marker": MARKERS[k % len(MARKERS)], "markersize": 3}
    return mark | {"color": grey, "markerfacecolor": "none", "markeredgewidth": 0.7}


def _points(table):
    return np.maximum(table["entropy_a"], table["entropy_b"]), table["correlation"]


def _name_lowest(panel, table):
    """Number the images in which models agree least, and name them where there is room."""
    entropy, correlation = _points(table)
    drawn = np.flatnonzero(np.isfinite(entropy) & np.isfinite(correlation))
    lowest = drawn[np.argsort(correlation[drawn], kind="stable")][:N_NAMED]
    below = {"textcoords": "offset points", "ha": "center", "va": "top", "fontsize": 6}
    below["bbox"] = {"facecolor": "white", "edgecolor": "none", "pad": 0.4}  # lines pass behind
    names = {}
    for k in lowest:
        # An image is a point for each pair of models, and has one number.
        rank = names.setdefault(table["image"][k], len(names) + 1)
        panel.annotate(str(rank), (entropy[k], correlation[k]), (0, -2.5), **below)
    mark = {"linestyle": "", "markersize": 4.4, "markeredgewidth": 0, "color": "black"}
    keys = [
        Line2D([], [], **mark, marker=f"${rank}$", label=plain(name))
        for name, rank in names.items()
    ]
    if keys:
        panel.legend(handles=keys, loc="best", fontsize=6, handletextpad=0.1, borderpad=0.2)


def _said(row):
    """Say what the relation to entropy is, and how many images have no heatmap."""
    if np.isnan(row["entropy_rho"]):
        said = "no relation to entropy defined"
    else:
        p = row["entropy_p_holm"]
        said = f"$\\rho$ = {number(row['entropy_rho'])}, "
        said += r"$p_{Holm}$ < .001" if p < 0.001 else rf"$p_{{Holm}}$ = {p:.2g}"
        said += f", n = {row['n_entropy']}"
    return said + (f", {row['n_empty']} empty" if row["n_empty"] else "")
