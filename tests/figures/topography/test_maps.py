"""Sheets of activity, one per network."""

import numpy as np

from alignment.figures.topography.maps import draw, examples

GRID = (11, 11)


def test_sheets_are_drawn_for_each_network(tables):
    rng = np.random.default_rng(0)
    networks = [("control", 0.0, 1), ("WS", 1.0, 1), ("AS", 1.0, 1)]
    activations = {network: rng.normal(size=(30, 121)) for network in networks}
    images = rng.integers(0, 255, (30, 28, 28, 1), dtype=np.uint8)
    labels = np.arange(30) % 10
    figure = draw(activations, tables["units"], images, labels, GRID)
    sheets = [i.get_array() for axes in figure.axes for i in axes.get_images()]
    for network in networks:
        expected = activations[network][examples(labels)[0]].reshape(GRID)
        scale = activations[network].std()
        assert any(s.shape == GRID and np.allclose(s, expected / scale) for s in sheets)
