"""Tensors in one checked ``.safetensors`` file, with all that is known of them in its header."""

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import safetensors.torch
import torch

from alignment.artifacts.files import altered, replacing
from alignment.artifacts.network_files import SEAL, describe_network, read_header, seal_of


def save_tensors(
    path: str | Path,
    tensors: Mapping[str, torch.Tensor],
    known: Mapping[str, Any],
    attributes: Mapping[str, Any],
    torchvision: str = "",
) -> None:
    """Keep the tensors of a network as one file, which appears complete or not at all.

    The header's metadata (strings) has ``network`` and ``attributes`` as JSON, the versions of
    ``torch`` and ``torchvision``, and the checksums of :mod:`alignment.artifacts.network_files`.

    Parameters
    ----------
    path : path
    tensors : mapping of str to tensor
    known : mapping
        What is needed to build the network.
    attributes : mapping
        Anything else that JSON can hold.
    torchvision : str
        Its version, where it built the network.
    """
    metadata = {
        "network": json.dumps(dict(known)),
        "attributes": json.dumps(dict(attributes)),
        "torch": torch.__version__,
        "torchvision": torchvision,
        "tensors_sha256": sha256_of_tensors(tensors),
    }
    metadata[SEAL] = seal_of(metadata)
    contiguous = {name: tensor.contiguous() for name, tensor in tensors.items()}
    with replacing(path) as partial:
        safetensors.torch.save_file(contiguous, partial, metadata)


def load_tensors(
    path: str | Path,
) -> tuple[dict[str, torch.Tensor], dict[str, Any], dict[str, Any]]:
    """Read a file of :func:`save_tensors`; return tensors, what is known, and the attributes.

    Raises
    ------
    InputError
        The file is missing, was altered since it was written, or was written by something else.
    """
    known, attributes = describe_network(path)
    tensors = safetensors.torch.load_file(path)
    if sha256_of_tensors(tensors) != read_header(path)["tensors_sha256"]:
        raise altered(path)
    return tensors, known, attributes


def sha256_of_tensors(tensors: Mapping[str, torch.Tensor]) -> str:
    """Return the SHA-256 of tensors, their names and types, whatever their order."""
    digest = hashlib.sha256()
    for name, tensor in sorted(tensors.items()):
        digest.update(f"{name} {tensor.dtype} {tuple(tensor.shape)} ".encode())
        digest.update(tensor.contiguous().numpy())
    return digest.hexdigest()
