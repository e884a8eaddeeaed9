"""Colours of the conditions."""

import matplotlib.colors

from alignment.figures.topography.panels import COLOURS, lambdas_of, shade


def test_larger_lambdas_are_darker(tables):
    lambdas = lambdas_of(tables["summary"])
    shades = [sum(matplotlib.colors.to_rgb(shade("WS", s, lambdas))) for s in lambdas]
    assert shades == sorted(shades, reverse=True)
    assert matplotlib.colors.to_hex(shade("WS", lambdas[-1], lambdas)) == COLOURS["WS"].lower()
