"""The grid of heatmaps: pictures with an overlay per model and threshold."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from matplotlib.path import Path
from PIL import Image

from alignment.artifacts.heatmap_files import SavedHeatmaps
from alignment.figures.charts import spread
from alignment.figures.heatmaps import (
    APART,
    HEADER,
    HEADING,
    LARGEST,
    MODELS,
    NAMES,
    SMALLEST,
    SMALLEST_OF_MANY,
    arrange,
    draw,
    said,
)
from alignment.figures.photographs import DOTS, GAP, PAGE_HEIGHT, PAGE_WIDTH, outline
from alignment.heatmaps.overlays import draw_overlay
from alignment.heatmaps.placement import place


def heatmaps_of(n_images, models=("a", "b"), sign=1):
    rng = np.random.default_rng(0)
    images = [f"no. {k:02d}" for k in range(n_images)]
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


FIVE = ["full", "p60", "p70", "p80", "p90"]


def cells_of(layout, images, models, thresholds):
    """The image, model and threshold of every cell, and its corner, from the first to the last."""
    n_rows = 1 + len(models) * len(thresholds)
    for k, image in enumerate(images):
        strip, place = divmod(k, layout.per_strip)
        if layout.in_rows:
            top = HEADER + strip * (n_rows * layout.side + (len(models) + 1) * HEADING)
            left = NAMES + place * layout.side
            yield image, None, None, left, top
            for m, model in enumerate(models):
                for t, threshold in enumerate(thresholds):
                    rows = 1 + m * len(thresholds) + t
                    yield (
                        image,
                        model,
                        threshold,
                        left,
                        top + rows * layout.side + (m + 1) * HEADING,
                    )
        else:
            top = HEADER + strip * (HEADING + len(models) * layout.side) + HEADING
            left = MODELS + place * ((1 + len(thresholds)) * layout.side + APART)
            yield image, None, None, left, top
            for m, model in enumerate(models):
                for t, threshold in enumerate(thresholds, 1):
                    corner = left + t * layout.side, top + m * layout.side
                    yield image, model, threshold, *corner


@pytest.mark.usefixtures("whole_colours")
@pytest.mark.parametrize("n_images", [3, 20])
@pytest.mark.parametrize(
    ("models", "thresholds", "in_rows"),
    [("ab", ["full"], True), ("ab", ["full", "p60", "p90"], True), ("abcd", FIVE, False)],
)
@pytest.mark.parametrize("colours", ["spotlight", "viridis"])
def test_every_picture_is_shown_with_its_overlays(n_images, models, thresholds, in_rows, colours):
    heatmaps = heatmaps_of(n_images, models)
    figure = draw("cohort", heatmaps, thresholds, colours, n_shown=14)
    (panel,) = figure.axes
    canvas = np.asarray(panel.images[0].get_array())
    layout = arrange(min(n_images, 14), len(models), len(thresholds))
    assert layout.in_rows == in_rows
    shown = [f"no. {k:02d}" for k in spread(n_images, layout.n_drawn)]
    cells = 0
    for image, model, threshold, left, top in cells_of(layout, shown, models, thresholds):
        picture = heatmaps["a"].pictures[image]
        if model:
            values = heatmaps[model].of(image)
            picture = draw_overlay(picture, values, "stretch", threshold, colours)
        expected = fitted(picture, layout.side)
        height, width = expected.shape[:2]
        y = round(top + (layout.side - height) / 2)
        x = round(left + (layout.side - width) / 2)
        np.testing.assert_array_equal(canvas[y : y + height, x : x + width], expected)
        cells += 1
    assert cells == layout.n_drawn * (1 + len(models) * len(thresholds))
    assert canvas.shape[1] == PAGE_WIDTH
    assert canvas.shape[0] == top + layout.side <= PAGE_HEIGHT


@pytest.mark.parametrize("colours", ["spotlight", "viridis"])
@pytest.mark.parametrize("models", ["ab", "abcd"])
def test_a_line_goes_around_what_is_above_a_percentile(models, colours):
    heatmaps, thresholds = heatmaps_of(3, models), FIVE
    (panel,) = draw("cohort", heatmaps, thresholds, colours, n_shown=3).axes
    path = panel.patches[-1].get_path()
    drawn = np.split(path.vertices, np.flatnonzero(path.codes == Path.MOVETO)[1:])
    layout = arrange(3, len(models), len(thresholds))
    expected = []
    images = heatmaps["a"].images
    for image, model, threshold, left, top in cells_of(layout, images, models, FIVE):
        if not model or threshold == "full":
            continue
        height, width = heatmaps["a"].pictures[image].shape[:2]
        placed = place(heatmaps[model].of(image), (width, height), "stretch")
        area = placed > np.percentile(placed, float(threshold[1:]))
        scale = (layout.side - GAP) / max(height, width)
        size = np.array([round(scale * width), round(scale * height)])
        corner = np.round([left, top] + (layout.side - size) / 2)
        expected += [line * size / (width, height) + corner for line in outline(area)]
    assert len(drawn) == len(expected) + 1  # that of the key
    for line in expected:
        assert any(a.shape == line.shape and np.allclose(a, line, atol=1.01) for a in drawn)


def test_an_overlay_and_its_line_are_of_one_placing(monkeypatch):
    placed = []

    def counted(*arguments):
        placed.append(arguments)
        return place(*arguments)

    monkeypatch.setattr("alignment.heatmaps.overlays.place", counted)
    draw("cohort", heatmaps_of(3), ["full", "p60"], "spotlight", n_shown=3)
    assert len(placed) == 3 * 2 * 2


def test_whole_heatmaps_have_no_line():
    figure = draw("cohort", heatmaps_of(3), ["full"], "spotlight", n_shown=3)
    assert not figure.axes[0].patches
    assert "outlined: top share" not in words_of(figure)


def side_of(n_drawn, n_strips, n_models, n_thresholds, in_rows):
    """How large pictures can be: what is left of a page, divided by what stands on it."""
    per_strip = -(-n_drawn // n_strips)
    height, width = PAGE_HEIGHT - HEADER, PAGE_WIDTH
    if in_rows:
        height -= (n_strips * (n_models + 1) - 1) * HEADING
        shape = n_strips * (1 + n_models * n_thresholds), per_strip
        return min(height // shape[0], (width - NAMES) // shape[1], LARGEST)
    height -= n_strips * HEADING
    width -= MODELS + (per_strip - 1) * APART
    shape = n_strips * n_models, per_strip * (1 + n_thresholds)
    return min(height // shape[0], width // shape[1], LARGEST)


@pytest.mark.parametrize("n", [1, 2, 8, 13, 40])
@pytest.mark.parametrize("n_models", [1, 2, 3, 4, 6, 8, 12, 24])
@pytest.mark.parametrize("n_thresholds", [1, 5])
def test_the_grid_fits_a_page_and_its_pictures_are_as_large_as_they_can_be(
    n, n_models, n_thresholds
):
    def largest(n_drawn):
        design = n_models, n_thresholds
        return max(
            side_of(n_drawn, n_strips, *design, in_rows)
            for n_strips in range(1, n_drawn + 1)
            for in_rows in (True, False)
        )

    layout = arrange(n, n_models, n_thresholds)
    n_strips = -(-layout.n_drawn // layout.per_strip)
    design = n_models, n_thresholds, layout.in_rows
    assert layout.side == largest(layout.n_drawn)
    assert layout.side <= side_of(layout.n_drawn, n_strips, *design)
    least = SMALLEST if largest(1) >= SMALLEST else SMALLEST_OF_MANY
    assert layout.side >= least
    assert 1 <= layout.n_drawn <= n
    assert all(largest(more) < least for more in range(layout.n_drawn + 1, n + 1))


def test_the_default_grid_is_one_strip_of_eight_on_a_page():
    layout = arrange(8, 2, 5)
    assert (layout.in_rows, layout.per_strip, layout.n_drawn) == (True, 8, 8)
    assert layout.side > 0.7 * DOTS


@pytest.mark.parametrize(("n_models", "n_drawn"), [(3, 8), (4, 6), (6, 4), (8, 4)])
def test_many_networks_take_the_whole_width_of_a_page_and_no_more_than_its_height(
    n_models, n_drawn
):
    layout = arrange(8, n_models, 5)
    assert not layout.in_rows
    assert layout.n_drawn == n_drawn
    width = MODELS + layout.per_strip * (6 * layout.side + APART) - APART
    assert 0.97 * PAGE_WIDTH < width <= PAGE_WIDTH


@pytest.mark.parametrize(("n_models", "n_thresholds"), [(40, 5), (40, 30)])
def test_what_no_page_has_room_for_is_as_wide_as_one(n_models, n_thresholds):
    layout = arrange(8, n_models, n_thresholds)
    assert layout.side == SMALLEST_OF_MANY
    assert layout.in_rows == (n_thresholds == 30)
    if layout.in_rows:
        assert NAMES + layout.per_strip * layout.side <= PAGE_WIDTH
    else:
        assert MODELS + layout.per_strip * (6 * layout.side + APART) - APART <= PAGE_WIDTH


@pytest.mark.parametrize(
    "models",
    [
        ("a", "b"),
        ("a network with a very long name indeed " * 3, "efficientnet_lite_10"),
        (
            "EfficientNet-Lite0, Shapley values",
            "efficientnet_lite_10",
            "a rather long name " * 4,
            "b",
        ),
    ],
)
@pytest.mark.parametrize("thresholds", [["p60"], ["full", "p60", "p99.5"], FIVE])
def test_names_stay_within_the_page_and_apart(saved, models, thresholds):
    figure = draw("cohort " * 30, heatmaps_of(3, models), thresholds, "viridis", 3)
    (panel,) = figure.axes
    figure.set_dpi(DOTS)
    figure.canvas.draw()
    boxes = [text.get_window_extent() for text in panel.texts]
    for box in boxes:
        assert box.x0 >= 0
        assert box.x1 <= PAGE_WIDTH
    for k, box in enumerate(boxes):
        assert not any(box.overlaps(other) for other in boxes[k + 1 :])
    saved(figure, width=PAGE_WIDTH * 2, smallest=3)  # of names that are far too long


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
        ("spotlight", 1, ("dark: matters least", "unchanged: matters most")),
        ("spotlight", -1, ("blue: below zero; dark: matters least", "unchanged: matters most")),
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


@pytest.mark.parametrize(("models", "in_rows"), [("ab", True), ("abcd", False)])
def test_every_picture_has_its_name_above_it(models, in_rows):
    heatmaps = heatmaps_of(20, models)
    figure = draw("cohort", heatmaps, FIVE, "viridis", n_shown=8)
    layout = arrange(8, len(models), len(FIVE))
    assert layout.in_rows == in_rows
    shown = [heatmaps["a"].images[k] for k in spread(20, layout.n_drawn)]
    (panel,) = figure.axes
    where = {text.get_text(): text.get_position() for text in panel.texts}
    for image, model, _, left, top in cells_of(layout, shown, models, FIVE):
        if not model:
            x, y = where[image]
            assert x == left + layout.side / 2
            assert top - HEADING <= y < top


@pytest.mark.parametrize(("n", "thresholds"), [(3, FIVE), (12, ["p80"]), (2, ["full", "p80"])])
def test_the_first_overlay_of_a_picture_says_how_well_it_is_predicted(n, thresholds):
    fits = np.linspace(-0.3, 0.9, n)
    heatmaps = {name: replace(of, fit_full=fits) for name, of in heatmaps_of(n).items()}
    words = words_of(draw("c", heatmaps, thresholds, "spotlight", n))
    for fit in fits:
        said = f"r = {fit:.2f}".replace("-", "\N{MINUS SIGN}")
        said = said if fit >= 0.1 else f"nothing to see:\n{said}"
        assert words.count(said) == len(heatmaps)
    assert not any("r = " in word for word in words_of(draw("c", heatmaps_of(n), FIVE, "jet", n)))
