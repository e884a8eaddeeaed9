"""The figure of smoothness in topographic networks."""

import numpy as np

from alignment.artifacts.tables import rows_where
from alignment.figures.topography.panels import COLOURS
from alignment.figures.topography.smoothness import draw


def test_it_is_drawn_in_the_colours_of_conditions(tables, assert_summary_drawn):
    assert_summary_drawn(draw(tables["summary"]), n_panels=6)


def test_means_are_drawn_where_they_are(tables):
    figure = draw(tables["summary"])
    own = rows_where(tables["summary"], measure="morans_i", condition="WS")
    drawn = [
        line.get_ydata()
        for line in figure.axes[0].get_lines()
        if line.get_color() == COLOURS["WS"] and len(line.get_ydata()) == 2
    ]
    assert any(np.allclose(y, own["mean"][np.argsort(own["lambda"])]) for y in drawn)
