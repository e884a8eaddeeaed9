"""How panels stand on a page."""

import matplotlib.pyplot as plt
import pytest

from alignment.figures.layout import lowest_of, panels_of


@pytest.mark.parametrize("n", [1, 3, 4, 5, 6, 7])
def test_the_lowest_panel_of_each_column_has_ticks_below(n):
    figure, panels = panels_of(n, 1, 1, sharex=True)
    lowest = lowest_of(panels, n)
    assert len(lowest) == min(panels.shape[1], n)
    for place, panel in enumerate(panels.flat):
        labels = panel.xaxis.get_tick_params()["labelbottom"]
        below = place + panels.shape[1] < n
        assert place >= n or (panel in lowest, labels) == (not below, not below)
    plt.close(figure)
