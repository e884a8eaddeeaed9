"""Made-up tables of topographic networks."""

import matplotlib.colors
import numpy as np
import pytest

from alignment.figures.topography.panels import COLOURS
from alignment.topography.claims import decide
from alignment.topography.comparisons import summarize
from alignment.topography.measures import measure, unit_profiles
from alignment.topography.sheet import grid_distances, neighbour_pairs

GRID = (11, 11)
CELLS = [("control", 0.0), ("WS", 0.3), ("WS", 1.0), ("AS", 0.3), ("AS", 1.0)]
SEEDS = (1, 2, 3)
rng = np.random.default_rng(0)


def columns(names, rows):
    return {n: np.array(column) for n, column in zip(names, zip(*rows, strict=True), strict=True)}


def recorded(n_images=30):
    arrays = {"activations": rng.normal(size=(n_images, 121)), "labels": np.arange(n_images) % 10}
    changed = ("mirrored_left_right", "mirrored_up_down", "without_centre", "without_surround")
    arrays |= {name: rng.normal(size=(n_images, 121)) for name in changed}
    return arrays | {
        "gratings": rng.normal(size=(12, 3, 4, 121)),
        "weights": rng.normal(size=(121, 8)),
    }


@pytest.fixture(scope="package")
def tables():
    """Measures of 15 networks, their summary, and the verdicts."""
    rows, units = [], []
    noises = ("white", "pink", "salt_and_pepper", "weights_relative", "weights_absolute")
    distances, pairs = grid_distances(GRID), neighbour_pairs(GRID)
    for condition, strength in CELLS:
        for seed in SEEDS:
            made = recorded()
            found = measure(made, distances, pairs)
            found += [(f"accuracy_{p}", np.nan, 0.9) for p in ("test", "validation", "training")]
            found += [
                (f"{what}_{noise}", level, base - level + rng.normal(0, 0.01))
                for noise in noises
                for level in (0.1, 0.2)
                for what, base in (("accuracy", 0.9), ("change", 0.0))
            ]
            rows += [(condition, strength, seed, *row) for row in found]
            profiles = unit_profiles(made)
            units += [
                (condition, strength, seed, *values)
                for values in zip(*profiles.values(), strict=True)
            ]
    names = ("condition", "lambda", "seed", "measure", "level", "value")
    table = columns(names, rows)
    summary, verdicts = summarize("digits", table), decide("digits", "digits", table, 10)
    return {
        "summary": columns(summary[0], [row.values() for row in summary]),
        "claims": columns(verdicts[0], [row.values() for row in verdicts]),
        "units": columns(("condition", "lambda", "seed", *profiles), units),
    }


def colours_of(figure):
    """The colours of a figure's lines and markers."""
    lines = [line for axes in figure.axes for line in axes.get_lines()]
    return {matplotlib.colors.to_hex(line.get_color()) for line in lines}


@pytest.fixture
def assert_summary_drawn(saved):
    """Assert that a figure of summaries has its panels, in the colours of the conditions."""

    def check(figure, n_panels):
        panels = [axes for axes in figure.axes if axes.get_ylabel() or axes.get_xlabel()]
        assert len(figure.axes) == n_panels
        assert all(axes.get_lines() for axes in figure.axes)
        assert len(panels) >= 3
        assert {COLOURS[c].lower() for c in ("control", "WS", "AS")} <= colours_of(figure)
        (legend,) = figure.legends
        assert "WS (similar weights)" in [text.get_text() for text in legend.get_texts()]
        saved(figure, width=round(300 * figure.get_figwidth()))

    return check
