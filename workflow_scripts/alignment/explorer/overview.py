"""What the page needs at once: names, choices and the numbers of its tables."""

from collections.abc import Container, Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib import colormaps

from alignment.explorer.arrays import packed
from alignment.explorer.contents import LONGEST, PICTURES_TOGETHER
from alignment.heatmaps.spotlight import BELOW_ZERO
from alignment.importance.folds import few_of_a_fold

COLOURS = ("viridis", "magma", "cividis", "jet")  # the first is the usual one


def overview(
    dataset: str,
    pictures: Mapping[str, np.ndarray],
    labels: Mapping[str, np.ndarray],
    cohorts: Mapping[str, Sequence[int]],
    models: Mapping[str, Mapping[str, Any]],
    names: Mapping[str, Mapping[str, str]],
) -> dict[str, Any]:
    """Return what is there to choose from.

    Parameters
    ----------
    dataset : str
    pictures : dict of (N,) arrays
        ``image`` (the names), ``width`` and ``height`` in pixels.
    labels : dict of (N,) arrays
        Label columns, NaN where a number is missing; ``index`` and ``image`` are passed over.
    cohorts : dict of str to sequence of int
        The rows of the dataset that each is made of.
    models : dict of str to dict
        ``maps`` (F), ``height``, ``width``, ``pooled`` and ``facts``, pairs of name and text.
    names : dict of dict of str to str
        What ``datasets``, ``cohorts`` and ``models`` are called; by default as in paths.
    """

    def named(section, key):
        return {"id": key, "label": names.get(section, {}).get(key, key)}

    return {
        "dataset": named("datasets", dataset),
        "images": [str(image) for image in pictures["image"]],
        "sizes": packed(shown_sizes(pictures["width"], pictures["height"]), "u2"),
        "labels": {
            name: [_label(value) for value in column.tolist()]
            for name, column in labels.items()
            if name not in ("index", "image")
        },
        "cohorts": [
            {**named("cohorts", cohort), "images": packed(np.array(images), "u2")}
            for cohort, images in cohorts.items()
        ],
        "models": [{**named("models", model), **about} for model, about in models.items()],
        "colours": {name: _table_of(name) for name in COLOURS},
        "below_zero": BELOW_ZERO,
        "pictures_together": PICTURES_TOGETHER,
    }


def shown_sizes(width: np.ndarray, height: np.ndarray) -> np.ndarray:
    """Return the widths and heights, (N, 2) in pixels, at which pictures are shown."""
    size = np.stack([width, height], axis=1).astype(np.float64)
    size *= np.minimum(1, LONGEST / size.max(axis=1, keepdims=True))
    return np.maximum(1, np.rint(size))


def _label(value):
    """Return a label as people wrote it: one that is missing makes floats of the numbers beside."""
    if isinstance(value, float):
        return "" if np.isnan(value) else repr(value).removesuffix(".0")
    return str(value)


def _table_of(name):
    """Return a matplotlib colour map as 256 colours of three bytes, in base64."""
    colours = colormaps[name](np.linspace(0, 1, 256))[:, :3]
    return packed(np.rint(255 * colours), "u1")["data"]


FACTS = {
    "architecture": "architecture",
    "weights": "weights",
    "weights_sha256": "SHA-256 of the weights",
    "feature_maps_layer": "layer of the feature maps",
    "embedding_layer": "layer of the embedding",
    "input_size": "input, pixels per side",
    "framing": "framing of pictures",
    "torch_version": "torch",
    "torchvision_version": "torchvision",
    "numpy_version": "numpy",
}


def facts_of(attributes: Mapping[str, Any]) -> list[list[str]]:
    """Return what made a model's activations as pairs of name and text."""
    return [[name, str(attributes[key])] for key, name in FACTS.items() if key in attributes]


def sources_of(sources: Iterable[str], kinds: Mapping[str, str]) -> list[dict[str, str]]:
    """Return what sources of saliency maps are called and what kind they are."""
    return [
        {
            "id": source,
            "label": "centred Gaussian"
            if kinds[source] == "baseline"
            else source.replace("_", " "),
            "kind": kinds[source],
        }
        for source in sources
    ]


def numbers_of(
    summary: Mapping[str, np.ndarray],
    ceiling: Mapping[str, np.ndarray],
    cohorts: Mapping[str, Sequence[int]],
    folds: Mapping[str, Any],
) -> list[dict[str, Any]]:
    """Return the summary's rows of some cohorts, each with its ceiling.

    Parameters
    ----------
    summary : dict of arrays
        Columns of the summary of predictions, with ``cohort``.
    ceiling : dict of arrays
        ``cohort`` and ``ceiling``.
    cohorts : dict of str to sequence of int
        Their images.
    folds : mapping
        ``unit`` and ``n_folds``.

    Returns
    -------
    list of dict
        With the ends of the 95 % interval of the difference, ``interval_low`` and
        ``interval_high``; None where a number is undefined.  ``few``: the test images of a fold
        where they are so few that fits are far from zero by chance alone.
    """
    ceilings = dict(zip(ceiling["cohort"].tolist(), ceiling["ceiling"].tolist(), strict=True))
    few = {
        cohort: few_of_a_fold(len(images), folds["n_folds"], folds["unit"])
        for cohort, images in cohorts.items()
    }
    return [
        _told(
            row
            | {"ceiling": ceilings.get(row["cohort"], np.nan), "few": few[row["cohort"]] or np.nan}
        )
        for row in rows_of(summary, cohorts)
    ]


def controls_of(
    tests: Mapping[str, np.ndarray], labels: Mapping[str, str], cohorts: Sequence[str]
) -> list[dict[str, Any]]:
    """Return the tests of the retained maps against each control, of some cohorts.

    Parameters
    ----------
    tests : dict of arrays
        Columns of the table of these tests, with ``cohort`` and ``control``.
    labels : dict of str to str
        What each control is called.
    cohorts : sequence of str

    Returns
    -------
    list of dict
        With ``label``, and the interval as of :func:`numbers_of`; None where a number is
        undefined.
    """
    rows = rows_of(tests, cohorts)
    return [row | {"label": labels[row["control"]]} for row in rows]


def rows_of(table: Mapping[str, np.ndarray], cohorts: Container[str]) -> list[dict[str, Any]]:
    """Return the rows of a table that are of some cohorts.

    Parameters
    ----------
    table : dict of arrays
        With ``cohort``.
    cohorts : container of str

    Returns
    -------
    list of dict
        None where a number is undefined, for which JSON has no other word.
    """
    columns = [column.tolist() for column in table.values()]
    rows = [dict(zip(table, values, strict=True)) for values in zip(*columns, strict=True)]
    return [_told(row) for row in rows if row["cohort"] in cohorts]


def _told(row):
    return {
        name: None if isinstance(value, float) and not np.isfinite(value) else value
        for name, value in row.items()
    }
