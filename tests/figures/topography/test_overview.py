"""One page of all: sheets, measures and how many claims hold."""

import numpy as np

from alignment.figures.topography.overview import draw

GRID = (11, 11)


def test_the_bars_count_the_claims(tables):
    rng = np.random.default_rng(0)
    networks = [("control", 0.0, 1), ("WS", 1.0, 1), ("AS", 1.0, 1)]
    activations = {network: rng.normal(size=(30, 121)) for network in networks}
    images = rng.integers(0, 255, (30, 28, 28, 1), dtype=np.uint8)
    page = draw(activations, images, np.arange(30) % 10, GRID, tables["summary"], tables["claims"])
    assert len(page.legends) == 1
    bars = [patch for axes in page.axes for patch in axes.patches if patch.get_width() > 0]
    same = (tables["claims"]["matching"] == "same lambda").sum()
    assert sum(round(b.get_width()) for b in bars if b.get_height() == 0.7) == same
