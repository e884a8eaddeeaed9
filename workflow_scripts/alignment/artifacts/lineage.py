"""What an artifact was made from: recorded when it is written, compared when it is read.

Snakemake goes by the times of files.  A file that was put into the results by hand, or kept from
another configuration, it takes for what it should be.
"""

import json
from pathlib import Path
from typing import Any

from alignment.artifacts.errors import InputError
from alignment.artifacts.files import make_anew, sha256_of_file
from alignment.artifacts.network_files import SEAL, read_header
from alignment.artifacts.arrays import read_attributes, read_seal

# Artifacts carry a SHA-256 of their own; of any other file it is computed.
_SEALS = {
    "network": lambda path: read_header(path)[SEAL],
    "activations": read_seal,
    "image_ais": read_seal,
}


def made_from(*parents: str | Path, **sources: str | Path) -> dict[str, str]:
    """Return what an artifact is made from, to be written as its attribute ``made_from``.

    Parameters
    ----------
    *parents : paths
        Artifacts it descends from: all that they were made from counts.
    **sources : paths
        Files by their role: ``network``, ``pictures`` (the index of a dataset, with the checksum of
        every picture), ``judgments``, ``cohort``, ``activations``, ``image_ais``.

    Returns
    -------
    dict of str to str
        SHA-256 by role.
    """
    inherited = {}
    for parent in parents:
        inherited |= json.loads(read_attributes(parent)["made_from"])
    return inherited | {role: _seal(role, path) for role, path in sources.items()}


def check_made_from(path: str | Path, inputs: Any, settings: Any = None) -> None:
    """Refuse an artifact that was not made from what a stage is given beside it.

    Every file and every setting that both the artifact and the stage name must be the same.

    Parameters
    ----------
    path : path
        HDF5 artifact.
    inputs : mapping of str to path
        The stage's inputs; those of a role of :func:`made_from` are compared.
    settings : mapping, optional
        The stage's settings; those with the name of an attribute, such as ``framing``, are
        compared.

    Raises
    ------
    InputError
        The artifact was altered, or made from other files or with other settings.
    """
    attributes = read_attributes(path)
    recorded = json.loads(attributes["made_from"])
    for role, seal in recorded.items():
        source = inputs.get(role)
        if source is not None and seal != _seal(role, source):
            raise InputError(f"{path} was not made from {source} as it is now; {make_anew(path)}")
    for name, value in (settings or {}).items():
        if name in attributes and attributes[name] != value:
            raise InputError(
                f"{path} was made with {name}: {attributes[name]}, but the config says {value}; "
                f"{make_anew(path)}"
            )


def _seal(role, path):
    return _SEALS.get(role, sha256_of_file)(path)
