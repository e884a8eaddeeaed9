"""Areas of heatmaps and saliency maps: lit, or outlined, on the picture, with relative risks."""

import numpy as np
import pytest
from matplotlib.path import Path

from alignment.artifacts.heatmap_files import SavedHeatmaps
from alignment.figures.photographs import DOTS, GAP, PAGE_HEIGHT, PAGE_WIDTH, outline
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


@pytest.fixture
def drawn(monkeypatch):
    """A figure of two models and two sources, and what it was drawn from."""
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
        for model in ("Network A", "Network B")
    }
    heatmaps["Network A"].heatmap[0] = 0
    maps = {s: {i: rng.random((6, 6)) for i in images} for s in ("transalnet", "fine_grained")}
    risks = {(m, s, i): 2.25 for m in heatmaps for s in maps for i in images}
    risks |= {
        ("Network A", "transalnet", "00"): np.nan,
        ("Network B", "fine_grained", "08"): np.inf,
    }
    figure = draw("cohort", heatmaps, maps, risks, KINDS, 8)
    return figure, images, pictures, heatmaps, maps


def cells_of(images, n_models, n_sources):
    """The upper left corner of every cell: picture by picture, source by source, model by model."""
    per_strip, n_drawn, side = arrange(8, n_models, n_sources)
    for k in range(n_drawn):
        strip, place = divmod(k, per_strip)
        for source in range(n_sources):
            top = HEADER + strip * (HEADING + n_sources * (side + NUMBER)) + HEADING
            top += source * (side + NUMBER)
            for model in range(n_models):
                left = NAMES + place * (n_models * side + APART) + model * side
                yield images[round(k * 8 / 5)], source, model, top, left, side


def test_a_picture_stands_side_by_side_for_all_models_lit_and_outlined(drawn, saved):
    figure, images, pictures, heatmaps, maps = drawn
    (panel,) = figure.axes
    canvas = np.asarray(panel.images[0].get_array()).astype(float)
    edges, lines = panel.patches
    path = lines.get_path()
    paths = np.split(path.vertices, np.flatnonzero(path.codes == Path.MOVETO)[1:])
    assert edges.get_path() is path
    n_cells = 0
    for image, source, model, top, left, side in cells_of(images, 2, 2):
        picture, saved_there = pictures[image], list(heatmaps.values())[model]
        height, width = picture.shape[:2]
        scale = (side - GAP) / max(height, width)
        saliency_map = list(maps.values())[source][image]
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
    assert n_cells == 24
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
    figure = drawn[0]
    (panel,) = figure.axes
    words = [text.get_text() for text in panel.texts]
    assert words.count("Network A") == words.count("Network B") == MOST
    assert words.count("transalnet") == words.count("fine grained\n(bottom-up saliency)") == 2
    assert (words.count("2.2"), words.count("–"), words.count("∞")) == (22, 1, 1)
    assert "cohort: 6 of 9 pictures" in words
    assert {"as it is: heatmap, top 10 %", "outlined: saliency map, top 10 %"} <= set(words)
    figure.set_dpi(DOTS)
    figure.canvas.draw()
    boxes = [text.get_window_extent() for text in panel.texts]
    assert all(box.x0 >= 0 and box.x1 <= PAGE_WIDTH for box in boxes)
    assert not any(a.overlaps(b) for k, a in enumerate(boxes) for b in boxes[k + 1 :])


@pytest.mark.parametrize("n", [1, 2, 6, 40])
@pytest.mark.parametrize("n_models", [1, 2, 3, 6])
@pytest.mark.parametrize("n_sources", [1, 2, 5])
def test_the_page_has_room_for_all_that_is_drawn(n, n_models, n_sources):
    per_strip, n_drawn, side = arrange(n, n_models, n_sources)
    n_strips = -(-n_drawn // per_strip)
    height = HEADING + n_sources * (side + NUMBER)
    assert 1 <= n_drawn <= min(n, MOST)
    assert min(SMALLEST, (PAGE_WIDTH - NAMES) // n_models) <= side <= LARGEST
    width = NAMES + per_strip * n_models * side + (per_strip - 1) * APART
    assert width <= PAGE_WIDTH
    assert n_strips == 1 or HEADER + n_strips * height <= PAGE_HEIGHT
    # One more picture would not fit, or is not wanted.
    more = -(-(n_drawn + 1) // per_strip)
    assert n_drawn == min(n, MOST) or HEADER + more * height > PAGE_HEIGHT


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
