"""The part of a network between feature maps and embedding, as the later stages use it.

Two methods are all that a stage needs of a head: ``leave_one_out()`` and ``growing(order, pairs)``.
"""

import numpy as np

from alignment.errors import InputError
from alignment.pooled_head import PooledHead
from alignment.storage import read_arrays, read_attributes


def is_pooled(feature_maps, embedding):
    """Tell whether an embedding is the spatial mean of the feature maps, and nothing more.

    Parameters
    ----------
    feature_maps : (N, F, H, W) array
    embedding : (N, D) array
    """
    pooled = feature_maps.mean(axis=(2, 3), dtype=np.float64)
    return pooled.shape == embedding.shape and np.allclose(pooled, embedding, rtol=1e-4, atol=1e-6)


def open_head(activations, network, similarity, threads=1, progress=iter):
    """Return the head of a network over the images of a dataset.

    Parameters
    ----------
    activations : path
        HDF5 file of feature maps and embeddings; its attribute ``head`` says which kind it is.
    network : path
        The network's weights, read only if the head has to be run again.
    similarity : {"pearson", "cosine"}
    threads : int
        For a head that has to be run.
    progress : callable
        Wraps the loop over maps where it is long.

    Raises
    ------
    InputError
        The network file is not the one that made the activations.
    """
    attributes = read_attributes(activations)
    if attributes["head"] == "pooled":
        return PooledHead(read_arrays(activations, "embedding"), similarity)

    # Imported here: most jobs need no torch, and its import costs seconds.
    import torch

    from alignment.cuts import cut
    from alignment.forward_head import ForwardHead
    from alignment.networks import load_saved_network

    torch.set_num_threads(threads)
    loaded = load_saved_network(network)
    if loaded.weights_sha256 != attributes["weights_sha256"]:
        raise InputError(
            f"{activations} was made with other weights than {network} holds; "
            "delete the former and run snakemake again."
        )
    cuts = cut(loaded, attributes["feature_maps_layer"], attributes["embedding_layer"])
    feature_maps = read_arrays(activations, "feature_maps")
    return ForwardHead(cuts.head, feature_maps, similarity, progress)
