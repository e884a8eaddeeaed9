"""Areas of heatmaps and saliency maps: lit, or outlined, on the picture, with relative risks."""

import numpy as np
import pytest
from matplotlib.path import Path

from alignment.artifacts.heatmap_files import SavedHeatmaps
from alignment.figures.charts import spread
from alignment.figures.photographs import DOTS, GAP, PAGE_HEIGHT, PAGE_WIDTH, SMALL, outline
from alignment.figures.saliency import (
    APART,
    DIM,
    HEADER,
    HEADING,
    LARGEST,
    MOST,
    NAMES,
    NUMBER,
    SHARE,
    SMALLEST,
    SMALLEST_OF_MANY,
    areas,
    arrange,
    draw,
    risks_of,
    written,
)
from alignment.heatmaps.spotlight import light
from alignment.saliency.measures import RELATIVE_RISKS

KINDS = {"transalnet": "folder", "fine_grained": "bottom-up saliency", "gaussian": "baseline"}


@pytest.mark.parametrize("framing", ["stretch", "crop"])
def test_areas_lie_on_the_picture_and_hold_a_tenth_of_it(framing):
    heatmap = np.zeros((7, 7))
    heatmap[3, 2] = 1
    saliency_map = np.arange(30 * 50.0).reshape(30, 50)
    heat, salient = areas(heatmap, saliency_map, (50, 30), framing)
    seen = 30 * (50 if framing == "stretch" else 30)
    assert heat.shape == salient.shape == (30, 50)
    assert salient.sum() == pytest.approx(seen / 10, abs=1)
    assert heat.sum() <= seen / 10 + 1
    row, column = np.argwhere(heat).mean(axis=0)
    assert row == pytest.approx(14.5, abs=1)
    assert column == pytest.approx(
        (2.5 / 7 * 50 if framing == "stretch" else 10 + 2.5 / 7 * 30) - 0.5, abs=1
    )


TWO = ("Network A", "Network B")
MANY = (*TWO, "EfficientNet-Lite0 (ImageNet)", *(f"VGG-16, trained on data {k}" for k in range(5)))
LABELS = ["transalnet", "fine grained\n(bottom-up saliency)"]


@pytest.fixture(params=[TWO, MANY], ids=["two", "many"])
def drawn(monkeypatch, request):
    """A figure of two or more models and two sources, and what it was drawn from."""
    monkeypatch.setattr("alignment.figures.photographs.few_shades", lambda canvas: canvas)
    rng = np.random.default_rng(0)
    images = [f"{k:02}" for k in range(9)]
    pictures = {
        image: rng.integers(0, 255, (40, 20, 3) if image == "01" else (30, 30, 3), dtype=np.uint8)
        for image in images
    }
    heatmaps = {
        model: SavedHeatmaps(
            "cohort", model, images, rng.random((9, 7, 7)).astype(np.float32), "stretch", pictures
        )
        for model in request.param
    }
    heatmaps["Network A"].heatmap[0] = 0
    maps = {s: rng.random((len(images), 6, 6)) for s in ("transalnet", "fine_grained")}
    risks = {(m, s, i): 2.25 for m in heatmaps for s in maps for i in images}
    risks |= {
        ("Network A", "transalnet", "00"): np.nan,
        ("Network B", "fine_grained", "08"): np.inf,
    }
    figure = draw("cohort", heatmaps, maps, risks, KINDS, 8)
    return figure, images, pictures, heatmaps, maps


def cells_of(images, models, sources):
    """The upper left corner of every cell: picture by picture, source by source, model by model."""
    layout = arrange(8, models, sources)
    side, shape = layout.side, (len(sources), len(models))
    n_rows, n_columns = shape if layout.in_rows else shape[::-1]
    for k in range(layout.n_drawn):
        strip, place = divmod(k, layout.per_strip)
        for source, model in np.ndindex(shape):
            row, column = (source, model) if layout.in_rows else (model, source)
            top = HEADER + strip * (layout.heading + n_rows * (side + NUMBER)) + layout.heading
            left = NAMES + place * (n_columns * side + APART) + column * side
            chosen = images[spread(9, layout.n_drawn)[k]]
            yield chosen, source, model, top + row * (side + NUMBER), left, side


def test_a_picture_stands_side_by_side_for_all_models_lit_and_outlined(drawn, saved):
    figure, images, pictures, heatmaps, maps = drawn
    (panel,) = figure.axes
    canvas = np.asarray(panel.images[0].get_array()).astype(float)
    edges, lines = panel.patches
    path = lines.get_path()
    paths = np.split(path.vertices, np.flatnonzero(path.codes == Path.MOVETO)[1:])
    assert edges.get_path() is path
    n_cells = 0
    for image, source, model, top, left, side in cells_of(images, list(heatmaps), LABELS):
        picture, saved_there = pictures[image], list(heatmaps.values())[model]
        height, width = picture.shape[:2]
        scale = (side - GAP) / max(height, width)
        saliency_map = list(maps.values())[source][images.index(image)]
        both = areas(saved_there.of(image), saliency_map, (width, height), "stretch")
        lit = light(picture, both[0], DIM)
        x = round(left + (side - round(scale * width)) / 2)
        y = round(top + (side - round(scale * height)) / 2)
        # Each pixel of the picture is several dots: the middle one has its colour, or nearly so.
        for row, column in ((3, 4), (10, 8), (25, 15)):
            dot = canvas[int(y + (row + 0.5) * scale), int(x + (column + 0.5) * scale)]
            assert np.abs(dot - lit[row, column]).max() < 60
        expected = [line * scale + (x, y) for line in outline(both[1])]
        for line in expected:
            assert any(
                path.shape == line.shape and np.allclose(path, line, atol=0.5) for path in paths
            )
        n_cells += 1
    assert n_cells == (24 if len(heatmaps) == 2 else 3 * 2 * 8)
    saved(figure, width=2 * PAGE_WIDTH)


def test_no_colour_of_a_model_is_used(drawn):
    """Blue and orange are models elsewhere: lines are white in black here."""
    edges, lines = drawn[0].axes[0].patches
    assert edges.get_edgecolor() == (0, 0, 0, 1)
    assert lines.get_edgecolor() == (1, 1, 1, 1)
    assert edges.get_linewidth() > 2 * lines.get_linewidth()
    assert not edges.get_fill()
    ground = light(np.full((1, 1, 3), 128, np.uint8), np.zeros((1, 1)), DIM)[0, 0]
    assert np.ptp(ground) == 0


def test_words_name_models_sources_and_risks_and_keep_apart(drawn):
    figure, _, _, heatmaps, _ = drawn
    (panel,) = figure.axes
    words = [text.get_text() for text in panel.texts]
    n_shown, n_strips = (MOST, 2) if len(heatmaps) == 2 else (3, 1)
    beside, above = (LABELS, TWO) if len(heatmaps) == 2 else (MANY, [LABELS[0]])
    for name in beside:
        (found,) = {word for word in words if word.replace("\n", " ") == name.replace("\n", " ")}
        assert words.count(found) == n_strips
    for name in above:
        assert words.count(name) == n_shown
    n_risks = n_shown * len(heatmaps) * 2
    assert (words.count("2.2"), words.count("–"), words.count("∞")) == (n_risks - 2, 1, 1)
    assert f"cohort: {n_shown} of 9 pictures" in words
    assert {"unchanged: heatmap, top 10 %", "outlined: saliency map, top 10 %"} <= set(words)
    figure.set_dpi(DOTS)
    figure.canvas.draw()
    boxes = [text.get_window_extent() for text in panel.texts]
    assert all(box.x0 >= 0 and box.x1 <= PAGE_WIDTH for box in boxes)
    assert not any(a.overlaps(b) for k, a in enumerate(boxes) for b in boxes[k + 1 :])
    # All names can be read in print, however many there are.
    assert min(text.get_fontsize() for text in panel.texts) >= SMALL


def names_of(n, name):
    return [f"{name} {k}" for k in range(n)]


@pytest.mark.parametrize("n", [1, 2, 6, 40])
@pytest.mark.parametrize("n_models", [1, 2, 3, 6, 8, 12, 24])
@pytest.mark.parametrize("n_sources", [1, 2, 5])
def test_the_page_has_room_for_all_that_is_drawn(n, n_models, n_sources):
    layout = arrange(n, names_of(n_models, "a network"), names_of(n_sources, "maps"))
    shape = n_sources, n_models
    n_rows, n_columns = shape if layout.in_rows else shape[::-1]
    assert layout.in_rows or (PAGE_WIDTH - NAMES) // n_models < min(SMALLEST, layout.side)
    n_strips = -(-layout.n_drawn // layout.per_strip)
    height = layout.heading + n_rows * (layout.side + NUMBER)
    assert 1 <= layout.n_drawn <= min(n, MOST)
    assert SMALLEST_OF_MANY <= layout.side <= LARGEST
    width = NAMES + layout.per_strip * n_columns * layout.side + (layout.per_strip - 1) * APART
    assert width <= PAGE_WIDTH
    assert n_strips == 1 or HEADER + n_strips * height <= PAGE_HEIGHT
    if layout.side > SMALLEST_OF_MANY:
        assert HEADER + height <= PAGE_HEIGHT
    # One more picture would not fit, or is not wanted.
    more = -(-(layout.n_drawn + 1) // layout.per_strip)
    assert layout.n_drawn == min(n, MOST) or HEADER + more * height > PAGE_HEIGHT


def test_names_above_pictures_have_the_lines_that_they_need():
    one = arrange(8, ["a", "b"], ["maps"])
    three = arrange(8, ["a", "a network with a rather long name, trained on photographs"], ["maps"])
    assert one.heading == HEADING
    assert three.heading > HEADING
    assert three.side == one.side


def test_risks_are_those_of_the_share_that_is_drawn():
    table = {
        "model": np.array(["m", "m", "n"]),
        "source": np.array(["s", "t", "s"]),
        "image": np.array(["01", "01", "02"]),
        **{name: np.full(3, np.nan) for name in RELATIVE_RISKS},
    }
    table[RELATIVE_RISKS[SHARE]] = np.array([1.5, np.inf, 0.5])
    assert risks_of(table) == {
        ("m", "s", "01"): 1.5,
        ("m", "t", "01"): np.inf,
        ("n", "s", "02"): 0.5,
    }


def test_risks_are_written_shortly():
    assert [written(risk) for risk in (2.25, 0, np.nan, np.inf)] == ["2.2", "0.0", "–", "∞"]
