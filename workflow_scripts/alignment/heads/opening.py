"""The part of a network between feature maps and embedding, as the later stages use it."""

from collections.abc import Callable, Iterable, Iterator
from typing import Protocol

import numpy as np

from alignment.artifacts.arrays import Arrays
from alignment.artifacts.job_log import no_progress
from alignment.artifacts.network_files import SavedNetwork
from alignment.heads.pooled import PooledHead


class Head(Protocol):
    """All that a stage needs of a head; :mod:`alignment.heads.pooled` says the rest."""

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
    activations: Arrays,
    read_network: Callable[[], SavedNetwork],
    similarity: str,
    device: str,
    threads: int,
    memory_mb: int,
    progress: Callable[[Iterable, str], Iterable] = no_progress,
) -> Head:
    """Return the head of a network over the images of a dataset.

    Parameters
    ----------
    activations : mapping of str to array
        ``feature_maps`` and ``embedding``, read when asked for; the attribute ``head`` says which
        kind it is, ``feature_maps_layer`` and ``embedding_layer`` where the network was cut.
    read_network : callable
        Returns the network that made them; called only if layers have to be run.
    similarity : {"pearson", "cosine"}
    device : {"auto", "cpu", "cuda"}
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
    attributes = activations.attributes
    if attributes["head"] == "pooled":
        return PooledHead(activations["embedding"], similarity)

    # Imported here: most jobs need no torch, and its import costs seconds.
    import torch

    from alignment.heads.connected import ConnectedHead
    from alignment.heads.forward import ForwardHead
    from alignment.heads.split import split_head
    from alignment.networks.cuts import cut
    from alignment.networks.devices import choose_device
    from alignment.networks.networks import from_saved

    torch.set_num_threads(threads)
    memory = memory_mb * 500_000  # bytes
    chosen = choose_device(device)
    network = from_saved(read_network())
    head = cut(network, attributes["feature_maps_layer"], attributes["embedding_layer"]).head
    del network  # what lies before the cut is not needed
    head = head.to(chosen)
    feature_maps = torch.from_numpy(activations["feature_maps"]).to(chosen)
    split = split_head(head)
    if split is not None:
        return ConnectedHead(split, feature_maps, similarity, progress, memory)
    return ForwardHead(head, feature_maps, similarity, progress, memory)
