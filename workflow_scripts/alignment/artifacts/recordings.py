"""What was recorded of trained networks, with the network that each recording is of."""

from collections.abc import Iterable
from pathlib import Path

import numpy as np

from alignment.artifacts.arrays import open_arrays

NetworkKey = tuple[str, float, int]  # condition, lambda, seed


def read_recording(path: str | Path, *names: str) -> tuple[NetworkKey, dict[str, np.ndarray]]:
    """Read the arrays of a recording, all or some, and say of which network it is.

    Raises
    ------
    InputError
        See :func:`alignment.artifacts.arrays.open_arrays`.
    """
    with open_arrays(path) as file:
        told = file.attrs
        network = str(told["condition"]), float(told["lambda"]), int(told["seed"])
        return network, {name: file[name][()] for name in names or file}


def read_activations(paths: Iterable[str | Path]) -> dict[NetworkKey, np.ndarray]:
    """Read the activations (N, U) of several networks by test images, before the ReLU."""
    found = (read_recording(path, "activations") for path in paths)
    return {network: arrays["activations"] for network, arrays in found}
