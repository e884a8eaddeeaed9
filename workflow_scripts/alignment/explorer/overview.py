"""What the page needs at once: names, choices and the numbers of its tables."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib import colormaps

from alignment.explorer.arrays import packed
from alignment.explorer.contents import LONGEST, PICTURES_TOGETHER

COLOURS = ("viridis", "magma", "cividis", "jet")  # the first is the usual one


def overview(
    dataset: str,
    pictures: Mapping[str, np.ndarray],
    labels: Mapping[str, np.ndarray],
    cohorts: Mapping[str, Sequence[int]],
    models: Mapping[str, Mapping[str, Any]],
    names: Mapping[str, str],
) -> dict[str, Any]:
    """Return what is there to choose from.

    Parameters
    ----------
    dataset : str
    pictures : dict of (N,) arrays
        ``image`` (the names), ``width`` and ``height`` in pixels.
    labels : dict of (N,) arrays
        Label columns; ``index`` and ``image`` are passed over.
    cohorts : dict of str to sequence of int
        The rows of the dataset that each is made of.
    models : dict of str to dict
        ``maps`` (F), ``height``, ``width``, ``pooled`` and ``facts``, pairs of name and text.
    names : dict of str to str
        What datasets, cohorts and models are called; by default what they are called in paths.
    """

    def named(key):
        return {"id": key, "label": names.get(key, key)}

    size = np.stack([pictures["width"], pictures["height"]], axis=1).astype(float)
    size *= np.minimum(1, LONGEST / size.max(axis=1, keepdims=True))
    return {
        "dataset": named(dataset),
        "images": [str(image) for image in pictures["image"]],
        "sizes": packed(np.maximum(1, np.rint(size)), "u2"),
        "labels": {
            name: [str(value) for value in column.tolist()]
            for name, column in labels.items()
            if name not in ("index", "image")
        },
        "cohorts": [
            {**named(cohort), "images": packed(np.array(images), "u2")}
            for cohort, images in cohorts.items()
        ],
        "models": [{**named(model), **about} for model, about in models.items()],
        "colours": {name: _table_of(name) for name in COLOURS},
        "pictures_together": PICTURES_TOGETHER,
    }


def _table_of(name):
    """Return a matplotlib colour map as 256 colours of three bytes, in base64."""
    colours = colormaps[name](np.linspace(0, 1, 256))[:, :3]
    return packed(np.rint(255 * colours), "u1")["data"]


def numbers_of(
    summary: Mapping[str, np.ndarray], ceiling: Mapping[str, np.ndarray], cohorts: Sequence[str]
) -> list[dict[str, Any]]:
    """Return the summary's rows of some cohorts, each with its ceiling.

    Parameters
    ----------
    summary : dict of arrays
        Columns of the summary of predictions, with ``cohort``.
    ceiling : dict of arrays
        ``cohort`` and ``ceiling``.
    cohorts : sequence of str

    Returns
    -------
    list of dict
        None where a number is undefined, which JSON has no other word for.
    """
    ceilings = dict(zip(ceiling["cohort"].tolist(), ceiling["ceiling"].tolist(), strict=True))
    columns = [column.tolist() for column in summary.values()]
    rows = [dict(zip(summary, values, strict=True)) for values in zip(*columns, strict=True)]
    return [
        {
            name: None if isinstance(value, float) and not np.isfinite(value) else value
            for name, value in (row | {"ceiling": ceilings.get(row["cohort"], np.nan)}).items()
        }
        for row in rows
        if row["cohort"] in cohorts
    ]
