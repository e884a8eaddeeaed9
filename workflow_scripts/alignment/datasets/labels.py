"""Labels of images, and the queries on them that make cohorts."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from alignment.artifacts.errors import InputError
from alignment.artifacts.job_log import warn
from alignment.datasets.label_files import read_label_rows, values_of
from alignment.datasets.picture_names import match_rows
from alignment.datasets.queries import evaluate, never_met, nullable
from alignment.datasets.query_text import QueryError, not_evaluated

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
    # As text: a picture may be called NA or 01.
    header, rows = read_label_rows(path)
    table = pd.DataFrame(rows, columns=header, dtype=object)
    twice = table.columns[table.columns.duplicated()]
    if len(twice) or "index" in table:
        which = "two columns" if len(twice) else "a column"
        raise InputError(
            f"the labels {path} have {which} called '{(*twice, 'index')[0]}'; rename it"
            + ("." if len(twice) else ", since the workflow numbers the pictures under that name.")
        )
    order = match_rows(table["image"].tolist(), images, path)
    table = table.drop(columns="image").iloc[order]
    return {column: values_of(table[column].tolist()) for column in table}


def query_images(table: Mapping[str, Sequence], query: str | None, cohort: str) -> np.ndarray:
    """Return the rows that a query on the label columns keeps.

    Parameters
    ----------
    table : dict of str to (N,) array
        Columns ``index``, ``image`` and labels.
    query : str or None
        An expression of :mod:`alignment.datasets.queries` that is true or false (or 1 or 0) for
        every image; None keeps all rows. Where it cannot tell, for want of a label, the image is
        left out.
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
    n_images = len(table["image"])
    if query is None:
        return np.arange(n_images)
    labels = ", ".join(column for column in table if column not in ("index", "image")) or "none"
    where = f"config: cohorts: {cohort}: query: '{query}'"
    try:
        kept, read = evaluate(query, table)
    except QueryError as error:
        raise InputError(not_evaluated(cohort, query, error, table)) from error
    if not isinstance(kept, pd.Series) or not kept.dropna().isin([0, 1]).all():
        raise InputError(
            f"{where} does not say yes or no for every image, as {EXAMPLE} would; "
            f"the label columns are: {labels}."
        )
    for column in sorted(read):
        if n_missing := int(nullable(table[column]).isna().sum()):
            warn(f"{where}: {n_missing} of {n_images} images have no value of '{column}'.")
    rows = np.flatnonzero(kept.fillna(False).astype(bool))
    if not len(rows):
        why = never_met(query, table)
        raise InputError(
            f"{where} keeps none of the {n_images} images{': ' * bool(why)}{why}; the label "
            f"columns are: {labels}."
        )
    return rows
