"""Training one network: cross-entropy plus lambda times a spatial loss."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn

from alignment.artifacts.errors import InputError
from alignment.topography.networks import (
    TopographicNetwork,
    class_scores,
    initial_network,
    prepare,
)
from alignment.topography.optimisers import Adam

CURVE_COLUMNS = [
    *("epoch", "loss", "cross_entropy", "spatial_loss", "accuracy_training"),
    *("accuracy_validation", "accuracy_test"),
]


@dataclass(frozen=True)
class Images:
    """Images with their classes, and how to bring them to a network's input.

    Attributes
    ----------
    train_images, test_images : (N, H, W, C) uint8 arrays
    train_labels, test_labels : (N,) int arrays
    """

    train_images: np.ndarray
    train_labels: np.ndarray
    test_images: np.ndarray
    test_labels: np.ndarray

    @property
    def n_classes(self) -> int:
        return int(self.train_labels.max()) + 1

    def normalisation(self) -> tuple[tuple[float, ...], tuple[float, ...]]:
        """Return the mean and deviation of each channel of the training images in [0, 1]."""
        values = self.train_images.reshape(-1, self.train_images.shape[-1])
        mean, deviation = (
            tuple(float(f(values[:, c], dtype=np.float64)) / 255 for c in range(values.shape[1]))
            for f in (np.mean, np.std)
        )
        return mean, deviation


def split(n_images: int, share: float, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the images to train on and those to validate on, drawn from a seed.

    Parameters
    ----------
    n_images : int
    share : float
        Of the images to validate on.
    seed : int

    Returns
    -------
    training, validation : int arrays, ascending

    Raises
    ------
    InputError
        The share leaves one of them without an image.
    """
    order = np.random.default_rng(seed).permutation(n_images)
    n_validation = round(share * n_images)
    if not 0 < n_validation < n_images:
        raise InputError(
            f"config: topography: training: validation_share: {share} of {n_images} training "
            f"images is {n_validation}, which leaves none on one side; take another share."
        )
    return np.sort(order[n_validation:]), np.sort(order[:n_validation])


def accuracy(scores: Tensor, labels: np.ndarray) -> float:
    """Return the share of images (N, K) whose highest class score is that of their class."""
    return float((scores.argmax(dim=1).numpy() == labels).mean())


def train(
    images: Images,
    spatial_loss: Callable[[Tensor, Tensor], Tensor],
    strength: float,
    seed: int,
    *,
    epochs: int,
    batch: int = 64,
    learning_rate: float = 1e-3,
    dropout: float = 0.5,
    validation_share: float = 0.2,
    progress: Callable = lambda epochs: epochs,
) -> tuple[TopographicNetwork, list[dict]]:
    """Train a network from the weights, split and order of batches that a seed gives.

    Parameters
    ----------
    images : Images
    spatial_loss : callable
        See :func:`alignment.topography.losses.spatial_loss`.
    strength : float
        lambda, the weight of the spatial loss.
    seed : int
        Networks of one seed share initial weights, split, order of batches and dropout, whatever
        their spatial loss.
    epochs, batch, learning_rate, dropout, validation_share
        A batch left over at the end of an epoch is learnt from as well.
    progress : callable
        Wraps the iterable of epochs.

    Returns
    -------
    network : TopographicNetwork
        In evaluation mode.
    curve : list of dict
        One row per epoch with the keys `CURVE_COLUMNS`: loss and its parts, means over the epoch's
        batches; accuracy on the batches as they were learnt (dropout on), on the validation images
        and, in the last row, on the test images.

    Raises
    ------
    InputError
        The loss is not finite.

    Notes
    -----
    The result is the same bit for bit on the same machine with the same number of threads.
    """
    # As use_deterministic_algorithms(True), which also imports the compiler: two seconds a network.
    torch.set_deterministic_debug_mode("error")
    # Nothing here reads memory before it is written; filling it would cost a seventh of the time.
    torch.utils.deterministic.fill_uninitialized_memory = False
    mean, deviation = images.normalisation()
    training, validation = split(len(images.train_images), validation_share, seed)
    network = initial_network(images.train_images.shape[1:], images.n_classes, dropout, seed)
    optimiser = Adam(network.parameters(), learning_rate)
    order = np.random.default_rng([seed, 1])
    curve = []
    for epoch in progress(range(1, epochs + 1)):
        network.train()
        seen = []
        shuffled = order.permutation(training)
        for k in range(0, len(shuffled), batch):
            chosen = shuffled[k : k + batch]
            inputs = prepare(images.train_images[chosen], mean, deviation)
            labels = torch.from_numpy(images.train_labels[chosen])
            seen.append(_step(network, optimiser, inputs, labels, spatial_loss, strength))
        parts = np.average(seen, axis=0, weights=[row[-1] for row in seen])
        row = dict(zip(CURVE_COLUMNS, [epoch, *parts[:-1]], strict=False))
        if not np.isfinite(row["loss"]):
            raise InputError(
                f"the training with lambda {strength:g} and seed {seed} diverged in epoch {epoch}: "
                "its loss is no finite number; take a smaller lambda or learning rate."
            )
        row["accuracy_validation"] = accuracy(
            class_scores(network, images.train_images[validation], mean, deviation),
            images.train_labels[validation],
        )
        row["accuracy_test"] = np.nan
        curve.append(row)
    scores = class_scores(network, images.test_images, mean, deviation)
    curve[-1]["accuracy_test"] = accuracy(scores, images.test_labels)
    return network.eval(), curve


def _step(network, optimiser, inputs, labels, spatial_loss, strength):
    """Learn from a batch; return loss, cross-entropy, spatial loss, accuracy and images."""
    activations = network.fc1(network.pooled(inputs))
    scores = network.classify(activations)
    cross_entropy = nn.functional.cross_entropy(scores, labels)
    spatial = spatial_loss(network.fc1.weight, activations)
    loss = cross_entropy + strength * spatial
    loss.backward()
    optimiser.step()
    right = (scores.argmax(dim=1) == labels).float().mean()
    return [*(x.item() for x in (loss, cross_entropy, spatial, right)), len(labels)]
