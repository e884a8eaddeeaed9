"""What figures of photographs share: a page of pictures, keys, and files of modest size."""

from collections.abc import Callable
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
from contourpy import contour_generator
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.patches import PathPatch
from matplotlib.path import Path as Line
from matplotlib.textpath import text_to_path
from PIL import Image

from alignment.artifacts.files import telling_why_not
from alignment.artifacts.picture_files import PHOTOGRAPH, few_shades
from alignment.figures.charts import PAGE_WIDTH as PAGE_INCHES
from alignment.figures.charts import write_pdf
from alignment.heatmaps.spotlight import light

DOTS = 150  # per inch: what print shows of photographs, which are the weight of these figures
PAGE_WIDTH, PAGE_HEIGHT = round(PAGE_INCHES * DOTS), 9 * DOTS  # what a journal page has room for
GAP = 4  # dots between pictures
SWATCH = 205  # the grey that keys light and darken
SMALL, CAPTION = 6, 5  # points
LINE = 1.3  # of a line's letters, from line to line


class Sheet:
    """A white page on which pictures and words are put, in dots from its upper left corner.

    All pictures are one image, since dozens of panels take seconds.

    Parameters
    ----------
    height : int
        Dots; the width is that of a journal page.
    """

    def __init__(self, height: int):
        self.width, self.height = PAGE_WIDTH, height
        self.canvas = np.full((self.height, self.width, 3), 255, dtype=np.uint8)
        self.figure = plt.figure(figsize=(PAGE_INCHES, self.height / DOTS))
        self.figure.set_layout_engine("none")
        # Otherwise the PDF holds the whole page as an image once more.
        self.figure.suppressComposite = True
        self.panel = self.figure.add_axes((0, 0, 1, 1))
        self.panel.set_axis_off()
        self.panel.set(xlim=(0, self.width), ylim=(self.height, 0))
        self.lines = []

    def put(self, picture: np.ndarray, left: float, top: float, side: float) -> tuple:
        """Fit a picture, (height, width, 3) uint8, into a square cell.

        Returns
        -------
        left, top, width, height
            Where it lies, in dots.
        """
        height, width = picture.shape[:2]
        scale = (side - GAP) / max(height, width)
        size = max(1, round(scale * width)), max(1, round(scale * height))
        left, top = round(left + (side - size[0]) / 2), round(top + (side - size[1]) / 2)
        fitted = Image.fromarray(picture).resize(size, Image.Resampling.LANCZOS)
        self.canvas[top : top + size[1], left : left + size[0]] = np.asarray(fitted)
        return left, top, *size

    def write(self, text: str, x: float, y: float, points: float = 7, room: float = 0, **look):
        """Write words at a place; smaller where they would be wider than their room in dots."""
        if room:
            points = min(points, points * room / max(1.0, width_of(text, points)))
        look = {"va": "center", "parse_math": False} | look  # a name may hold dollars
        return self.panel.text(x, y, text, fontsize=points, **look)

    def name(self, name: str, x: float, y: float, room: tuple[float, float], ha: str) -> None:
        """Write a name in as many lines as its room takes, whose width and height are in dots."""
        words, points = wrapped(name, SMALL, *room)
        self.write(words, x, y, points, room[0], ha=ha, linespacing=LINE)

    def caption(self, name: str, x: float, y: float, room: float) -> None:
        """Write a picture's name in one line, without its middle where that is too long."""
        self.write(shortened(name, CAPTION, room), x, y, CAPTION, ha="center")

    def outline(self, area: np.ndarray, place: tuple) -> None:
        """Draw a line around an area, (height, width) bool, of what lies at a place.

        The place is what :meth:`put` returns.
        """
        left, top, width, height = place
        scale = width / area.shape[1], height / area.shape[0]
        self.lines += [line * scale + (left, top) for line in outline(area)]

    def add_box(self, words: str, x: float, y: float, share: float, dark: float) -> tuple:
        """Say in a key what a grey box means, lit by a share.

        Returns
        -------
        place : tuple
            Where the box lies, as of :meth:`put`.
        end : int
            Where there is room to go on.
        """
        side = dots(0.14)
        top = round(y - side / 2)
        grey = np.full((side, side, 3), SWATCH, dtype=np.uint8)
        self.paste(light(grey, np.full((side, side), share), dark), x, top)
        after = x + side + dots(0.06)
        self.write(words, after, y, SMALL)
        return (x, top, side, side), round(after + width_of(words, SMALL) + dots(0.2))

    def entitle(self, cohort: str, n: int, n_images: int, left: float) -> None:
        """Write above all what a figure shows: so many of the pictures of a cohort."""
        which = f"{n} of {n_images}" if n < n_images else f"all {n}"
        self.write(f"{cohort}: {which} pictures", left, dots(0.12), 8, room=self.width - left)

    def paste(self, strip: np.ndarray, left: float, top: float) -> None:
        """Put an array of colours, (height, width, 3) uint8, on the page as it is."""
        left, top = round(left), round(top)
        self.canvas[top : top + strip.shape[0], left : left + strip.shape[1]] = strip

    def finish(self) -> Figure:
        """Return the figure, with the pictures and all outlines in it."""
        extent = (0, self.width, self.height, 0)
        shades = few_shades(self.canvas)
        self.panel.imshow(shades, extent=extent, aspect="auto", interpolation="none", zorder=0)
        if self.lines:
            path = Line.make_compound_path(*map(Line, self.lines))
            # White with a black edge, which is seen on any ground, in print and by anyone.
            for colour, width in (("black", 1.3), ("white", 0.5)):
                look = {"edgecolor": colour, "linewidth": width, "joinstyle": "round"}
                self.panel.add_artist(PathPatch(path, fill=False, **look))
        return self.figure


def outline(area: np.ndarray) -> list[np.ndarray]:
    """Return the closed lines around an area, in pixels from the picture's upper left corner.

    Parameters
    ----------
    area : (height, width) bool array

    Returns
    -------
    list of (n, 2) arrays of x and y
    """
    # One pixel of nothing around, so that an area at the edge is outlined there too.
    lines = contour_generator(z=np.pad(area, 1).astype(float)).lines(0.5)
    limits = area.shape[1], area.shape[0]
    return [np.clip(line - 0.5, 0, limits) for line in lines]


def dots(inches: float) -> int:
    """Return how many dots some inches are."""
    return round(inches * DOTS)


def width_of(text: str, points: float) -> float:
    """Return how many dots wide a text is, of its lines the longest."""
    measure, font = text_to_path.get_text_width_height_descent, FontProperties(size=points)
    longest = max(measure(line, font, False)[0] for line in text.split("\n"))
    # Letters are set on whole dots, which makes lines a little longer.
    return 1.08 * longest * DOTS / 72


def shortened(text: str, points: float, room: float) -> str:
    """Return a text, without its middle where it would be wider than its room in dots."""
    short, kept = text, len(text)
    while width_of(short, points) > room and kept > 2:
        kept -= 1
        short = f"{text[: kept - kept // 2]}\N{HORIZONTAL ELLIPSIS}{text[len(text) - kept // 2 :]}"
    return short


def wrapped(text: str, points: float, room: float, height: float) -> tuple[str, float]:
    """Return a text in as many lines as it takes to fit a room of some dots.

    Returns
    -------
    text : str
    points : float
        Smaller where the lines would be higher than the room; a word that is wider than the room
        is left so, for :meth:`Sheet.write` to make smaller.
    """
    while True:
        lines = []
        for part in text.split("\n"):
            lines.append("")
            for word in part.split():
                longer = f"{lines[-1]} {word}".strip()
                if lines[-1] and width_of(longer, points) > room:
                    lines.append(word)
                else:
                    lines[-1] = longer
        if points <= 1 or len(lines) * LINE * points * DOTS / 72 <= height:
            return "\n".join(lines), points
        points -= 0.5


def add_key(
    sheet: Sheet,
    x: float,
    y: float,
    ends: tuple[str, str],
    colours: Callable | None = None,
    signed: bool = False,
) -> int:
    """Say in one line what dark and light, or colours, mean.

    Parameters
    ----------
    sheet : Sheet
    x, y : float
        Left end and middle of the line, in dots.
    ends : two str
        What the lowest and the highest value mean.
    colours : callable or None
        A colour map, whose bar has ticks; None for Spotlight, which has none to be read off.
    signed : bool
        Whether there are values below 0.

    Returns
    -------
    int
        Where there is room to go on, in dots.
    """
    width, height = dots(1.5), dots(0.09)
    left = round(x + width_of(ends[0], SMALL) + dots(0.06))
    level = np.tile(np.linspace(-1 if signed else 0, 1, width), (height, 1))
    if colours is None:
        strip = light(np.full((height, width, 3), SWATCH, dtype=np.uint8), level)
    else:
        share = 0.5 + level / 2 if signed else level
        strip = np.rint(255 * np.asarray(colours(share))[..., :3]).astype(np.uint8)
        for value in [-1, -0.5, 0, 0.5, 1] if signed else [0, 0.5, 0.75, 1]:
            # Colours follow the square, as the heatmap's own overlay does.
            place = np.sign(value) * value**2
            tick = left + width * ((place + 1) / 2 if signed else place)
            ends_of = y + height / 2, y + height
            sheet.panel.plot([tick, tick], ends_of, color="black", linewidth=0.5)
            said = f"{value:g}".replace("-", "\N{MINUS SIGN}")
            sheet.write(said, tick, y + height * 1.1, SMALL, ha="center", va="top")
    sheet.paste(strip, left, y - height / 2)
    sheet.write(ends[0], x, y, SMALL)
    after = left + width + dots(0.06)
    sheet.write(ends[1], after, y, SMALL)
    return round(after + width_of(ends[1], SMALL) + dots(0.2))


def save_photographs(figure: Figure, png: str | Path, pdf: str | Path) -> None:
    """Write a sheet as PNG and as PDF, so that equal figures are equal files."""
    figure.set_dpi(DOTS)
    figure.canvas.draw()
    drawn = np.asarray(figure.canvas.buffer_rgba())[..., :3]
    with telling_why_not(png):
        Image.fromarray(few_shades(drawn)).save(png, dpi=(DOTS, DOTS), **PHOTOGRAPH)
    write_pdf(figure, pdf)
    plt.close(figure)
