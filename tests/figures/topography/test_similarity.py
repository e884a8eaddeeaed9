"""The matrix of similarities between topographic networks."""

import numpy as np
from designs import columns

from alignment.figures.topography.similarity import draw
from alignment.topography.representations import pair_rows, summarize_pairs

CELLS = [("control", 0.0), ("WS", 0.3), ("WS", 1.0), ("AS", 0.3), ("AS", 1.0)]
SEEDS = (1, 2, 3)


def test_similarities_stand_in_both_halves_of_the_matrix():
    networks = [(*cell, seed) for cell in CELLS for seed in SEEDS]
    rng = np.random.default_rng(0)
    vectors = {what: rng.normal(size=(len(networks), 20)) for what in ("images", "classes")}
    rows = summarize_pairs(pair_rows(networks, vectors))
    figure = draw(columns(rows))
    matrix = figure.axes[0].get_images()[0].get_array()
    np.testing.assert_array_equal(matrix, matrix.T)
    assert np.isfinite(matrix.filled(np.nan)).all()
    assert len(figure.axes[0].texts) == len(CELLS) ** 2
