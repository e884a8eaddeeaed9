"""One pair of pictures: which places of each make the network find it like the other."""

from collections.abc import Mapping, Sequence

import matplotlib.pyplot as plt
import numpy as np

from alignment.figures.charts import number, plain
from alignment.heatmaps.heatmaps import is_noise
from alignment.heatmaps.placement import place
from alignment.heatmaps.spotlight import light

SHARES = {
    "all_maps": "similarity by all maps",
    "retained": "similarity by retained maps,\nheld out",
}


def draw(
    title: str,
    names: Sequence[str],
    pictures: Sequence[np.ndarray],
    shares: Sequence[Mapping[str, np.ndarray]],
    framing: str,
) -> plt.Figure:
    """Return the figure: a row per picture, as it is and lit where it is like the other.

    Parameters
    ----------
    title : str
    names : two str
    pictures : two (height, width, 3) uint8 arrays
    shares : two dicts of (H, W) arrays
        The places' shares of the similarity by the keys of `SHARES`; NaN where there are none.
    framing : {"stretch", "crop", "pad"}
        How pictures were brought to the network's square input.
    """
    figure, axes = plt.subplots(2, 1 + len(SHARES), figsize=(5.4, 4.1))
    figure.suptitle(plain(title))
    for row, name, picture, of_kind in zip(axes, names, pictures, shares, strict=True):
        row[0].imshow(picture)
        row[0].set_title(plain(name))
        for panel, (kind, label) in zip(row[1:], SHARES.items(), strict=True):
            values = of_kind[kind]
            height, width = picture.shape[:2]
            local = place(values * values.size, (width, height), framing)
            panel.imshow(light(picture, local))
            panel.set_title(f"{label}: {_said(values.sum())}")
        for panel in row:
            panel.set_axis_off()
    return figure


def _said(similarity):
    if not np.isfinite(similarity):
        return "not tested together"
    said = number(similarity)
    return f"{said}\n(nothing to see)" if is_noise(similarity) else said
