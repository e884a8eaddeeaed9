"""What the figures share: how a model looks, words for axes, widths, saving."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import matplotlib
from matplotlib.axes import Axes
from matplotlib.backends.backend_pdf import FigureCanvasPdf
from matplotlib.figure import Figure

matplotlib.use("Agg")

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.lines import Line2D

from alignment.artifacts.files import telling_why_not
from alignment.importance.folds import few_of_a_fold

PAGE_WIDTH = 7.0  # inches: two columns of a journal page
COLUMN_WIDTH = 85 / 25.4  # inches: one column
FIT_NAMES = {
    "r2": "explained variance $R^2$",
    "pearson": "correlation $r$",
    "spearman": "rank correlation $\\rho$",
}
MARKERS = "osD^vP"
LINES = ("-", (0, (5, 1.5)), (0, (1.5, 1)), (0, (5, 1.5, 1.5, 1.5)), (0, (10, 2)))
# A level to compare networks with: broad and grey, as no network is drawn.
LEVEL = {"color": "0.75", "linestyle": "-", "linewidth": 2.4, "zorder": 0.5}
CEILING = LEVEL
ERROR_BAR = {"elinewidth": 1, "capsize": 2, "capthick": 1}
# Of differences that are tested over folds: intervals of one kind, which can be compared
INTERVALS = "bars: 95 % intervals, each uncorrected"
CEILING_LABEL = "ceiling set by the judgments"
# The section of the config that the names in a column come from
SECTIONS = {"dataset": "datasets", "cohort": "cohorts", "model": "models"}
SECTIONS |= {f"{name}_{side}": SECTIONS[name] for name in ("cohort", "model") for side in "ab"}


def use_style(path: str | Path) -> None:
    """Make a style sheet the look of all figures drawn from here on."""
    plt.style.use(path)


def plain(text: str) -> str:
    """Return a text as people wrote it, in which dollars do not begin a formula."""
    return text.replace("$", r"\$")


def labelled(
    table: Mapping[str, np.ndarray], labels: Mapping[str, Mapping[str, str]]
) -> dict[str, np.ndarray]:
    """Return a table with names replaced by what figures call them.

    Parameters
    ----------
    table : dict of str to array
    labels : mapping of section of the config ("datasets", "cohorts", "models") to labels by name
        Names without a label stay.
    """
    return {
        name: np.array(
            [plain(labels[section].get(value, value)) for value in column.tolist()], dtype=str
        )
        if (section := SECTIONS.get(name)) in labels
        else column
        for name, column in table.items()
    }


@dataclass(frozen=True)
class Look:
    """How a model is drawn, the same in every figure: told apart in colour and in grey.

    Attributes
    ----------
    colour, marker : str
    line : matplotlib line style
    """

    colour: str
    marker: str
    line: Any

    def point(self, size: float = 4.5, hollow: bool = False) -> dict[str, Any]:
        """Return the keywords of a mark, for ``plot`` and for legends."""
        inside = "white" if hollow else self.colour
        return {
            "linestyle": "",
            "marker": self.marker,
            "markersize": size,
            "color": self.colour,
            "markerfacecolor": inside,
        }


NEUTRAL = Look("0.3", "o", "-")  # of no model, in legends


def looks(models: Sequence[str]) -> dict[str, Look]:
    """Return how each model looks, by its place in the config."""
    colours = plt.rcParams["axes.prop_cycle"].by_key()["color"]
    return {
        model: Look(colours[k % len(colours)], MARKERS[k % len(MARKERS)], LINES[k % len(LINES)])
        for k, model in enumerate(models)
    }


def keys_of(looks: Mapping[str, Look]) -> list[Line2D]:
    """Return the entries of a legend that say which model is which."""
    return [Line2D([], [], **look.point(), label=model) for model, look in looks.items()]


def places(n: int, width: float = 0.8) -> np.ndarray:
    """Return where n things stand beside one another around zero, within a width."""
    return ((np.arange(n) + 0.5) / n - 0.5) * width


def limits_of_fits(
    panels: Sequence[Axes], axis: str, with_ceiling: bool, room: float = 0.05
) -> tuple[float, float]:
    """Return the ends of an axis of fits that panels share, with zero on it.

    Parameters
    ----------
    panels : sequence of panels in which the fits are drawn
    axis : {"x", "y"}
    with_ceiling : bool
        Such an axis goes to one, so that what is left to explain is seen.  Without, weak fits have
        it for themselves.
    room : float
        What is left beyond the fits, as a share of the axis.
    """
    spans = np.array([getattr(panel.dataLim, f"interval{axis}") for panel in panels])
    span = spans[:, 0].min(), spans[:, 1].max()
    # Infinite where nothing is drawn
    low, high = np.where(np.isfinite(span), span, (0, 1))
    low, high = min(low, 0), max(high, 0)
    room *= high - low
    low, high = low - room * (low < 0), high + room
    return low, max(high, 1.0) if with_ceiling else high


def number_maps(panel: Axes, most: int, every: int = 1, **beside: float) -> None:
    """Make numbers of maps, up to the most, the logarithmic x axis of a panel.

    Every so many powers of ten have their number.  What stands beside the numbers is given as place
    by word, and said a line lower.
    """
    tens = [10**power for power in range(1 + int(np.log10(most)))]
    labels = ["" if power % every else f"{ten:,}" for power, ten in enumerate(tens)]
    labels += [f"\n{word}" for word in beside]
    panel.set_xscale("log")
    panel.set_xticks([*tens, *beside.values()], labels)
    panel.minorticks_off()


def star(p: float) -> str:
    """Return what marks a test."""
    return "*" if p < 0.05 else ""


def significant(sides: str) -> str:
    """Say what a star stands for, of tests that are one-sided or two-sided."""
    return f"p < .05, {sides}, after Holm's correction"


def star_key(p: Iterable[float], meaning: str = significant("two-sided"), none: str = "no") -> str:
    """Say what the stars of some tests mean; with the word for none where there are no stars."""
    return f"{'*' if any(map(star, p)) else none} {meaning}"


def number(value: float, digits: int = 2) -> str:
    """Return a number as text, with a minus sign, not a hyphen, and none before zero."""
    return f"{value:z.{digits}f}".replace("-", "\N{MINUS SIGN}")


def count(values: Iterable[float]) -> str:
    """Return a count as text; where it differs from case to case, the least and the most."""
    known = sorted({int(value) for value in values})
    return " to ".join(str(value) for value in dict.fromkeys([known[0], known[-1]]))


def lighter(colour: str, share: float = 0.55) -> tuple[float, float, float]:
    """Return a colour mixed with white."""
    rgb = matplotlib.colors.to_rgb(colour)
    return tuple(1 - (1 - channel) * (1 - share) for channel in rgb)


def source_label(source: str, kind: str) -> str:
    """Return how a source of saliency maps is called in figures, which says what it is."""
    name = "centred Gaussian" if kind == "baseline" else source.replace("_", " ")
    return f"{name}\n({kind})" if kind in ("baseline", "bottom-up saliency") else source


def designs_of(table: Mapping[str, np.ndarray]) -> tuple[list[str], list[str]]:
    """Return the cohorts and the models of a table, in its order, which is that of the config."""
    return list(dict.fromkeys(table["cohort"])), list(dict.fromkeys(table["model"]))


def ceilings_of(table: Mapping[str, np.ndarray]) -> dict[str, float]:
    """Return the ceiling of every cohort; NaN where there are no observers."""
    return dict(zip(table["cohort"], table["ceiling"], strict=True))


def any_known(ceilings: Mapping[str, float]) -> bool:
    """Tell whether a figure shows a ceiling: see :func:`ceilings_of`."""
    return bool(np.isfinite(list(ceilings.values())).any())


def with_images(
    cohorts: Iterable[str], table: Mapping[str, np.ndarray], folds: Mapping[str, Any]
) -> list[str]:
    """Return cohorts with their number of images, and of those of a fold where they are few.

    Parameters
    ----------
    cohorts : iterable of str
    table : dict of str to array
        The table of ceilings, in which the numbers of images stand.
    folds : mapping
        ``unit`` and ``n_folds``.
    """
    n_images = dict(zip(table["cohort"].tolist(), table["n_images"].tolist(), strict=True))
    said = []
    for cohort in cohorts:
        few = few_of_a_fold(n_images[cohort], folds["n_folds"], folds["unit"])
        note = f" ({few} a fold: few)" if few else ""
        said.append(f"{cohort}\nn = {n_images[cohort]}{note}")
    return said


def spread(n_images: int, n_shown: int) -> np.ndarray:
    """Return the indices of images spread evenly over a cohort."""
    return np.unique(np.linspace(0, n_images - 1, min(n_images, n_shown)).round().astype(int))


def save(figure: Figure, png: str | Path, pdf: str | Path) -> None:
    """Write a figure as PNG and as PDF, so that equal figures are equal files."""
    if (dots := plt.rcParams["savefig.dpi"]) != "figure":
        figure.set_dpi(dots)
    with telling_why_not(png):
        # Drawn once, which lays the figure out too; `savefig` draws once for each.
        figure.canvas.print_png(png)
    # The PDF is laid out as the PNG was: working it out again takes as long as drawing.
    figure.set_layout_engine("none")
    write_pdf(figure, pdf)
    plt.close(figure)


def write_pdf(figure: Figure, path: str | Path) -> None:
    """Write a figure that is laid out as PDF, without a date; what is no vector has its dots."""
    with telling_why_not(path):
        FigureCanvasPdf(figure).print_pdf(path, metadata={"CreationDate": None})
