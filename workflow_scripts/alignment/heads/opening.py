"""The part of a network between feature maps and embedding, as the later stages use it."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any, Protocol

import numpy as np

from alignment.artifacts.job_log import no_progress
from alignment.heads.pooled import PooledHead
from alignment.artifacts.arrays import read_arrays, read_attributes


class Head(Protocol):
    """All that a stage needs of a head; :class:`alignment.heads.pooled.PooledHead` says the rest."""

    n_images: int
    n_maps: int

    def leave_one_out(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Return the RSM with all maps and without each map in turn."""

    def growing(self, order: np.ndarray, pairs: np.ndarray) -> Iterator[np.ndarray]:
        """Yield the similarities of some pairs with only the k best maps on, k = 1..F."""

    def with_maps(self, sets: np.ndarray, pairs: np.ndarray) -> np.ndarray:
        """Return the similarities of some pairs with only some maps on."""


def is_pooled(feature_maps: np.ndarray, embedding: np.ndarray) -> bool:
    """Tell whether an embedding is the spatial mean of the feature maps, and nothing more.

    Parameters
    ----------
    feature_maps : (N, F, H, W) array
    embedding : (N, D) array
    """
    pooled = feature_maps.mean(axis=(2, 3), dtype=np.float64)
    return pooled.shape == embedding.shape and np.allclose(pooled, embedding, rtol=1e-4, atol=1e-6)


def open_head(
    inputs: Any,
    settings: Any,
    threads: int,
    memory_mb: int,
    progress: Callable[[Iterable, str], Iterable] = no_progress,
) -> Head:
    """Return the head of a network over the images of a dataset.

    Parameters
    ----------
    inputs : object
        The stage's inputs: ``activations``, the HDF5 file of feature maps and embeddings, whose
        attribute ``head`` says which kind it is, and ``network``, which made them and is read only
        if layers have to be run.
    settings : object
        The stage's settings: ``similarity``, "pearson" or "cosine", and ``device``, "auto", "cpu"
        or "cuda".
    threads : int
    memory_mb : int
        What the job may take, in megabytes.  The head works in half of it, since arrays are copied
        on their way to a file.
    progress : callable
        Wraps the loop over maps where it is long; called with the loop and what it counts.

    Returns
    -------
    PooledHead, ConnectedHead or ForwardHead
        The first that is exact for this network: no forward pass at all, the first linear layer
        taken apart, or the whole head run again.

    Raises
    ------
    InputError
        A file was altered, or there is no GPU.
    """
    attributes = read_attributes(inputs.activations)
    if attributes["head"] == "pooled":
        return PooledHead(read_arrays(inputs.activations, "embedding"), settings.similarity)

    # Imported here: most jobs need no torch, and its import costs seconds.
    import torch

    from alignment.heads.connected import ConnectedHead
    from alignment.networks.cuts import cut
    from alignment.networks.devices import choose_device
    from alignment.heads.forward import ForwardHead
    from alignment.networks.networks import load_saved_network
    from alignment.heads.split import split_head

    torch.set_num_threads(threads)
    memory = memory_mb * 500_000  # bytes
    device = choose_device(settings.device)
    loaded, _ = load_saved_network(inputs.network)
    head = cut(loaded, attributes["feature_maps_layer"], attributes["embedding_layer"]).head
    del loaded  # what lies before the cut is not needed
    head = head.to(device)
    feature_maps = torch.from_numpy(read_arrays(inputs.activations, "feature_maps")).to(device)
    split = split_head(head)
    if split is not None:
        return ConnectedHead(split, feature_maps, settings.similarity, progress, memory)
    return ForwardHead(head, feature_maps, settings.similarity, progress, memory)
