"""What a saved network says of itself, read without torch, whose import takes seconds.

The header of the file carries the SHA-256 of the tensors, which whoever loads them checks, and a
seal, the SHA-256 of the rest of the header.
"""

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import safetensors

from alignment.artifacts.errors import InputError
from alignment.artifacts.files import altered, make_anew, unsealed

SEAL = "seal"
FIELDS = {"network", "attributes", "torch", "torchvision", "tensors_sha256"}  # beside the seal


def seal_of(metadata: Mapping[str, str]) -> str:
    """Return the SHA-256 of the header of a network file, a dict of strings, but its seal."""
    content = {name: value for name, value in metadata.items() if name != SEAL}
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def read_header(path: str | Path) -> dict[str, str]:
    """Read and check the header of a network file.

    Parameters
    ----------
    path : path
        A file written by :func:`alignment.networks.networks.save_network`.

    Returns
    -------
    dict of str to str

    Raises
    ------
    InputError
        The file is missing, was altered since it was written, or was written by something else.
    """
    try:
        with safetensors.safe_open(path, framework="np") as file:
            metadata = file.metadata() or {}
    except FileNotFoundError as error:
        raise InputError(f"{path} is missing; run snakemake again.") from error
    except (OSError, safetensors.SafetensorError) as error:
        raise altered(path) from error
    if not FIELDS & metadata.keys():
        raise InputError(f"{path} is not a network saved by this workflow; {make_anew(path)}")
    if metadata.keys() == FIELDS:
        raise unsealed(path)
    if metadata.get(SEAL) != seal_of(metadata):  # a damaged name of a field ends here, too
        raise altered(path)
    return metadata


def describe_network(path: str | Path) -> tuple[dict[str, Any], dict[str, Any]]:
    """Say what is known of a saved network.

    Parameters
    ----------
    path : path

    Returns
    -------
    known : dict
        The fields of :class:`alignment.networks.networks.Network` but the module.
    attributes : dict
        What was saved with it, such as the layers at which it is cut.

    Raises
    ------
    InputError
        See :func:`read_header`.
    """
    header = read_header(path)
    return json.loads(header["network"]), json.loads(header["attributes"])
