"""What a saved network says of itself, read without torch, whose import takes seconds."""

import json

import safetensors

from alignment.errors import InputError


def describe_network(path):
    """Read the header of a network file.

    Parameters
    ----------
    path : path
        A file written by :func:`alignment.networks.save_network`.

    Returns
    -------
    known : dict
        The fields of :class:`alignment.networks.Network` but the module.
    attributes : dict
        What was saved with it, such as the layers at which it is cut.

    Raises
    ------
    InputError
        The file is missing, damaged, or was written by something else.
    """
    try:
        with safetensors.safe_open(path, framework="np") as file:
            metadata = file.metadata() or {}
        return json.loads(metadata["network"]), json.loads(metadata["attributes"])
    except (OSError, safetensors.SafetensorError, KeyError) as error:
        raise InputError(
            f"{path} is not a network saved by this workflow ({error!r}): remove it and run the "
            f"workflow again."
        ) from error
