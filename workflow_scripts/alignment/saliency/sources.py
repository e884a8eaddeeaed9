"""The saliency maps of a source, one for each picture, and what a person should know of them."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

import numpy as np

from alignment.datasets.picture_names import MAP_SUFFIXES, files_in, listed
from alignment.datasets.saliency_maps import checked_map, find_maps, read_map
from alignment.planning.own_functions import call_function, load_function
from alignment.saliency.models import BOTTOM_UP, CENTRE, bottom_up_map, centred_gaussian

CALLED_WITH = ": it is called with an array (height, width, 3) of uint8 and returns an array (h, w)"
SLACK = 0.02  # of a map's height: what rounding of its sides may make of a picture's proportions


def maps_of(
    source: str,
    definition: Mapping[str, str],
    images: Sequence[str],
    pictures: Iterable[np.ndarray],
) -> Iterator[np.ndarray]:
    """Yield the map of every picture by a source, each when it is asked for.

    Parameters
    ----------
    source : str
    definition : dict
        ``folder`` or ``function`` where the source has one.
    images : sequence of str
    pictures : iterable of (height, width, 3) uint8 arrays
        Not looked at where maps come from a folder.

    Raises
    ------
    InputError
        A map is missing, or is no saliency map; a function cannot be imported, or fails.
    """
    if "folder" in definition:
        folder = definition["folder"]
        yield from map(read_map, find_maps(folder, files_in(folder, MAP_SUFFIXES), images))
        return
    if "function" in definition:
        function = definition["function"]
        model = load_function(function, f"config: saliency: functions: {source}")
    for image, picture in zip(images, pictures, strict=True):
        if source == CENTRE:
            yield centred_gaussian(picture)
        elif source in BOTTOM_UP:
            yield bottom_up_map(picture, source)
        else:
            where = f"the function {function}, for the picture '{image}',"
            values = call_function(model, where, picture, hint=CALLED_WITH)
            yield checked_map(values, f"what {function} returns for the picture '{image}'")


def warnings_of(
    source: str,
    maps: Iterable[np.ndarray],
    images: Sequence[str],
    sizes: Sequence[tuple[int, int]],
) -> list[str]:
    """Return what a person should know of maps that can be used.

    Parameters
    ----------
    source : str
        Bottom-up models see whole pictures, whatever the size of their maps.
    maps : iterable of (h, w) arrays
        Looked at one after the other.
    images : sequence of str
    sizes : sequence of (width, height)
        Of the pictures.

    Returns
    -------
    list of str
        A sentence where maps are stretched, since their model may have seen padded or cropped
        pictures, and one where they are one value throughout.
    """
    stretched, flat = [], []
    for image, values, (width, height) in zip(images, maps, sizes, strict=True):
        # As long as one side, less its rounding, fits the other.
        off = abs(values.shape[1] * height / width - values.shape[0])
        if source not in BOTTOM_UP and off > max(1, SLACK * values.shape[0]):
            stretched.append(
                f"'{image}' ({values.shape[1]} x {values.shape[0]} for {width} x {height})"
            )
        if values.min() == values.max():
            flat.append(image)
    said = []
    if stretched:
        said.append(
            f"{len(stretched)} of {len(images)} saliency maps do not have the proportions of their "
            f"pictures and are stretched over them, the first for {stretched[0]}."
        )
    if flat:
        said.append(
            f"{len(flat)} of {len(images)} saliency maps are one value throughout "
            f"({listed(flat)}), and are compared with nothing."
        )
    return said
