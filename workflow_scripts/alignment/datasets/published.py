"""Datasets that the workflow fetches, brought to the form in which users have theirs.

A source is a module of this package with ``ARCHIVE``, an
:class:`~alignment.datasets.archives.Archive`, and ``read(path)``, which returns from it a
:class:`PublishedDataset`.
"""

import importlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import ModuleType

import numpy as np


@dataclass(frozen=True)
class PublishedDataset:
    """A dataset as it was published.

    Attributes
    ----------
    names : N str
    pictures : N arrays (height, width, 3) uint8
    dissimilarities : (N, N) or (S, N, N) float64 array
        In the order of the names; one matrix per observer where they are told apart.
    labels : dict of str to list
        Columns by which cohorts can be queried.
    """

    names: Sequence[str]
    pictures: Sequence[np.ndarray]
    dissimilarities: np.ndarray
    labels: Mapping[str, Sequence]


def source_named(name: str) -> ModuleType:
    """Return the module of a source: it has the name that the config gives."""
    return importlib.import_module(f"alignment.datasets.{name}")
