"""Legends above figures fit into their width, and have room."""

import matplotlib.pyplot as plt
import pytest

from alignment.figures.legends import FRAME, ROW, extra_for_legend, legend_above


@pytest.mark.parametrize(("words", "columns"), [(1, 3), (3, 2), (6, 1), (40, 1)])
def test_a_legend_takes_no_more_columns_than_fit(words, columns):
    figure = plt.figure(figsize=(4, 2))
    keys = [plt.Line2D([], [], label=" ".join(["network"] * words)) for _ in range(5)]
    legend = legend_above(figure, [*keys, plt.Line2D([], [], label="")], 3)
    assert figure.legends == [legend]
    assert legend._ncols == columns
    assert len(legend.get_texts()) == (5 if columns == 1 else 6)
    if words < 40:
        figure.canvas.draw()
        assert 0 <= legend.get_window_extent().x0 < legend.get_window_extent().x1 <= 400
    plt.close(figure)


@pytest.mark.parametrize("n", [1, 4, 5, 12])
def test_rows_beyond_those_planned_for_have_extra_room(n):
    keys = [plt.Line2D([], [], label=f"network {k}") for k in range(n)]
    extra = extra_for_legend(keys, 1, width=4, planned_rows=4)
    figure = plt.figure(figsize=(4, 6))
    legend_above(figure, keys, 1)
    figure.canvas.draw()
    height = figure.legends[0].get_window_extent().height / figure.dpi
    assert extra == pytest.approx(max(0, height - 4 * ROW - FRAME))
    assert (extra > 0) == (n > 4)
