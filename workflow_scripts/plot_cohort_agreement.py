"""Draw the correlation of the maps' scores between cohorts as a matrix."""

import matplotlib.pyplot as plt
import numpy as np

from alignment.figures.charts import PAGE_WIDTH, save, use_style
from alignment.artifacts.errors import InputError
from alignment.artifacts.job_log import job_log
from alignment.artifacts.tables import read_columns

COLOURS = "RdBu_r"


def matrix(rows):
    """Return the cohorts of one dataset and model, and their correlations.

    Parameters
    ----------
    rows : dict of str to array
        Columns ``cohort_a, cohort_b, correlation, rank_correlation``, a row a pair.

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


def draw(table):
    """Return the figure: a matrix a dataset and model.

    Parameters
    ----------
    table : dict of str to array
        Columns ``dataset, model, cohort_a, cohort_b, correlation, rank_correlation``.

    Raises
    ------
    InputError
        No dataset has two cohorts.
    """
    designs = list(dict.fromkeys(zip(table["dataset"], table["model"], strict=True)))
    if not designs:
        raise InputError("config: cohorts: no dataset has two cohorts that could agree; add one.")
    n_datasets = len(set(table["dataset"]))
    columns = min(len(designs), 3)
    rows = -(-len(designs) // columns)
    figure, panels = plt.subplots(
        rows, columns, figsize=(PAGE_WIDTH, 0.3 + PAGE_WIDTH / columns * 0.78 * rows), squeeze=False
    )
    for panel in panels.flat[len(designs) :]:
        panel.set_axis_off()
    for panel, (dataset, model) in zip(panels.flat, designs, strict=False):
        here = (table["dataset"] == dataset) & (table["model"] == model)
        cohorts, values = matrix({name: column[here] for name, column in table.items()})
        image = panel.imshow(values, cmap=COLOURS, vmin=-1, vmax=1)
        panel.set_facecolor("0.92")
        for i, j in zip(*np.nonzero(~np.eye(len(cohorts), dtype=bool)), strict=True):
            value = values[i, j]
            panel.text(
                j,
                i,
                "undefined" if np.isnan(value) else f"{value:.2f}",
                ha="center",
                va="center",
                color="white" if abs(value) > 0.6 else "black",
            )
        panel.set_xticks(range(len(cohorts)), cohorts, rotation=30, ha="right")
        panel.set_yticks(range(len(cohorts)), cohorts)
        panel.tick_params(length=0)
        panel.spines[:].set_visible(False)
        panel.set_title(f"{dataset}: {model}" if n_datasets > 1 else model)
    bar = figure.colorbar(image, ax=panels, fraction=0.03, pad=0.02, ticks=[-1, -0.5, 0, 0.5, 1])
    bar.set_label("correlation of the maps' mean AIS\n(Pearson above, Spearman below the diagonal)")
    return figure


def main(input, output):
    use_style(input.style)
    save(draw(read_columns(input.cohorts)), output.png, output.pdf)


if __name__ == "__main__":
    with job_log(snakemake.log[0]):
        main(snakemake.input, snakemake.output)
