"""The look of the figures, and what tests of several of them ask for."""

from pathlib import Path

import matplotlib.pyplot as plt
import pytest
from matplotlib.text import Text
from PIL import Image

from alignment.figures.charts import use_style

SMALLEST = 6  # points: what journals ask for at the size of print
STYLE = Path(__file__).parents[2] / "workflow_scripts/figures.mplstyle"


def legends_stand_clear(figure):
    """Check that what stands above a figure is within it, and covers no panel or its labels."""
    figure.set_dpi(plt.rcParams["savefig.dpi"])  # letters of another size take other room
    panels = [axes.get_tightbbox() for axes in figure.axes if axes.get_visible()]
    for part in (figure, *figure.subfigs):
        for legend in part.legends:
            box = legend.get_window_extent()
            assert figure.bbox.x0 - 1 <= box.x0 < box.x1 <= figure.bbox.x1 + 1
            assert figure.bbox.y0 - 1 <= box.y0 < box.y1 <= figure.bbox.y1 + 1
            assert not any(box.y0 + 3 < panel.y1 and panel.y0 < box.y1 - 3 for panel in panels)


@pytest.fixture(autouse=True)
def style():
    use_style(STYLE)
    yield
    plt.close("all")


@pytest.fixture
def saved(tmp_path):
    """Save a figure as PNG; it is as wide as it should be, and its words are not too small.

    Laying a figure out takes most of the time of these tests, and a PDF would do it once more:
    the workflow tests draw every figure as PDF as well.
    """

    def check(figure, width=2100, smallest=SMALLEST):
        figure.savefig(tmp_path / "a.png")
        with Image.open(tmp_path / "a.png") as image:
            image.load()
            assert image.width == width
        legends_stand_clear(figure)
        sizes = [text.get_fontsize() for text in figure.findobj(Text) if text.get_text().strip()]
        assert min(sizes) >= smallest

    return check
