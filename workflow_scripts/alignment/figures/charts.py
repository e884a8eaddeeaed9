"""What the figures share: the look, the colour of a model, words for axes, saving."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import matplotlib
from matplotlib.figure import Figure

matplotlib.use("Agg")

import matplotlib.pyplot as plt
import numpy as np

PAGE_WIDTH = 7.0  # inches: two columns of a journal page
FIT_NAMES = {
    "r2": "explained variance $R^2$",
    "pearson": "correlation $r$",
    "spearman": "rank correlation $\\rho$",
}


def use_style(path: str | Path) -> None:
    """Make a style sheet the look of all figures drawn from here on."""
    plt.style.use(path)


def model_colours(models: Sequence[str]) -> dict[str, str]:
    """Return the colour of every model: the same in every figure of a config."""
    cycle = plt.rcParams["axes.prop_cycle"].by_key()["color"]
    return {model: cycle[k % len(cycle)] for k, model in enumerate(models)}


def lighter(colour: str, share: float = 0.55) -> tuple[float, float, float]:
    """Return a colour mixed with white."""
    rgb = matplotlib.colors.to_rgb(colour)
    return tuple(1 - (1 - channel) * (1 - share) for channel in rgb)


def source_label(source: str, kind: str) -> str:
    """Return how a source of saliency maps is called in figures, which says what it is."""
    name = "centred Gaussian" if kind == "baseline" else source.replace("_", " ")
    return f"{name}\n({kind})" if kind in ("baseline", "bottom-up saliency") else source


def panels_of(n: int, height: float, header: float, **kwargs):
    """Return a figure and its (rows, columns) panels for n things, up to three side by side.

    Parameters
    ----------
    n : int
    height : float
        Inches of a row of panels.
    header : float
        Inches for what stands above them.
    **kwargs
        Of :func:`matplotlib.pyplot.subplots`.
    """
    columns = min(n, 3)
    rows = -(-n // columns)
    figure, panels = plt.subplots(
        rows, columns, figsize=(PAGE_WIDTH, header + height * rows), squeeze=False, **kwargs
    )
    for panel in panels.flat[n:]:
        panel.set_axis_off()
    return figure, panels


def designs_of(table: Mapping[str, np.ndarray]) -> tuple[list[str], list[str]]:
    """Return the cohorts and the models of a table, in its order, which is that of the config."""
    return list(dict.fromkeys(table["cohort"])), list(dict.fromkeys(table["model"]))


def ceilings_of(table: Mapping[str, np.ndarray]) -> dict[str, float]:
    """Return the ceiling of every cohort; NaN where there are no observers."""
    return dict(zip(table["cohort"], table["ceiling"], strict=True))


def spread(n_images: int, n_shown: int) -> np.ndarray:
    """Return the indices of images spread evenly over a cohort."""
    return np.unique(np.linspace(0, n_images - 1, min(n_images, n_shown)).round().astype(int))


def save(figure: Figure, png: str | Path, pdf: str | Path) -> None:
    """Write a figure as PNG and as PDF, without a date, so that equal figures are equal files."""
    figure.savefig(png)
    figure.savefig(pdf, metadata={"CreationDate": None})
    plt.close(figure)
