"""The images that excite stable maps, light where they do."""

import numpy as np
import pytest

from alignment.figures.photographs import DOTS, PAGE_HEIGHT, PAGE_WIDTH
from alignment.figures.stable_maps import (
    HEADER,
    N_MAPS,
    N_PICTURES,
    NAMES,
    SIDE,
    describe,
    draw,
    title_of,
)

PICTURES = [np.full((20, 30, 3), 200, np.uint8), np.full((40, 40, 3), 90, np.uint8)]


def cell_of(figure, row, column):
    """One cell of the page in grey, and where it is not paper."""
    canvas = np.asarray(figure.axes[0].images[0].get_array()).astype(float)
    top, left = HEADER + row * SIDE, NAMES + column * SIDE
    cell = canvas[top : top + SIDE, left : left + SIDE].mean(axis=2)
    return cell, cell < 254


@pytest.mark.parametrize("framing", ["stretch", "crop", "pad"])
def test_a_picture_is_as_it_is_where_the_map_is_active_and_dark_elsewhere(saved, framing):
    activity = np.zeros((7, 7))
    activity[2:5, 2:5] = 1
    figure = draw(
        "title", ["map 3", "map 5"], [PICTURES, PICTURES[:1]], [[activity] * 2, [activity]], framing
    )
    for row, column, value in ((0, 0, 200), (0, 1, 90), (1, 0, 200)):
        cell, inside = cell_of(figure, row, column)
        rows, columns = np.nonzero(inside)
        height, width = np.ptp(rows) + 1, np.ptp(columns) + 1
        expected = {0: (20, 30), 1: (40, 40)}[column]
        assert height / width == pytest.approx(expected[0] / expected[1], abs=0.03)
        middle = cell[SIDE // 2 - 5 : SIDE // 2 + 5, SIDE // 2 - 5 : SIDE // 2 + 5]
        assert middle.mean() == pytest.approx(value, abs=6)
        edge = cell[rows.min() : rows.min() + 4, columns.min() : columns.min() + 4]
        assert edge.mean() < 0.15 * value + 12
    assert not cell_of(figure, 1, 1)[1].any()
    saved(figure)


def test_a_line_on_any_ground_goes_around_what_is_at_least_half_as_active_as_the_most():
    activity = np.tile(np.linspace(0, 1, 9), (9, 1))
    silent = np.zeros((9, 9))
    figure = draw("title", ["map 3"], [[PICTURES[1]] * 2], [[activity, silent]], "stretch")
    edges, lines = figure.axes[0].patches
    assert edges.get_edgecolor() == (0, 0, 0, 1)
    assert lines.get_edgecolor() == (1, 1, 1, 1)
    assert edges.get_linewidth() > 2 * lines.get_linewidth()
    corners = lines.get_path().vertices
    here = corners[corners[:, 1] > HEADER]
    left, right = here[:, 0].min() - NAMES, here[:, 0].max() - NAMES
    assert (left, right) == (pytest.approx(SIDE / 2, abs=4), pytest.approx(SIDE, abs=4))
    assert "outlined: half of it, and more" in [text.get_text() for text in figure.axes[0].texts]


def test_light_fades_with_the_square_of_the_activity_and_never_turns_blue():
    activity = np.tile(np.linspace(-1, 1, 7), (7, 1))
    figure = draw("title", ["map 3"], [[PICTURES[1]]], [[activity]], "stretch")
    canvas = np.asarray(figure.axes[0].images[0].get_array()).astype(float)
    line = canvas[HEADER + SIDE // 2 - 8 : HEADER + SIDE // 2 + 8, NAMES + 4 : NAMES + SIDE - 4]
    line = line.mean(axis=0)
    assert np.ptp(line, axis=1).max() < 12
    # From the middle on the activity is positive; half-way to its end it is half of it.
    dark, half, full = (line[int(p * len(line))].mean() for p in (0.3, 0.5 + 3 / 14, 0.97))
    assert full == pytest.approx(90, abs=6)
    assert half - dark == pytest.approx((full - dark) / 4, abs=8)


def test_maps_are_named_beside_their_pictures():
    names = [
        "map 3\nAIS 0.0200\nmean rank 1.5",
        "map 1279\nAIS −0.0200\nmean rank 1234.5\n100 % of folds",
    ]
    figure = draw(
        "one line\nand another", names, [PICTURES] * 2, [[np.ones((2, 2))] * 2] * 2, "pad"
    )
    (panel,) = figure.axes
    figure.set_dpi(DOTS)
    figure.canvas.draw()
    assert panel.texts[0].get_text() == "one line\nand another"
    found = {text.get_text(): text.get_window_extent() for text in panel.texts}
    assert set(names) <= set(found)
    height = figure.canvas.get_width_height()[1]
    for row, name in enumerate(names):
        box = found[name]
        assert box.x0 >= 0
        assert box.x1 <= NAMES
        assert HEADER + row * SIDE <= height - box.y1
        assert height - box.y0 <= HEADER + (row + 1) * SIDE
    boxes = list(found.values())
    assert not any(a.overlaps(b) for k, a in enumerate(boxes) for b in boxes[k + 1 :])


def test_all_maps_fit_a_page():
    assert HEADER + N_MAPS * SIDE <= PAGE_HEIGHT
    assert NAMES + N_PICTURES * SIDE <= PAGE_WIDTH


def test_a_model_without_a_stable_map_says_so(saved):
    figure = draw("no map is retained", [], [], [], "stretch")
    (panel,) = figure.axes
    assert [text.get_text() for text in panel.texts] == ["no map is retained"]
    saved(figure)


@pytest.mark.parametrize(
    ("n_stable", "share", "said"),
    [
        (
            0,
            0.9,
            "no map is retained in at least 90 % of 40 folds\n(the most frequent one in 75 %).",
        ),
        (1, 0.9, "\nthe 1 map retained in at least 90 % of 40 folds, and the pictures"),
        (N_MAPS, 1, f"\nthe {N_MAPS} maps retained in all 40 folds, and the pictures"),
        (
            40,
            0.9,
            f"the {N_MAPS} most often retained of 40 maps that are in at least 90 %",
        ),
    ],
)
def test_the_title_says_how_many_maps_there_are(n_stable, share, said):
    shares = np.where(np.arange(50) < n_stable, share, 0.75)
    title = title_of("animals, VGG-16", 92, 40, shares, share)
    assert title.startswith("animals, VGG-16")
    assert said in title
    assert ("pictures (of 92) that excite each most" in title) == bool(n_stable)


def test_a_map_is_told_by_its_score_and_rank_and_by_its_folds_where_not_all_retain_it():
    table = {
        "mean_ais": np.array([0.01234, -0.00052]),
        "mean_rank": np.array([3.25, 1000.5]),
        "share_retained": np.array([1, 0.925]),
    }
    assert describe(table, 0) == "map 0\nAIS 0.0123\nmean rank 3.2"
    assert describe(table, 1) == "map 1\nAIS −0.0005\nmean rank 1000.5\n92 % of folds"
