"""The grid of heatmaps: a row of pictures, and a row of overlays per model and threshold."""

import numpy as np
import pytest
from PIL import Image

from alignment.artifacts.heatmap_files import SavedHeatmaps
from alignment.figures.charts import spread
from alignment.figures.heatmaps import GAP, PER_ROW, draw
from alignment.heatmaps.overlays import draw_overlay


def heatmaps_of(n_images, models=("a", "b"), sign=1):
    rng = np.random.default_rng(0)
    images = [f"{k:02d}" for k in range(n_images)]
    sizes = [(40, 20, 3) if k == 1 else (30, 30, 3) for k in range(n_images)]
    pictures = {
        image: rng.integers(0, 255, size, dtype=np.uint8)
        for image, size in zip(images, sizes, strict=True)
    }
    return {
        model: SavedHeatmaps(
            "cohort",
            model,
            images,
            sign * rng.random((n_images, 7, 7)).astype(np.float32),
            "stretch",
            pictures,
        )
        for model in models
    }


def cells_of(figure, n_rows, per_row):
    """The cells of the mosaic, row by row."""
    (shown,) = (
        image for axes in figure.axes for image in axes.images if image.get_array().ndim > 2
    )
    mosaic = np.asarray(shown.get_array())
    rows = np.split(mosaic, n_rows, axis=0)
    return [np.split(row, per_row, axis=1) for row in rows]


@pytest.mark.parametrize("n_images", [3, 12])
@pytest.mark.parametrize("thresholds", [["full"], ["full", "p60", "p90"]])
def test_every_picture_is_shown_above_its_overlays(n_images, thresholds):
    heatmaps = heatmaps_of(n_images)
    figure = draw("cohort", heatmaps, thresholds, "viridis", n_shown=10)
    shown = [f"{k:02d}" for k in spread(n_images, min(n_images, 10))]
    per_row = min(len(shown), PER_ROW)
    strips = [shown[k : k + per_row] for k in range(0, len(shown), per_row)]
    n_rows = 1 + len(heatmaps) * len(thresholds)
    cells = cells_of(figure, n_rows * len(strips), per_row)
    for s, strip in enumerate(strips):
        for column, image in enumerate(strip):
            picture = heatmaps["a"].pictures[image]
            expected = [picture]
            for each in heatmaps.values():
                for threshold in thresholds:
                    look = "stretch", threshold, "viridis"
                    expected.append(draw_overlay(picture, each.of(image), *look))
            for line, values in enumerate(expected):
                cell = cells[s * n_rows + line][column]
                side = cell.shape[0] - GAP
                height, width = values.shape[:2]
                scale = side / max(height, width)
                size = round(scale * width), round(scale * height)
                resized = Image.fromarray(values).resize(size, Image.Resampling.LANCZOS)
                covered = np.argwhere((cell != 255).any(axis=2))
                (top, left), (bottom, right) = covered.min(axis=0), covered.max(axis=0)
                # A pixel at the edge may be white by chance.
                assert abs(bottom - top + 1 - size[1]) <= 2
                assert abs(right - left + 1 - size[0]) <= 2
                middle = np.asarray(resized)[size[1] // 2, size[0] // 2].astype(int)
                found = cell[
                    (cell.shape[0] - size[1]) // 2 + size[1] // 2,
                    (cell.shape[1] - size[0]) // 2 + size[0] // 2,
                ].astype(int)
                np.testing.assert_array_equal(found, middle)


def test_rows_say_what_they_show(saved):
    figure = draw("cohort", heatmaps_of(3), ["full", "p60"], "viridis", 3)
    said = [text.get_text() for axes in figure.axes for text in axes.texts]
    assert {"picture", "whole", "top 40 %", "a", "b"} <= set(said)
    assert "cohort" in [text.get_text() for text in figure.texts]
    saved(figure)


@pytest.mark.parametrize(
    ("sign", "ends"),
    [(1, ["matters least", "matters most"]), (-1, ["hurts most", "no matter", "matters most"])],
)
def test_the_scale_says_what_its_ends_mean(sign, ends):
    figure = draw("cohort", heatmaps_of(3, sign=sign), ["full"], "RdBu_r", 3)
    labels = [label.get_text() for label in figure.axes[-1].get_yticklabels()]
    assert labels == ends
