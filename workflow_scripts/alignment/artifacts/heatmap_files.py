"""Saved heatmaps of one cohort and model, beside the pictures that they belong to."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from alignment.artifacts.arrays import Arrays
from alignment.artifacts.picture_files import PictureFiles


@dataclass(frozen=True)
class SavedHeatmaps:
    """The heatmaps of one cohort and model.

    Attributes
    ----------
    cohort, model : str
    images : list of str
    heatmap : (N, H, W) float32 array
    framing : str
        How pictures were brought to the network's square input.
    pictures : mapping of str to (height, width, 3) uint8 array
        By image.
    mean_of_maps : (N, H, W) float32 array or None
        The plain mean of all maps, for comparison; only beside heatmaps by AIS.
    fit_full : (N,) array or None
        How well the network's similarities of an image fit people's; likewise.
    """

    cohort: str
    model: str
    images: list[str]
    heatmap: np.ndarray
    framing: str
    pictures: PictureFiles
    mean_of_maps: np.ndarray | None = None
    fit_full: np.ndarray | None = None

    def of(self, image: str) -> np.ndarray:
        """Return the heatmap of an image, (H, W)."""
        return self.heatmap[self.images.index(image)]


def open_heatmaps(path: str | Path, pictures: str | Path) -> SavedHeatmaps:
    """Read saved heatmaps.

    Parameters
    ----------
    path : path
        HDF5 file of heatmaps.
    pictures : path
        The index of the dataset's pictures.
    """
    saved = Arrays(path)
    made_by = saved.attributes
    beside = {name: saved[name] for name in ("mean_of_maps", "fit_full") if name in saved}
    return SavedHeatmaps(
        made_by["cohort"],
        made_by["model"],
        saved["images"].tolist(),
        saved["heatmap"],
        made_by["framing"],
        PictureFiles(pictures),
        **beside,
    )
