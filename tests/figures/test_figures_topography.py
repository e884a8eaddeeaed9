"""Figures of topographic networks, drawn from made-up tables."""

from importlib import import_module

import matplotlib.colors
import matplotlib.pyplot as plt
import numpy as np
import pytest

from alignment.figures.topography import claims as claims_figure
from alignment.figures.topography import importance, maps, overview, similarity
from alignment.figures.topography.panels import COLOURS, MEASURES, lambdas_of, rows_with, shade
from alignment.topography.claims import claims, decide
from alignment.topography.comparisons import summarize
from alignment.topography.measures import QUANTILES, measure, unit_profiles
from alignment.topography.representations import pair_rows, summarize_pairs
from alignment.topography.sheet import grid_distances, neighbour_pairs

GRID = (11, 11)
CELLS = [("control", 0.0), ("WS", 0.3), ("WS", 1.0), ("AS", 0.3), ("AS", 1.0)]
SEEDS = (1, 2, 3)
SUMMARY_FIGURES = {
    "accuracy": 6,
    "weight_noise": 4,
    "input_noise": 6,
    "smoothness": 6,
    "correlation": 6,
    "dimensionality": 9,
    "profiles": 6,
}
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


@pytest.fixture(scope="module")
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


@pytest.fixture(autouse=True)
def close():
    yield
    plt.close("all")


def colours_of(figure):
    """The colours of a figure's lines and markers."""
    lines = [line for axes in figure.axes for line in axes.get_lines()]
    return {matplotlib.colors.to_hex(line.get_color()) for line in lines}


@pytest.mark.parametrize("name", SUMMARY_FIGURES)
def test_summaries_are_drawn_in_the_colours_of_conditions(tables, name):
    figure = import_module(f"alignment.figures.topography.{name}").draw(tables["summary"])
    panels = [axes for axes in figure.axes if axes.get_ylabel() or axes.get_xlabel()]
    assert len(figure.axes) == SUMMARY_FIGURES[name]
    assert all(axes.get_lines() for axes in figure.axes)
    assert len(panels) >= 3
    assert {COLOURS[c].lower() for c in ("control", "WS", "AS")} <= colours_of(figure)
    (legend,) = figure.legends
    assert "WS (similar weights)" in [text.get_text() for text in legend.get_texts()]


def test_means_are_drawn_where_they_are(tables):
    figure = import_module("alignment.figures.topography.smoothness").draw(tables["summary"])
    own = rows_with(tables["summary"], measure="morans_i", condition="WS")
    drawn = [
        line.get_ydata()
        for line in figure.axes[0].get_lines()
        if line.get_color() == COLOURS["WS"] and len(line.get_ydata()) == 2
    ]
    assert any(np.allclose(y, own["mean"][np.argsort(own["lambda"])]) for y in drawn)


def test_larger_lambdas_are_darker(tables):
    lambdas = lambdas_of(tables["summary"])
    shades = [sum(matplotlib.colors.to_rgb(shade("WS", s, lambdas))) for s in lambdas]
    assert shades == sorted(shades, reverse=True)
    assert matplotlib.colors.to_hex(shade("WS", lambdas[-1], lambdas)) == COLOURS["WS"].lower()


def test_similarities_stand_in_both_halves_of_the_matrix():
    networks = [(*cell, seed) for cell in CELLS for seed in SEEDS]
    vectors = {what: rng.normal(size=(len(networks), 20)) for what in ("images", "classes")}
    rows = summarize_pairs(pair_rows(networks, vectors))
    figure = similarity.draw(columns(rows[0], [row.values() for row in rows]))
    matrix = figure.axes[0].get_images()[0].get_array()
    np.testing.assert_array_equal(matrix, matrix.T)
    assert np.isfinite(matrix.filled(np.nan)).all()
    assert len(figure.axes[0].texts) == len(CELLS) ** 2


def test_every_claim_has_a_line_with_both_verdicts(tables):
    figure = claims_figure.draw(tables["claims"], "digits")
    (axes,) = figure.axes
    n_rows = len(tables["claims"]["claim"])
    assert len(axes.get_lines()) == n_rows
    said = [text.get_text() for text in axes.texts]
    assert sum("[" in text for text in said) == n_rows
    assert {claim.topic for claim in claims()} <= set(said)
    words = {MEASURES.get(m, m.replace("_", " ")) for m in tables["claims"]["measure"]}
    assert words <= set(said)
    assert not any("_" in text for text in said)


def test_numbers_are_short():
    assert [claims_figure.short(x) for x in (0.12345, -3.21, 123.4)] == ["0.12", "-3.21", "123"]


def test_sheets_are_drawn_for_each_network(tables):
    networks = [("control", 0.0, 1), ("WS", 1.0, 1), ("AS", 1.0, 1)]
    activations = {network: rng.normal(size=(30, 121)) for network in networks}
    images = rng.integers(0, 255, (30, 28, 28, 1), dtype=np.uint8)
    labels = np.arange(30) % 10
    figure = maps.draw(activations, tables["units"], images, labels, GRID)
    sheets = [i.get_array() for axes in figure.axes for i in axes.get_images()]
    expected = activations["WS", 1.0, 1][maps.examples(labels)[0]].reshape(GRID)
    scale = activations["WS", 1.0, 1].std()
    assert any(s.shape == GRID and np.allclose(s, expected / scale) for s in sheets)
    page = overview.draw(activations, images, labels, GRID, tables["summary"], tables["claims"])
    assert len(page.legends) == 1
    bars = [patch for axes in page.axes for patch in axes.patches if patch.get_width() > 0]
    same = (tables["claims"]["matching"] == "same lambda").sum()
    assert sum(round(b.get_width()) for b in bars if b.get_height() == 0.7) == same


def test_maps_of_importance_are_centred_on_zero():
    names = ("condition", "lambda", "seed", "row", "column", "ais")
    networks = [(*cell, seed) for cell in CELLS for seed in SEEDS]
    units = [
        (*network, *divmod(unit, 11), rng.normal() / 1000)
        for network in networks
        for unit in range(121)
    ]
    rows = [(*network, 0.05, 0.1, 0.2) for network in networks]
    told = columns(("condition", "lambda", "seed", "fit", "morans_i", "p"), rows)
    figure = importance.draw(columns(names, units), told)
    drawn = [image for axes in figure.axes for image in axes.get_images()]
    assert len(drawn) >= 9
    for image in drawn[:9]:
        low, high = image.get_clim()
        assert low == -high
    assert len(QUANTILES) == 5
