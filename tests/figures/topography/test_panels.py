"""Colours and marks of the conditions."""

import matplotlib.colors
import matplotlib.pyplot as plt

from alignment.figures.topography.panels import (
    COLOURS,
    MARKERS,
    condition_legend,
    conditions_of,
    lambdas_of,
    over_lambda,
    over_level,
    shade,
)


def test_larger_lambdas_are_darker(tables):
    lambdas = lambdas_of(tables["summary"])
    shades = [sum(matplotlib.colors.to_rgb(shade("WS", s, lambdas))) for s in lambdas]
    assert shades == sorted(shades, reverse=True)
    assert matplotlib.colors.to_hex(shade("WS", lambdas[-1], lambdas)) == COLOURS["WS"].lower()


def test_conditions_have_marks_of_their_own_in_every_panel_and_in_legends(tables):
    assert len(set(MARKERS.values())) == len(MARKERS) == len(COLOURS)
    summary = tables["summary"]
    known = {matplotlib.colors.to_hex(COLOURS[c]): MARKERS[c] for c in conditions_of(summary)}
    _, (left, right) = plt.subplots(1, 2)
    over_lambda(left, summary, "accuracy_test")
    over_level(right, summary, "accuracy_weights_relative")
    marks = [line.get_marker() for line in left.lines if line.get_marker() in MARKERS.values()]
    assert set(marks) == set(known.values()) - {MARKERS["control"]}
    assert {line.get_marker() for line in right.lines} == set(known.values())
    for key in condition_legend(summary):
        assert key.get_marker() == known[matplotlib.colors.to_hex(key.get_color())]
