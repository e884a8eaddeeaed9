"""Draw how models agree in each image, against how unsure they are of its class."""

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.lines import Line2D

from alignment.figures.charts import PAGE_WIDTH, save, use_style
from alignment.artifacts.errors import InputError
from alignment.artifacts.job_log import job_log
from alignment.artifacts.tables import read_columns


def draw(tables, summary, cohorts):
    """Return the figure.

    Parameters
    ----------
    tables : dict of cohort to dict of str to array
        Columns of the images' agreement.
    summary : dict of str to array
        Columns of its summary.
    cohorts : list of str

    Raises
    ------
    InputError
        There are no two models.
    """
    pairs = list(dict.fromkeys(zip(summary["model_a"], summary["model_b"], strict=True)))
    if not pairs:
        raise InputError("config: models: agreement is between models; name a second one.")
    cycle = plt.rcParams["axes.prop_cycle"].by_key()["color"]
    columns = min(len(cohorts), 3)
    rows = -(-len(cohorts) // columns)
    figure, panels = plt.subplots(
        rows,
        columns,
        figsize=(PAGE_WIDTH, 0.7 + (2.0 + 0.12 * len(pairs)) * rows),
        sharex=True,
        sharey=True,
        squeeze=False,
    )
    for panel in panels.flat[len(cohorts) :]:
        panel.set_axis_off()
    for panel, cohort in zip(panels.flat, cohorts, strict=False):
        table, title = tables[cohort], [cohort]
        for k, pair in enumerate(pairs):
            colour = cycle[k % len(cycle)]
            entropy, correlation = _points(table, pair)
            panel.plot(
                entropy, correlation, "o", color=colour, markersize=3, alpha=0.7, markeredgewidth=0
            )
            (row,) = np.flatnonzero(
                (summary["cohort"] == cohort)
                & (summary["model_a"] == pair[0])
                & (summary["model_b"] == pair[1])
            )
            panel.axhline(summary["correlation"][row], color=colour, lw=1)
            panel.axhline(summary["correlation_others"][row], color=colour, lw=1, ls=":")
            title.append(_said({name: column[row] for name, column in summary.items()}))
        panel.set_title("\n".join(title), fontsize=7)
        panel.axhline(0, color="0.8", lw=0.6, zorder=0)
    for panel in panels[-1]:
        panel.set_xlabel("larger class entropy (nats)")
    for panel in panels[:, 0]:
        panel.set_ylabel("correlation of two\nmodels' heatmaps")
    handles = [
        Line2D(
            [],
            [],
            marker="o",
            ls="",
            markersize=3,
            color=cycle[k % len(cycle)],
            label=" - ".join(p),
        )
        for k, p in enumerate(pairs)
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


def main(input, output, params):
    use_style(input.style)
    paths = zip(params.cohorts, input.agreement, strict=True)
    tables = {cohort: read_columns(path) for cohort, path in paths}
    figure = draw(tables, read_columns(input.summary), params.cohorts)
    save(figure, output.png, output.pdf)


if __name__ == "__main__":
    with job_log(snakemake.log[0]):
        main(snakemake.input, snakemake.output, snakemake.params)
