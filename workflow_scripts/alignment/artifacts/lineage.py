"""What an artifact was made from: recorded when it is written, compared when it is read.

Snakemake goes by the times of files.  It takes a file that was put into the results by hand, or
kept from another configuration, for the right one.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from alignment.artifacts.arrays import open_arrays, read_attributes, read_seal
from alignment.artifacts.errors import InputError
from alignment.artifacts.files import make_anew, sha256_of_file
from alignment.artifacts.network_files import SEAL, read_header

# Artifacts carry a SHA-256 of their own; of any other file it is computed.
_SEALS = {
    "network": lambda path: read_header(path)[SEAL],
    **dict.fromkeys(("judgments", "folds", "activations", "image_ais"), read_seal),
}


def made_from(*parents: str | Path, **sources: str | Path) -> dict[str, str]:
    """Return what an artifact is made from, to be written as its attribute ``made_from``.

    Parameters
    ----------
    *parents : paths
        Artifacts it descends from: all that they were made from counts.
    **sources : paths
        Files by their role: ``network``, ``pictures`` (the index of a dataset, with the checksum of
        every picture), ``judgments_file`` (the user's), ``judgments`` (as imported), ``cohort``,
        ``folds``, ``activations``, ``image_ais``.

    Returns
    -------
    dict of str to str
        SHA-256 by role.
    """
    inherited = {}
    for parent in parents:
        inherited |= _recorded(parent)
    return inherited | {role: _seal(role, path) for role, path in sources.items()}


def check_made_from(
    path: str | Path, inputs: Mapping[str, Any], *settings: Mapping[str, Any]
) -> None:
    """Refuse an artifact that does not belong to what a stage is given beside it.

    Every file that the artifact records must be the same where the stage is given it, and where
    another artifact of the stage records it; every setting that both name must be equal.

    Parameters
    ----------
    path : path
        HDF5 artifact.
    inputs : mapping of str to path, or to list of paths
        The stage's inputs; those of a role of :func:`made_from` are compared, and what the HDF5
        artifacts among them record.
    *settings : mappings
        The stage's settings and wildcards; those with the name of an attribute, such as
        ``framing`` or ``model``, are compared.

    Raises
    ------
    InputError
        The artifact was altered, or made from other files or with other settings.
    """
    attributes = read_attributes(path)
    for name, value in (item for each in settings for item in each.items()):
        if name in attributes and attributes[name] != value:
            raise InputError(
                f"{path} was made with {name}: {attributes[name]}, where it is {value} now; "
                f"{make_anew(path)}"
            )
    recorded = _recorded(path)
    for role, seal in recorded.items():
        source = inputs.get(role)
        if isinstance(source, str | Path) and seal != _seal(role, source):
            raise InputError(f"{path} was not made from {source} as it is now; {make_anew(path)}")
    for _, other in inputs.items():  # Snakemake's mappings have no values()
        if not isinstance(other, str | Path) or other == path or Path(other).suffix != ".h5":
            continue
        theirs = _recorded(other)
        for role in recorded.keys() & theirs.keys():
            if recorded[role] != theirs[role]:
                raise InputError(
                    f"{path} was not made from the same {role.replace('_', ' ')} as {other}; "
                    f"{make_anew(path)}"
                )


def _recorded(path):
    with open_arrays(path) as file:  # of many attributes one is wanted, of each file of a job
        return json.loads(file.attrs.get("made_from", "{}"))


def _seal(role, path):
    return _SEALS.get(role, sha256_of_file)(path)
