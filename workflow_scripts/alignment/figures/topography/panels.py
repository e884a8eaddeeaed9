"""What figures of topographic networks share: colours, words, panels over lambda or level."""

from collections.abc import Mapping, Sequence

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from alignment.artifacts.tables import rows_where
from alignment.figures.charts import lighter
from alignment.topography.design import CONDITIONS, CONTROL

# Okabe & Ito's colours, as in the style sheet; a condition has the same in every figure.
COLOURS = {CONTROL: "#444444", "WS": "#0072B2", "AS": "#D55E00", "TopoLoss": "#009E73"}
# And a mark, for readers who see no colours
MARKERS = {CONTROL: "o", "WS": "s", "AS": "^", "TopoLoss": "D"}
NAMES = {
    CONTROL: "control",
    "WS": "WS (similar weights)",
    "AS": "AS (similar activations)",
    "TopoLoss": "TopoLoss",
}
NOISES = {"white": "white noise", "pink": "pink noise", "salt_and_pepper": "salt and pepper"}
# Measures in words, where their names are not
MEASURES = (
    {
        "accuracy_weights_relative": "accuracy, relative noise",
        "accuracy_weights_absolute": "accuracy, absolute noise",
        "change_weights_relative": "change, relative noise",
        "change_weights_absolute": "change, absolute noise",
        "morans_i": "Moran's I of responses",
        "morans_i_auc": "Moran's I of classes' AUC",
        "expert_classes": "classes with experts",
        "symmetry_left_right": "left-right symmetry",
        "symmetry_up_down": "up-down symmetry",
        "orientation": "orientation selectivity",
    }
    | {
        f"{name}_{side}": f"{said}, {side} the ReLU"
        for side in ("before", "after")
        for name, said in {
            "variance": "variance",
            "scaled_variance": "variance / weights' variance",
            "localization": "localization",
            "distance_to_most_correlated": "distance of most correlated",
            "share_strong_positive": "share r > .5",
            "share_strong_negative": "share r < \N{MINUS SIGN}.5",
        }.items()
    }
    | {
        f"{kind}_{noise}": f"{kind}, {said}"
        for kind in ("accuracy", "change")
        for noise, said in NOISES.items()
    }
)
Table = Mapping[str, np.ndarray]


def conditions_of(table: Table) -> list[str]:
    """Return the conditions of a table, the control first."""
    return [name for name in (CONTROL, *CONDITIONS) if name in set(table["condition"])]


def lambdas_of(table: Table) -> list[float]:
    """Return the lambdas of a table but that of the control, ascending."""
    return sorted(set(table["lambda"][table["condition"] != CONTROL].tolist()))


def shade(condition: str, strength: float, lambdas: Sequence[float]) -> str | tuple:
    """Return the colour of a condition at a lambda: the larger lambda, the darker."""
    if condition == CONTROL:
        return COLOURS[condition]
    rank = list(lambdas).index(strength)
    share = 0.6 * (1 - (rank + 1) / len(lambdas))
    return lighter(COLOURS[condition], share)


def condition_legend(table: Table, shades: bool = False) -> list[Line2D]:
    """Return legend handles of the conditions of a table."""
    handles = [
        Line2D([], [], color=COLOURS[name], marker=MARKERS[name], ms=3, label=NAMES[name])
        for name in conditions_of(table)
    ]
    if shades and len(lambdas_of(table)) > 1:
        said = ", ".join(f"{strength:g}" for strength in lambdas_of(table))
        handles.append(Line2D([], [], ls="", label=f"light to dark: $\\lambda$ = {said}"))
    return handles


def over_lambda(axes: Axes, summary: Table, measure: str) -> None:
    """Draw a measure's means and intervals over lambda, the control as a line with a band."""
    lambdas = lambdas_of(summary)
    conditions = [name for name in conditions_of(summary) if name != CONTROL]
    table = rows_where(summary, measure=measure)
    control = rows_where(table, condition=CONTROL)
    for mean, low, high in zip(control["mean"], control["low"], control["high"], strict=True):
        axes.axhline(mean, color=COLOURS[CONTROL], zorder=1)
        axes.axhspan(low, high, color=COLOURS[CONTROL], alpha=0.12, lw=0, zorder=0)
    for k, condition in enumerate(conditions):
        own = rows_where(table, condition=condition)
        order = np.argsort(own["lambda"])
        x = np.array([lambdas.index(s) for s in own["lambda"][order]], dtype=float)
        x += (k - (len(conditions) - 1) / 2) * 0.12
        mean, low, high = (own[name][order] for name in ("mean", "low", "high"))
        error = np.nan_to_num([mean - low, high - mean])
        look = {"color": COLOURS[condition], "marker": MARKERS[condition]}
        axes.errorbar(x, mean, error, ms=3, capsize=2, **look)
    axes.set_xticks(range(len(lambdas)), [f"{strength:g}" for strength in lambdas])
    axes.set_xlim(-0.4, len(lambdas) - 0.6)
    axes.set_xlabel("weight of the spatial loss, $\\lambda$")


def over_level(axes: Axes, summary: Table, measure: str, band: bool = False) -> None:
    """Draw a measure's means over its levels, a line per condition and lambda.

    With `band` the 95 % interval is shown, for the control and the largest lambda.
    """
    lambdas = lambdas_of(summary)
    table = rows_where(summary, measure=measure)
    for condition in conditions_of(summary):
        own = rows_where(table, condition=condition)
        for strength in sorted(set(own["lambda"].tolist())):
            one = rows_where(own, **{"lambda": strength})
            order = np.argsort(one["level"])
            x, mean, low, high = (one[name][order] for name in ("level", "mean", "low", "high"))
            colour = shade(condition, strength, lambdas)
            axes.plot(x, mean, marker=MARKERS[condition], ms=2, color=colour, lw=1)
            if band and strength in (0, *lambdas[-1:]):
                axes.fill_between(x, low, high, color=colour, alpha=0.15, lw=0)


def sheet(axes: Axes, values: np.ndarray, limit: float | None = None):
    """Draw one value per unit on the grid, (rows, columns), colours centred on zero.

    Parameters
    ----------
    axes : matplotlib axes
    values : (rows, columns) array
    limit : float, optional
        Of the colours; by default the 99th percentile of the absolute values.

    Returns
    -------
    matplotlib image
    """
    if limit is None:
        limit = np.nanpercentile(np.abs(values), 99) or 1.0
    drawn = axes.imshow(values, cmap="RdBu_r", vmin=-limit, vmax=limit)
    bare(axes)
    return drawn


def bare(axes: Axes) -> None:
    """Take ticks off, and show all sides of a frame."""
    axes.set_xticks([])
    axes.set_yticks([])
    plt.setp(axes.spines.values(), visible=True, linewidth=0.4)
