"""Labels of images, and the queries on them that make cohorts."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from alignment.artifacts.errors import InputError
from alignment.datasets.picture_names import match_rows

EXAMPLE = "'animal == 1'"


def read_labels(path: str | Path, images: Sequence[str]) -> dict[str, list]:
    """Read a CSV of labels and bring its rows into the order of the pictures.

    Parameters
    ----------
    path : path
        A column ``image`` with picture names, with or without extension, and label columns.
    images : sequence of str
        Picture names without extension.

    Returns
    -------
    dict of str to list

    Raises
    ------
    InputError
        The file is not such a table, or its rows are not the pictures.
    """
    try:
        # Only an empty field is missing: a picture may be called NA or null.
        table = pd.read_csv(path, dtype={"image": str}, keep_default_na=False, na_values=[""])
    except (ValueError, OSError) as error:
        raise InputError(f"the labels {path} cannot be read as CSV ({error}).") from error
    if "image" not in table:
        raise InputError(
            f"the labels {path} have no column 'image' but {', '.join(map(str, table))}; "
            "it is to hold the picture names."
        )
    order = match_rows(table["image"].fillna("").tolist(), images, path)
    table = table.drop(columns=["image", "index"], errors="ignore").iloc[order]
    return {str(column): table[column].tolist() for column in table}


def query_images(table: Mapping[str, Sequence], query: str | None, cohort: str) -> np.ndarray:
    """Return the rows that a query on the label columns keeps.

    Parameters
    ----------
    table : dict of str to (N,) array
        Columns ``index``, ``image`` and labels.
    query : str or None
        A pandas expression that is true or false (or 1 or 0) for every image; None keeps all rows.
    cohort : str
        For the message.

    Returns
    -------
    (n,) int array, ascending

    Raises
    ------
    InputError
        The query is not valid, does not say yes or no for every image, or keeps no image.
    """
    frame = pd.DataFrame(table)
    if query is None:
        return frame.index.to_numpy()
    labels = ", ".join(column for column in frame if column not in ("index", "image")) or "none"
    try:
        # The python engine: numexpr, where installed, cannot compare strings.
        kept = frame.eval(query, engine="python")
    except Exception as error:  # pandas raises whatever the expression raises
        raise InputError(
            f"config: cohorts: {cohort}: query: '{query}' cannot be evaluated ({error}); "
            f"the label columns are: {labels}."
        ) from error
    if not isinstance(kept, pd.Series) or not kept.isin([0, 1]).all():
        raise InputError(
            f"config: cohorts: {cohort}: query: '{query}' does not say yes or no for every image, "
            f"as {EXAMPLE} would; the label columns are: {labels}."
        )
    rows = np.flatnonzero(kept.astype(bool))
    if not len(rows):
        raise InputError(
            f"config: cohorts: {cohort}: query: '{query}' keeps none of the {len(frame)} images; "
            f"the label columns are: {labels}."
        )
    return rows
