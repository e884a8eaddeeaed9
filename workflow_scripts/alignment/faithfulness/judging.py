"""What is left of a picture's fit when the top of a map is kept alone, or is deleted."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice, product

import numpy as np

from alignment.faithfulness.areas import TESTS, changed, filled, highest_pixels
from alignment.faithfulness.halves import check_apart
from alignment.heads.unit_rows import UnitRows
from alignment.similarity.fits import fit

COLUMNS = ("image", "fill", "test", "share", "map", "r_before", "r_after")
Embed = Callable[[np.ndarray], np.ndarray]


def fits_of(
    rows: np.ndarray, embedding: np.ndarray, judgments: np.ndarray, similarity: str
) -> np.ndarray:
    """Return r_i of some variants of an image, while the others stay whole.

    Parameters
    ----------
    rows : (V, D) array
        Embeddings of the variants.
    embedding : (n, D) array
        Of the images of the cohort.
    judgments : (n,) array
        Human similarities of the image with each; NaN where one takes no part.
    similarity : {"pearson", "cosine"}

    Returns
    -------
    (V,) float64 array
        Pearson correlations over the images that take part; NaN where one is undefined.
    """
    part = np.isfinite(judgments)
    varied, whole = (
        UnitRows(np.asarray(each, dtype=np.float64), similarity) for each in (rows, embedding[part])
    )
    similarities = varied.centred @ whole.centred.T
    similarities[~varied.defined] = np.nan
    similarities[:, ~whole.defined] = np.nan
    return fit(similarities, judgments[part], "pearson")


def variants(
    picture: np.ndarray,
    place: tuple[slice, slice],
    maps: Mapping[str, np.ndarray],
    shares: Sequence[float],
    fills: Sequence[str],
    ties: np.ndarray,
) -> Iterator[tuple[tuple[str, str, float, str], np.ndarray]]:
    """Yield a picture with the top of each map kept, and deleted.

    Parameters
    ----------
    picture : (3, S, S) float32 array
        As the network sees it.
    place : rows and columns of the input that show the picture
        The rest, which pads it, stays as it is.
    maps : dict of str to (h, w) array
        At the resolution of `place`.  A flat map points nowhere and is left out.
    shares : sequence of float
        Per cent of the pixels of `place`.
    fills : sequence of {"mean", "blur"}
    ties : (h, w) array
        See :func:`alignment.faithfulness.areas.highest_pixels`.

    Yields
    ------
    (fill, test, share, map), (3, S, S) float32 array
    """
    own = picture[:, *place]
    fillings = {fill: filled(own, fill) for fill in fills}
    for name, values in maps.items():
        if np.ptp(values) == 0:
            continue
        areas = highest_pixels(values, shares, ties)
        for fill, filling in fillings.items():
            for test in TESTS:
                for share, area in zip(shares, areas, strict=True):
                    whole = picture.copy()
                    whole[:, *place] = changed(own, filling, area, test)
                    yield (fill, test, share, name), whole


def embeddings_of(
    pictures: Iterator[tuple[tuple, np.ndarray]], embed: Embed, batch_size: int
) -> tuple[list[tuple], list[np.ndarray]]:
    """Run a network over pictures that are made as they are needed.

    Parameters
    ----------
    pictures : iterator of (key, (3, S, S) array)
    embed : callable
        Pictures (B, 3, S, S) to embeddings (B, D).
    batch_size : int

    Returns
    -------
    keys : list
    embeddings : list of (B, D) arrays
    """
    keys, rows = [], []
    while batch := list(islice(pictures, batch_size)):
        keys += [key for key, _ in batch]
        rows.append(embed(np.stack([picture for _, picture in batch])))
    return keys, rows


@dataclass(frozen=True)
class Design:
    """How pictures are changed and judged.

    Attributes
    ----------
    shares : sequence of float
        Per cent of the picture.
    fills : sequence of {"mean", "blur"}
    similarity : {"pearson", "cosine"}
    batch_size : int
        Pictures that the network sees at a time.
    """

    shares: Sequence[float]
    fills: Sequence[str]
    similarity: str = "pearson"
    batch_size: int = 1


def judge(
    pictures: Iterable[tuple[np.ndarray, tuple[slice, slice], Mapping[str, np.ndarray]]],
    embed: Embed,
    embedding: np.ndarray,
    halves: tuple[np.ndarray, np.ndarray],
    design: Design,
    generator: np.random.Generator,
) -> Iterator[list[dict]]:
    """Yield what is left of each image's fit, image by image.

    Parameters
    ----------
    pictures : iterable of picture, place and maps
        See :func:`variants`, for each of the n images of a cohort.
    embed : callable
        See :func:`embeddings_of`.
    embedding : (n, D) array
        Of the whole pictures.
    halves : two (n, n) arrays
        Judgments that chose the maps, and those that judge them, NaN elsewhere.
    design : Design
    generator : numpy Generator
        Decides between equally high pixels.

    Yields
    ------
    list of dict
        A row per fill, test, share and map: `COLUMNS` but the image.  ``r_before`` is r_i of the
        whole picture, the Pearson correlation of judgments and similarities over the half that
        judges, ``r_after`` that of the changed picture: NaN for a flat map.

    Raises
    ------
    ValueError
        Something is judged by what chose it.

    Notes
    -----
    Section 12 of the method.
    """
    choosing, judging = halves
    check_apart(choosing, judging)
    for i, (picture, place, maps) in enumerate(pictures):
        ties = generator.random(next(iter(maps.values())).shape, dtype=np.float32)
        changes = variants(picture, place, maps, design.shares, design.fills, ties)
        keys, rows = embeddings_of(changes, embed, design.batch_size)
        rows = np.vstack([embedding[i : i + 1], *rows])
        before, *after = fits_of(rows, embedding, judging[i], design.similarity).tolist()
        left = dict(zip(keys, after, strict=True))
        every = product(design.fills, TESTS, design.shares, maps)
        yield [
            dict(zip(COLUMNS[1:], (*key, before, left.get(key, np.nan)), strict=True))
            for key in every
        ]
