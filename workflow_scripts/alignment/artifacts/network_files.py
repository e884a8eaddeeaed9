"""Networks as one ``.safetensors`` file each: tensors, and in the header all that is known.

No torch is needed, whose import takes seconds: tensors are NumPy arrays here.  The header carries
the SHA-256 of the tensors and a seal, the SHA-256 of the rest of the header.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import safetensors
import safetensors.numpy

from alignment.artifacts.errors import InputError
from alignment.artifacts.files import altered, make_anew, replacing, unsealed

SEAL = "seal"
FIELDS = {"network", "attributes", "torch", "torchvision", "tensors_sha256"}  # beside the seal


@dataclass(frozen=True)
class SavedNetwork:
    """What a network file holds.

    Attributes
    ----------
    known : dict
        The fields of :class:`alignment.networks.networks.Network` but the module.
    attributes : dict
        What was saved with it, such as the layers at which it is cut.
    tensors : dict of str to array
    """

    known: dict[str, Any]
    attributes: dict[str, Any]
    tensors: dict[str, np.ndarray]


def write_network(path: str | Path, saved: SavedNetwork, versions: Mapping[str, str]) -> None:
    """Write a network; the file appears whole or not at all.

    Parameters
    ----------
    path : path
    saved : SavedNetwork
        Its ``known`` and ``attributes`` hold what JSON can hold.
    versions : dict of str to str
        Of ``torch`` and ``torchvision``.
    """
    metadata = {
        "network": json.dumps(saved.known),
        "attributes": json.dumps(saved.attributes),
        "torch": versions["torch"],
        "torchvision": versions["torchvision"],
        "tensors_sha256": sha256_of_tensors(saved.tensors),
    }
    metadata[SEAL] = seal_of(metadata)
    tensors = {name: np.asarray(array, order="C") for name, array in saved.tensors.items()}
    with replacing(path) as partial:
        write_sorted(partial, safetensors.numpy.save(tensors, metadata))


def write_sorted(path: Path, content: bytes) -> None:
    """Write the bytes of a safetensors file with the keys of its header in order.

    The package writes them in an order that differs from run to run.
    """
    start = 8 + int.from_bytes(content[:8], "little")
    header = json.loads(content[8:start])
    text = json.dumps(header, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    text += b" " * (-len(text) % 8)  # the tensors are aligned
    with open(path, "wb") as file:
        file.write(len(text).to_bytes(8, "little") + text)
        file.write(memoryview(content)[start:])


def read_network(path: str | Path) -> SavedNetwork:
    """Read a network file whole, and check its tensors.

    Raises
    ------
    InputError
        The file is missing, was altered since it was written, or was written by something else.
    """
    known, attributes = describe_network(path)
    tensors = safetensors.numpy.load_file(path)
    if sha256_of_tensors(tensors) != read_header(path)["tensors_sha256"]:
        raise altered(path)
    return SavedNetwork(known, attributes, tensors)


def sha256_of_tensors(tensors: Mapping[str, np.ndarray]) -> str:
    """Return the SHA-256 of tensors: names, types, shapes and values, sorted by name."""
    content = hashlib.sha256()
    for name, array in sorted(tensors.items()):
        content.update(f"{name} {array.dtype} {array.shape} ".encode())
        content.update(np.ascontiguousarray(array))
    return content.hexdigest()


def seal_of(metadata: Mapping[str, str]) -> str:
    """Return the SHA-256 of the header of a network file, a dict of strings, without its seal."""
    content = {name: value for name, value in metadata.items() if name != SEAL}
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def read_header(path: str | Path) -> dict[str, str]:
    """Read and check the header of a network file.

    Parameters
    ----------
    path : path
        A file written by :func:`write_network`.

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
