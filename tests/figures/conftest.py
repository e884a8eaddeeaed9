"""The look of the figures, and what tests of several of them ask for."""

from pathlib import Path

import matplotlib.pyplot as plt
import pytest
from matplotlib.text import Text
from PIL import Image

from alignment.figures.charts import use_style

SMALLEST = 6  # points: what journals ask for at the size of print
STYLE = Path(__file__).parents[2] / "workflow_scripts/figures.mplstyle"


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
        sizes = [text.get_fontsize() for text in figure.findobj(Text) if text.get_text().strip()]
        assert min(sizes) >= smallest

    return check
