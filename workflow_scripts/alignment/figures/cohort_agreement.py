"""Draw the correlation of the maps' scores between cohorts as a matrix."""

import numpy as np
import seaborn as sns

from alignment.artifacts.errors import InputError
from alignment.artifacts.tables import groups_of
from alignment.figures.charts import PAGE_WIDTH, panels_of

COLOURS = "RdBu_r"


def matrix(rows):
    """Return the cohorts of one dataset and model, and their correlations.

    Parameters
    ----------
    rows : dict of str to array
        Columns ``cohort_a, cohort_b, correlation, rank_correlation``, a row per pair.

    Returns
    -------
    cohorts : list of str
    (n, n) float64 array
        Pearson's correlations above the diagonal, where a few extreme maps count much, and
        Spearman's below it; NaN on the diagonal.
    """
    cohorts = list(dict.fromkeys([*rows["cohort_a"], *rows["cohort_b"]]))
    values = np.full((len(cohorts), len(cohorts)), np.nan)
    for a, b, r, rho in zip(
        *(rows[name] for name in ("cohort_a", "cohort_b", "correlation", "rank_correlation")),
        strict=True,
    ):
        first, second = sorted([cohorts.index(a), cohorts.index(b)])
        values[first, second], values[second, first] = r, rho
    return cohorts, values


def draw(cohorts):
    """Return the figure: a matrix per dataset and model.

    Parameters
    ----------
    cohorts : dict of str to array
        Columns ``dataset, model, cohort_a, cohort_b, correlation, rank_correlation``.

    Raises
    ------
    InputError
        No dataset has two cohorts.
    """
    designs = groups_of(cohorts, "dataset", "model")
    if not designs:
        raise InputError("config: cohorts: no dataset has two cohorts that could agree; add one.")
    n_datasets = len(set(cohorts["dataset"]))
    height = 0.78 * PAGE_WIDTH / min(len(designs), 3)
    figure, panels = panels_of(len(designs), height, header=0.3)
    for panel, ((dataset, model), rows) in zip(panels.flat, designs.items(), strict=False):
        names, values = matrix(rows)
        said = np.where(np.isnan(values), "undefined", np.char.mod("%.2f", values))
        np.fill_diagonal(said, "")
        sns.heatmap(
            # NaN has no colour of its own, and no text: what is undefined is said in white.
            np.nan_to_num(values),
            mask=np.eye(len(names), dtype=bool),
            annot=said,
            fmt="",
            cmap=COLOURS,
            vmin=-1,
            vmax=1,
            square=True,
            cbar=False,
            xticklabels=names,
            yticklabels=names,
            ax=panel,
        )
        panel.set_facecolor("0.92")
        panel.tick_params(length=0)
        panel.tick_params(axis="x", labelrotation=30)
        panel.tick_params(axis="y", labelrotation=0)
        panel.set_title(f"{dataset}: {model}" if n_datasets > 1 else model)
    bar = figure.colorbar(
        panels.flat[0].collections[0],
        ax=panels,
        fraction=0.03,
        pad=0.02,
        ticks=[-1, -0.5, 0, 0.5, 1],
    )
    bar.set_label("correlation of the maps' mean AIS\n(Pearson above, Spearman below the diagonal)")
    return figure
