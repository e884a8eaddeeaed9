"""A page of pictures: where they lie, what its keys say, and files of modest size."""

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.path import Path
from PIL import Image

from alignment.figures.photographs import (
    DOTS,
    GAP,
    LINE,
    PAGE_WIDTH,
    Sheet,
    add_key,
    outline,
    save_photographs,
    shortened,
    width_of,
    wrapped,
)
from alignment.heatmaps.spotlight import light


def noise(*shape):
    return np.random.default_rng(0).integers(0, 256, (*shape, 3), dtype=np.uint8)


def colours_of(picture):
    return {tuple(colour) for colour in picture.reshape(-1, 3).tolist()}


def shaded(height=60, width=200):
    """Smooth shades of grey and brown, as photographs in the dark have them, and a blue corner."""
    across = np.linspace(0, 200, width)[None, :] * np.linspace(0.3, 1, height)[:, None]
    picture = np.rint(across[..., None] * [1, 0.9, 0.7]).astype(np.uint8)
    picture[:6, :6] = (20, 60, 230)
    return picture


@pytest.mark.parametrize("size", [(50, 50), (20, 50), (50, 20), (400, 300), (1, 90)])
def test_a_picture_lies_in_the_middle_of_its_cell_as_large_as_it_can(size):
    sheet = Sheet(300)
    left, top, width, height = sheet.put(np.zeros((*size, 3), np.uint8), 40, 60, 100)
    assert max(width, height) == 100 - GAP
    assert width / height == pytest.approx(size[1] / size[0], rel=0.1, abs=0.02)
    assert left + width / 2 == pytest.approx(90, abs=1)
    assert top + height / 2 == pytest.approx(110, abs=1)
    inside = np.zeros((300, PAGE_WIDTH), dtype=bool)
    inside[top : top + height, left : left + width] = True
    np.testing.assert_array_equal((sheet.canvas == 0).all(axis=2), inside)


def test_a_sheet_is_one_picture_as_wide_as_a_page(tmp_path):
    sheet = Sheet(200)
    for k in range(6):
        sheet.put(noise(30, 30), 100 * k, 10, 100)
    figure = sheet.finish()
    (panel,) = figure.axes
    assert len(panel.images) == 1
    save_photographs(figure, tmp_path / "a.png", tmp_path / "a.pdf")
    with Image.open(tmp_path / "a.png") as image:
        assert image.size == (PAGE_WIDTH, 200) == (7 * DOTS, 200)
        # Dot by dot, neither moved nor smoothed.
        np.testing.assert_allclose(
            np.asarray(image.convert("RGB")).astype(int), panel.images[0].get_array(), atol=8
        )


@pytest.mark.parametrize("room", [140, 250, 2000])
def test_words_take_no_more_room_than_they_have(room):
    sheet = Sheet(100)
    written = sheet.write("EfficientNet-Lite0, fine-tuned\non pictures", 10, 50, 8, room=room)
    sheet.figure.set_dpi(DOTS)
    sheet.figure.canvas.draw()
    extent = written.get_window_extent()
    assert extent.width <= room
    assert written.get_fontsize() == 8 or room < 2000


@pytest.mark.parametrize("text", ["a", "VGG-16, Shapley values of maps", "a long name " * 20])
def test_words_are_put_on_lines_that_fit_their_room(text):
    said, points = wrapped(text, 6, 100, 80)
    assert said.split() == text.split()
    assert max(width_of(line, points) for line in said.split("\n")) <= 100
    assert len(said.split("\n")) * LINE * points * DOTS / 72 <= 80
    assert points == 6 or len(text) > 200
    assert wrapped("indivisible-and-much-too-long", 6, 10, 80) == (
        "indivisible-and-much-too-long",
        6,
    )


@pytest.mark.parametrize("room", [60, 120, 2000])
@pytest.mark.parametrize("text", ["01", "animals/a_long_name_of_a_picture_0012"])
def test_a_name_that_is_too_long_loses_its_middle(text, room):
    short = shortened(text, 6, room)
    assert width_of(short, 6) <= room
    start, _, end = short.partition("…")
    assert text.startswith(start)
    assert text.endswith(end)
    assert (short == text) == (width_of(text, 6) <= room)
    assert 0 <= len(start) - len(end) <= 1 or short == text


@pytest.mark.parametrize("text", ["whole", "top 40 %", "a long name of a network\nand more"])
def test_the_width_of_words_is_that_of_what_is_drawn(text):
    sheet = Sheet(100)
    written = sheet.write(text, 10, 50, 7)
    sheet.figure.set_dpi(DOTS)
    sheet.figure.canvas.draw()
    drawn = written.get_window_extent().width
    assert drawn <= width_of(text, 7) <= 1.2 * drawn + 2


def test_an_outline_parts_the_pixels_of_an_area_from_all_others():
    area = np.random.default_rng(0).random((9, 14)) > 0.6
    lines = outline(area)
    y, x = np.mgrid[:9, :14] + 0.5
    # Within one line a pixel is inside; within two (a hole) it is outside again.
    times = sum(
        Path(line).contains_points(np.column_stack([x.ravel(), y.ravel()])).astype(int)
        for line in lines
    )
    np.testing.assert_array_equal(times.reshape(9, 14) % 2 == 1, area)
    everything = np.concatenate(lines)
    assert everything.min() >= 0
    assert (everything.max(axis=0) <= (14, 9)).all()
    assert outline(np.zeros((5, 5), dtype=bool)) == []


def bar_of(sheet):
    """The colours along the middle of a key, where they are not white."""
    line = sheet.canvas[30]
    return line[(line != 255).any(axis=1)].astype(int)


@pytest.mark.parametrize("signed", [False, True])
def test_a_key_of_light_goes_from_dark_to_light_and_has_no_ticks(signed):
    sheet = Sheet(100)
    add_key(sheet, 50, 30, ("dark: no matter", "as it is: matters"), signed=signed)
    assert [text.get_text() for text in sheet.panel.texts] == [
        "dark: no matter",
        "as it is: matters",
    ]
    bar = bar_of(sheet)
    grey = np.full((1, 3, 3), bar[-1], dtype=np.uint8)
    ends = light(grey, np.array([[-1.0 if signed else 0, 0, 1]])).astype(int)[0]
    np.testing.assert_allclose(bar[[0, -1]], ends[[0, 2]], atol=1)
    brightness = bar.sum(axis=1)
    assert brightness[len(bar) // 2 :].tolist() == sorted(brightness[len(bar) // 2 :])
    assert (bar[0, 2] > bar[0, 0] + 50) == signed  # blue
    assert not sheet.panel.lines


@pytest.mark.parametrize(
    ("signed", "values"),
    [(False, ["0", "0.5", "0.75", "1"]), (True, ["−1", "−0.5", "0", "0.5", "1"])],
)
def test_a_key_of_colours_has_its_ticks_where_the_squared_heatmap_has_these_colours(signed, values):
    sheet, scale = Sheet(100), plt.get_cmap("RdBu_r")
    add_key(sheet, 50, 30, ("least", "most"), scale, signed)
    said = {text.get_text(): text for text in sheet.panel.texts}
    assert set(said) == {"least", "most", *values}
    columns = np.flatnonzero((sheet.canvas[30] != 255).any(axis=1))
    for value in values:
        number = float(value.replace("−", "-"))
        level = np.sign(number) * number**2
        column = round(said[value].get_position()[0])
        column = min(max(column, columns[0]), columns[-1])
        expected = 255 * np.array(scale(0.5 + level / 2 if signed else level)[:3])
        np.testing.assert_allclose(sheet.canvas[30, column], expected, atol=8)
    assert len(sheet.panel.lines) == len(values)


def test_dark_shades_are_drawn_without_grain(tmp_path):
    """In files too: what is even in a picture is even there."""
    sheet = Sheet(150)
    sheet.paste(np.full((100, 300, 3), (27, 26, 24), dtype=np.uint8), 10, 10)
    sheet.paste(noise(100, 300), 400, 10)
    save_photographs(sheet.finish(), tmp_path / "a.png", tmp_path / "a.pdf")
    with Image.open(tmp_path / "a.png") as image:
        assert colours_of(np.asarray(image)[15:105, 15:305]) == {(27, 27, 25)}


def test_equal_figures_are_equal_files(tmp_path):
    contents = []
    for name in "ab":
        sheet = Sheet(150)
        sheet.put(noise(90, 120), 10, 10, 120)
        sheet.write("words", 300, 50)
        figure = sheet.finish()
        paths = tmp_path / f"{name}.png", tmp_path / f"{name}.pdf"
        save_photographs(figure, *paths)
        contents.append([path.read_bytes() for path in paths])
        assert not plt.fignum_exists(figure.number)
    assert contents[0] == contents[1]
    with Image.open(tmp_path / "a.png") as image:
        assert image.mode == "RGB"
        assert image.getpixel((900, 100)) == (255, 255, 255)


def test_photographs_weigh_less_than_they_would(tmp_path):
    sheet = Sheet(600)
    for row in range(5):
        for column in range(8):
            sheet.put(
                np.roll(shaded(200, 200), 7 * row + column, axis=1), 120 * column, 120 * row, 120
            )
    canvas = sheet.canvas + np.random.default_rng(0).integers(0, 5, sheet.canvas.shape, np.uint8)
    sheet.canvas = np.where(sheet.canvas == 255, 255, canvas).astype(np.uint8)
    Image.fromarray(sheet.canvas).save(tmp_path / "all.png")
    save_photographs(sheet.finish(), tmp_path / "a.png", tmp_path / "a.pdf")
    whole = (tmp_path / "all.png").stat().st_size
    assert (tmp_path / "a.png").stat().st_size < 0.85 * whole
    assert (tmp_path / "a.pdf").stat().st_size < whole
