"""Draw the correlations of the maps' scores between cohorts as matrices."""

import matplotlib.pyplot as plt
import numpy as np

from alignment.artifacts.errors import InputError
from alignment.artifacts.tables import groups_of
from alignment.figures.charts import COLUMN_WIDTH, PAGE_WIDTH, number

COLOURS = "RdBu_r"
COEFFICIENTS = {"correlation": "Pearson (scores)", "rank_correlation": "Spearman (ranks)"}
MOST_IN_A_COLUMN = 3  # cohorts
DARK = 0.65  # beyond it, correlations have colours on which white is easier to read than black
MUCH = 0.1  # a correlation that one map changes by more is shown without that map as well


def matrix(rows, column):
    """Return the cohorts of one dataset and model, and a column of their pairs as a matrix.

    Parameters
    ----------
    rows : dict of str to array
        A row per pair, with the columns ``cohort_a``, ``cohort_b`` and `column`.
    column : str

    Returns
    -------
    cohorts : list of str
    (n, n) float64 array
        Symmetric; NaN on the diagonal.
    """
    cohorts = list(dict.fromkeys([*rows["cohort_a"], *rows["cohort_b"]]))
    values = np.full((len(cohorts), len(cohorts)), np.nan)
    for a, b, value in zip(rows["cohort_a"], rows["cohort_b"], rows[column], strict=True):
        first, second = cohorts.index(a), cohorts.index(b)
        values[first, second] = values[second, first] = value
    return cohorts, values


def draw(cohorts):
    """Return the figure: a row per dataset and model, a matrix per coefficient.

    Parameters
    ----------
    cohorts : dict of str to array
        A row per pair of cohorts: columns ``dataset, model, cohort_a, cohort_b, n_images_a,
        n_images_b, n_shared, correlation, rank_correlation, influential_map,
        correlation_without``.

    Raises
    ------
    InputError
        No dataset has two cohorts.
    """
    designs = groups_of(cohorts, "dataset", "model")
    if not designs:
        raise InputError("config: cohorts: no dataset has two cohorts that could agree; add one.")
    n_datasets = len(set(cohorts["dataset"]))
    most = max(len(matrix(rows, "n_shared")[0]) for rows in designs.values())
    width = COLUMN_WIDTH if most <= MOST_IN_A_COLUMN else PAGE_WIDTH
    figure, panels = plt.subplots(
        len(designs),
        len(COEFFICIENTS),
        figsize=(width, 1.0 + 0.38 * width * len(designs)),
        squeeze=False,
    )
    for row, ((dataset, model), pairs) in zip(panels, designs.items(), strict=True):
        for panel, column in zip(row, COEFFICIENTS, strict=True):
            _draw_matrix(panel, pairs, column)
        row[1].set_yticklabels([])
        row[0].set_ylabel(f"{dataset}\n{model}" if n_datasets > 1 else model)
    for panel, title in zip(panels[0], COEFFICIENTS.values(), strict=True):
        panel.set_title(title)
    bar = figure.colorbar(
        panels.flat[0].collections[0],
        ax=panels,
        location="bottom",
        fraction=0.04,
        aspect=30,
        ticks=[-1, -0.5, 0, 0.5, 1],
    )
    bar.set_label("correlation of the maps'\nmean AIS in two cohorts")
    return figure


def _draw_matrix(panel, pairs, column):
    """Draw what lies below the diagonal: a row and a column less than there are cohorts."""
    names, values = matrix(pairs, column)
    _, shared = matrix(pairs, "n_shared")
    values, shared = values[1:, :-1], np.nan_to_num(shared[1:, :-1])
    said_names = [f"{name}\nn = {n}" for name, n in _sizes(pairs, names).items()]
    said = np.char.add(np.vectorize(_known)(values), np.char.mod("\n%d shared", shared))
    if column == "correlation":
        said = np.char.add(said, _without_one(pairs, values))
    below = np.tril_indices_from(values)
    shown = np.ma.masked_all_like(values)
    # NaN has no colour of its own: as 0, what is undefined is white.
    shown[below] = np.nan_to_num(values[below])
    panel.pcolormesh(shown, cmap=COLOURS, vmin=-1, vmax=1, edgecolors="white", linewidth=0.5)
    panel.invert_yaxis()
    for i, j in zip(*below, strict=True):
        colour = "white" if abs(values[i, j]) > DARK else "0.15"
        look = {"fontsize": 6, "color": colour, "ha": "center", "va": "center"}
        panel.text(j + 0.5, i + 0.5, said[i, j], **look)
    middles = np.arange(len(values)) + 0.5
    panel.set_xticks(middles, said_names[:-1])
    panel.set_yticks(middles, said_names[1:], va="center")
    panel.spines[:].set_visible(False)
    panel.tick_params(length=0)
    panel.tick_params(axis="x", labelrotation=0 if len(names) <= MOST_IN_A_COLUMN else 30)
    panel.tick_params(axis="y", labelrotation=0)


def _without_one(pairs, values):
    """Say what is left of correlations that hang on a single map when it is left out."""
    without, of_map = (
        matrix(pairs, column)[1][1:, :-1] for column in ("correlation_without", "influential_map")
    )
    alone = np.abs(values - without) > MUCH
    said = [
        f"\nwithout map\n{f:.0f}: {number(r)}" if own else ""
        for own, r, f in zip(alone.flat, without.flat, of_map.flat, strict=True)
    ]
    return np.array(said).reshape(values.shape)


def _sizes(pairs, names):
    """Return the number of images of each cohort."""
    sizes = {}
    for side in "ab":
        sizes |= zip(pairs[f"cohort_{side}"], pairs[f"n_images_{side}"].tolist(), strict=True)
    return {name: sizes[name] for name in names}


def _known(value):
    return "undefined" if np.isnan(value) else number(value)
