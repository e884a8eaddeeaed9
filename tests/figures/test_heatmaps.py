"""The grid of heatmaps: a row of pictures, and a row of overlays per model and threshold."""

from itertools import pairwise

import numpy as np
import pytest
from PIL import Image

from alignment.artifacts.heatmap_files import SavedHeatmaps
from alignment.figures.charts import spread
from alignment.figures.heatmaps import (
    HEADER,
    HEADING,
    LARGEST,
    NAMES,
    SMALLEST,
    SMALLEST_OF_MANY,
    arrange,
    draw,
    said,
)
from alignment.figures.photographs import DOTS, GAP, PAGE_HEIGHT, PAGE_WIDTH
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


def words_of(figure):
    (panel,) = figure.axes
    return [text.get_text() for text in panel.texts]


def fitted(picture, side):
    """A picture as large as it can be in a square cell."""
    height, width = picture.shape[:2]
    scale = (side - GAP) / max(height, width)
    size = round(scale * width), round(scale * height)
    return np.asarray(Image.fromarray(picture).resize(size, Image.Resampling.LANCZOS))


@pytest.fixture
def whole_colours(monkeypatch):
    """Pictures as they are, before their colours are made few."""
    monkeypatch.setattr("alignment.figures.photographs.few_shades", lambda canvas: canvas)


@pytest.mark.usefixtures("whole_colours")
@pytest.mark.parametrize("n_images", [3, 20])
@pytest.mark.parametrize("thresholds", [["full"], ["full", "p60", "p90"]])
@pytest.mark.parametrize("colours", ["spotlight", "viridis"])
def test_every_picture_is_shown_above_its_overlays(n_images, thresholds, colours):
    heatmaps = heatmaps_of(n_images)
    figure = draw("cohort", heatmaps, thresholds, colours, n_shown=14)
    (panel,) = figure.axes
    canvas = np.asarray(panel.images[0].get_array())
    n = min(n_images, 14)
    per_row, n_drawn, side = arrange(n, 2, len(thresholds))
    assert n_drawn == n
    shown = [f"{k:02d}" for k in spread(n_images, n)]
    top = HEADER
    for start in range(0, n, per_row):
        strip = shown[start : start + per_row]
        rows = [(top, lambda image, picture: picture)]
        top += side
        for saved in heatmaps.values():
            top += HEADING
            for threshold in thresholds:
                look = "stretch", threshold, colours
                rows.append((top, lambda i, p, s=saved, k=look: draw_overlay(p, s.of(i), *k)))
                top += side
        top += HEADING
        for row_top, drawn in rows:
            for column, image in enumerate(strip):
                picture = heatmaps["a"].pictures[image]
                expected = fitted(drawn(image, picture), side)
                height, width = expected.shape[:2]
                y = round(row_top + (side - height) / 2)
                x = round(NAMES + column * side + (side - width) / 2)
                np.testing.assert_array_equal(canvas[y : y + height, x : x + width], expected)
    assert canvas.shape == (top - HEADING, PAGE_WIDTH, 3)


@pytest.mark.parametrize("n", [1, 2, 8, 13, 40])
@pytest.mark.parametrize("n_models", [1, 2, 3, 4, 6])
@pytest.mark.parametrize("n_thresholds", [1, 5])
def test_the_grid_fits_a_page_and_its_pictures_are_as_large_as_they_can_be(
    n, n_models, n_thresholds
):
    def heights(n_strips):
        return HEADER + (n_strips * (n_models + 1) - 1) * HEADING, n_strips * (
            1 + n_models * n_thresholds
        )

    def side_of(n_drawn, n_strips):
        taken, rows = heights(n_strips)
        per_row = -(-n_drawn // n_strips)
        return min((PAGE_WIDTH - NAMES) // per_row, (PAGE_HEIGHT - taken) // rows, LARGEST)

    def largest(n_drawn):
        return max(side_of(n_drawn, n_strips) for n_strips in range(1, n_drawn + 1))

    per_row, n_drawn, side = arrange(n, n_models, n_thresholds)
    assert 1 <= n_drawn <= n
    assert SMALLEST_OF_MANY <= side <= LARGEST
    assert NAMES + per_row * side <= PAGE_WIDTH
    if largest(1) < SMALLEST:  # no page has room for so many rows
        assert per_row == n_drawn
        taken, rows = heights(1)
        assert side == SMALLEST_OF_MANY or taken + rows * side <= PAGE_HEIGHT
        assert taken + rows * (side + 1) > PAGE_HEIGHT  # as large as they can be
        return
    taken, rows = heights(-(-n_drawn // per_row))
    assert taken + rows * side <= PAGE_HEIGHT
    assert side == largest(n_drawn)
    assert all(largest(more) < SMALLEST for more in range(n_drawn + 1, n + 1))


def test_the_default_grid_is_one_strip_of_eight_on_a_page():
    per_row, n_drawn, side = arrange(8, 2, 5)
    assert (per_row, n_drawn) == (8, 8)
    assert side > 0.7 * DOTS


@pytest.mark.parametrize(
    "models", [("a", "b"), ("a network with a very long name indeed " * 3, "efficientnet_lite_10")]
)
@pytest.mark.parametrize("thresholds", [["p60"], ["full", "p60", "p99.5"]])
def test_names_stay_on_one_line_within_the_page_and_apart(saved, models, thresholds):
    figure = draw("cohort " * 30, heatmaps_of(3, models), thresholds, "viridis", 3)
    (panel,) = figure.axes
    figure.set_dpi(DOTS)
    figure.canvas.draw()
    boxes = [text.get_window_extent() for text in panel.texts]
    for text, box in zip(panel.texts, boxes, strict=True):
        assert "\n" not in text.get_text()
        assert box.x0 >= 0
        assert box.x1 <= PAGE_WIDTH
    for k, box in enumerate(boxes):
        assert not any(box.overlaps(other) for other in boxes[k + 1 :])
    saved(figure, width=PAGE_WIDTH * 2)


def test_rows_say_what_they_show():
    words = words_of(draw("cohort", heatmaps_of(9), ["full", "p60"], "spotlight", 3))
    assert words[0] == "cohort: 3 of 9 pictures"
    rows = [word for word in words if word in ("picture", "whole", "top 40 %", "a", "b")]
    assert rows == ["picture", "a", "whole", "top 40 %", "b", "whole", "top 40 %"]
    assert words_of(draw("c", heatmaps_of(3), ["full"], "spotlight", 8))[0] == "c: all 3 pictures"


def test_thresholds_are_told_by_what_they_leave():
    found = [said(threshold) for threshold in ("full", "p60", "p90", "p92.5")]
    assert found == ["whole", "top 40 %", "top 10 %", "top 7.5 %"]


@pytest.mark.parametrize(
    ("colours", "sign", "ends"),
    [
        ("RdBu_r", 1, ("matters least", "matters most (each picture's own maximum)")),
        ("RdBu_r", -1, ("furthest below zero", "matters most (each picture's own maximum)")),
        ("spotlight", 1, ("dark: matters least", "as it is: matters most")),
        ("spotlight", -1, ("blue: below zero; dark: matters least", "as it is: matters most")),
    ],
)
def test_the_key_says_what_its_ends_mean(colours, sign, ends):
    words = words_of(draw("cohort", heatmaps_of(3, sign=sign), ["full"], colours, 3))
    assert set(ends) <= set(words)
    ticks = [
        float(w.replace("−", "-")) for w in words if w.replace("−", "").replace(".", "").isdigit()
    ]
    assert bool(ticks) == (colours != "spotlight")
    assert all(a < b for a, b in pairwise(ticks))
    assert (min(ticks, default=0) < 0) == (sign < 0 and colours != "spotlight")
