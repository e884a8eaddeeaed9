"""The part of a network between feature maps and embedding, as the later stages use it."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Protocol

import numpy as np

from alignment.artifacts.arrays import Arrays
from alignment.artifacts.job_log import no_progress
from alignment.artifacts.network_files import SavedNetwork
from alignment.heads.layered import SavedRemovals
from alignment.heads.pooled import PooledHead, PooledRemovals, gpu_to_rank_on


class Head(Protocol):
    """What lies between feature maps and embedding, with only some maps on; the others are zero.

    Pairs are positions among the P pairs of the dataset, judgments (P,) are those of all of them.
    """

    n_images: int
    n_maps: int

    def growing_fits(
        self, order: np.ndarray, sides: Sequence[np.ndarray], judgments: np.ndarray, kind: str
    ) -> list[np.ndarray]:
        """Return the fits with only the k best maps on, k = 1..F, for each of some sets of pairs.

        Parameters
        ----------
        order : (F,) int array
            Maps from best to worst.
        sides : sequence of int arrays
            Such as the training and the test pairs of a fold.
        judgments : (P,) array
        kind : {"r2", "pearson", "spearman"}

        Returns
        -------
        list of (F,) float64 arrays
            NaN where a fit is undefined, as where an image has no variance yet.
        """

    def fits_of_sets(
        self, sets: np.ndarray, pairs: np.ndarray, judgments: np.ndarray, kind: str
    ) -> np.ndarray:
        """Return the fits (S,) of some pairs with only the maps of each set (S, F) on."""

    def similarities_of_sets(self, sets: np.ndarray, pairs: np.ndarray) -> np.ndarray:
        """Return the similarities (S, n) of n pairs with only the maps of each set (S, F) on."""


class Removals(Protocol):
    """What similarities lose when one map is set to zero."""

    n_maps: int

    def map_scores(
        self, pairs: np.ndarray, judgments: np.ndarray, kind: str
    ) -> tuple[float, np.ndarray, np.ndarray]:
        """Return the fit with all maps, the fits without each map (F,), and the AIS (F,).

        The map is zero in all images.  Section 3 of the method.

        Parameters
        ----------
        pairs : (n,) int array
            Positions among the P pairs of the dataset.
        judgments : (P,) array
        kind : {"r2", "pearson", "spearman"}
        """

    def image_scores(
        self, images: np.ndarray, judgments: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray]:
        """Return AIS_if (n, F) and r_i (n,) of the images of a cohort.

        The map is zero in image i alone.  NaN where a correlation is undefined.  Section 6 of the
        method.

        Parameters
        ----------
        images : (n,) int array
            Rows of the dataset.
        judgments : (N, N) array
            Human similarities; NaN where a pair was not judged.
        """


def processes_for(activations: Arrays, fit: str, device: str, threads: int) -> int:
    """Return how many processes the folds of a cohort can be shared out to.

    Parameters
    ----------
    activations : mapping of str to array
        See :func:`open_head`.
    fit : {"r2", "pearson", "spearman"}
    device : {"auto", "cpu", "cuda"}
    threads : int

    Returns
    -------
    int
        As many as there are threads where a head is a matter of arithmetic.  One where layers are
        run, which takes all threads for itself, or where a GPU ranks similarities.
    """
    if threads == 1 or activations.attributes["head"] != "pooled":
        return 1
    if fit == "spearman":
        n_images, n_maps = activations["embedding"].shape
        if gpu_to_rank_on(device, n_maps * n_images * (n_images - 1) // 2):
            return 1
    return threads


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
        ``feature_maps`` and ``embedding``, and what passes the maps by, read when asked for.  The
        attribute ``head`` says of which kind the head is, and ``feature_maps_layer``,
        ``embedding_layer`` and ``tokens`` say where the network was cut.
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
    memory = memory_mb * 500_000  # bytes
    if attributes["head"] == "pooled":
        return PooledHead(activations["embedding"], similarity, threads, memory, progress, device)

    # Imported here: most jobs need no torch, and its import costs seconds.
    import torch

    from alignment.cutting.opening import cut_as_recorded
    from alignment.heads.connected import ConnectedHead
    from alignment.heads.forward import ForwardHead
    from alignment.heads.recorded import head_inputs
    from alignment.heads.split import split_head
    from alignment.networks.devices import choose_device
    from alignment.networks.networks import from_saved

    torch.set_num_threads(threads)
    chosen = choose_device(device)
    network = from_saved(read_network())
    head = cut_as_recorded(network, attributes).head.to(chosen)
    del network  # what lies before the cut is not needed
    feature_maps, beside = head_inputs(activations, chosen)
    split = split_head(head)
    if split is not None:
        return ConnectedHead(split, feature_maps, similarity, progress, memory)
    return ForwardHead(head, feature_maps, similarity, progress, memory, beside)


def open_removals(
    activations: Arrays,
    perturbation: Mapping,
    similarity: str,
    memory_mb: int,
    device: str = "cpu",
) -> Removals:
    """Return what scores maps by switching each of them off.

    Parameters
    ----------
    activations : mapping of str to array
        See :func:`open_head`.
    perturbation : mapping of str to array
        The saved similarities without each map; of a pooled head they are not needed.
    similarity : {"pearson", "cosine"}
    memory_mb : int
        What the job may take, in megabytes.
    device : {"auto", "cpu", "cuda"}
    """
    memory = memory_mb * 500_000  # bytes
    if activations.attributes["head"] == "pooled":
        return PooledRemovals(activations["embedding"], similarity, memory, device)
    return SavedRemovals(perturbation, memory)
