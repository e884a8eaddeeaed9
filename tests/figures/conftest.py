"""The look of the figures, and what tests of several of them ask for."""

from pathlib import Path

import matplotlib.pyplot as plt
import pytest
from PIL import Image

from alignment.figures.charts import save, use_style

STYLE = Path(__file__).parents[2] / "workflow_scripts/figures.mplstyle"


@pytest.fixture(autouse=True)
def style():
    use_style(STYLE)
    yield
    plt.close("all")


@pytest.fixture
def saved(tmp_path):
    """Save a figure as PNG and PDF; it is as wide as it should be, and both are whole."""

    def check(figure, width=2100):
        save(figure, tmp_path / "a.png", tmp_path / "a.pdf")
        with Image.open(tmp_path / "a.png") as image:
            image.load()
            assert image.width == width
        assert (tmp_path / "a.pdf").read_bytes().startswith(b"%PDF")

    return check
