"""Datasets that the workflow fetches, brought to the form in which users have theirs.

A source is a module of this package with the constants ``ARCHIVE`` (file name), ``ARCHIVE_SHA256``
and ``BY_HAND`` (what to do without a network), and the functions ``download(folder)``, which puts
the archive into a folder or raises OSError, and ``read(archive)``, which returns a
:class:`PublishedDataset`.
"""

import importlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

import numpy as np

from alignment.artifacts.downloads import keep
from alignment.artifacts.errors import InputError
from alignment.artifacts.files import sha256_of_file


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


def find_archive(source: ModuleType, cache_folder: Path, local: str | Path | None = None) -> Path:
    """Return the path of a source's checked archive, downloaded if it is not at hand.

    Parameters
    ----------
    source : module
    cache_folder : path
        Where downloads are kept for later runs.
    local : path, optional
        The user's own copy: nothing is downloaded.

    Raises
    ------
    InputError
        A local copy is missing or has another checksum, or no download succeeded.
    """
    if local is None:
        try:
            return keep(Path(cache_folder, source.ARCHIVE), source.ARCHIVE_SHA256, source.download)
        except OSError as error:
            raise InputError(
                f"{source.ARCHIVE} could not be downloaded ({error}); {source.BY_HAND}"
            ) from error
    local = Path(local)
    if not local.is_file():
        raise InputError(
            f"the archive {local} named in the config (datasets: archive) does not exist; "
            f"give the path of {source.ARCHIVE}, or remove the key to download it."
        )
    if (found := sha256_of_file(local)) != source.ARCHIVE_SHA256:
        raise InputError(
            f"the archive {local} named in the config (datasets: archive) has SHA-256 {found} "
            f"where {source.ARCHIVE_SHA256} is right: it is damaged or another file."
        )
    return local
