"""Overlay pictures on disk: from saved heatmaps and saved pictures to one PNG an image."""

from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

import numpy as np
from matplotlib import colormaps
from PIL import Image

from alignment.artifacts.errors import InputError
from alignment.artifacts.files import replacing
from alignment.heatmaps.heatmaps import overlay, place
from alignment.datasets.pictures import read_picture
from alignment.artifacts.arrays import read_arrays, read_attributes


@dataclass(frozen=True)
class SavedHeatmaps:
    """The heatmaps of one cohort and model, and where their pictures are.

    Attributes
    ----------
    images : tuple of str
    heatmap : (N, H, W) float32 array
    framing : str
        How pictures were brought to the network's square input.
    folder : Path
        Of the PNG pictures.
    """

    images: tuple
    heatmap: np.ndarray
    framing: str
    folder: Path

    def picture(self, image: str) -> np.ndarray:
        """Return the picture of an image, (height, width, 3) uint8."""
        return read_picture(self.folder / f"{image}.png")

    def overlay(self, image: str, threshold: str, colours: str) -> np.ndarray:
        """Return the overlay of an image.

        Parameters
        ----------
        image : str
        threshold : str
            ``full``, or ``p`` and a percentile.
        colours : str
            Name of a matplotlib colour map.

        Raises
        ------
        InputError
            No such image or colour map.
        """
        if image not in self.images:
            raise InputError(
                f"there is no image '{image}' among the {len(self.images)} of the cohort; "
                f"nearest are {', '.join(get_close_matches(image, self.images, cutoff=0))}."
            )
        if colours not in colormaps:
            raise InputError(
                f"config: heatmaps: colours: matplotlib has no colour map '{colours}'; "
                "jet, viridis and RdBu_r are some of those it has."
            )
        picture = self.picture(image)
        height, width = picture.shape[:2]
        placed = place(self.heatmap[self.images.index(image)], (width, height), self.framing)
        percentile = None if threshold == "full" else float(threshold.removeprefix("p"))
        return overlay(picture, placed, colormaps[colours], percentile)


def open_heatmaps(path: str | Path, pictures: str | Path) -> SavedHeatmaps:
    """Read saved heatmaps.

    Parameters
    ----------
    path : path
        HDF5 file of heatmaps.
    pictures : path
        The dataset's index of pictures; they lie in the folder ``images`` beside it.
    """
    heatmap, images = read_arrays(path, "heatmap", "images")
    framing = read_attributes(path)["framing"]
    return SavedHeatmaps(tuple(images), heatmap, framing, Path(pictures).parent / "images")


def draw_overlay(
    heatmaps: SavedHeatmaps, image: str, threshold: str, colours: str, path: str | Path
) -> None:
    """Write the overlay of an image as PNG; see :meth:`SavedHeatmaps.overlay`."""
    drawn = Image.fromarray(heatmaps.overlay(image, threshold, colours))
    with replacing(path) as partial:
        drawn.save(partial, format="PNG")
