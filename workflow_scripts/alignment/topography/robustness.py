"""How accurate a network stays when its images or its weights are disturbed."""

from collections.abc import Mapping, Sequence

import numpy as np
import torch

from alignment.topography.networks import TopographicNetwork, class_scores, pooled_features
from alignment.topography.noise import add_noise
from alignment.topography.training import accuracy


def input_noise(
    network: TopographicNetwork,
    images: np.ndarray,
    labels: np.ndarray,
    normalisation: tuple[Sequence[float], Sequence[float]],
    levels: Mapping[str, Sequence[float]],
    seed: int,
    exponent: float = 1.0,
) -> list[tuple[str, float, float]]:
    """Return the accuracy on noisy images.

    Parameters
    ----------
    network : TopographicNetwork
    images : (N, H, W, C) uint8 array
    labels : (N,) int array
    normalisation : (mean, deviation)
        Of the training images.
    levels : dict of kind to list of float
        See :func:`alignment.topography.noise.add_noise`.
    seed : int
        Networks of one seed see the same noise.
    exponent : float
        Of pink noise.

    Returns
    -------
    list of (kind, level, accuracy)
    """
    found = []
    for kind, steps in levels.items():
        for level in steps:
            noisy = add_noise(images, kind, level, seed, exponent)
            found.append(
                (kind, level, accuracy(class_scores(network, noisy, *normalisation), labels))
            )
    return found


def weight_noise(
    network: TopographicNetwork,
    images: np.ndarray,
    labels: np.ndarray,
    normalisation: tuple[Sequence[float], Sequence[float]],
    levels: Mapping[str, Sequence[float]],
    draws: int,
    seed: int,
    layers: str = "fc1",
) -> list[tuple[str, float, float]]:
    """Return the mean accuracy when normal noise is added to weights.

    Parameters
    ----------
    network : TopographicNetwork
    images, labels, normalisation
        See :func:`input_noise`.
    levels : dict of kind to list of float
        ``relative``: deviation of the noise as a multiple of the deviation of the weights that it
        is added to; ``absolute``: the deviation itself.
    draws : int
    seed : int
        Networks of one seed get the same standard normal numbers.
    layers : {"fc1", "all"}
        Whose weights (not biases): the topographic layer's, or those of every convolution and
        fully connected layer, each with noise relative to its own deviation.

    Returns
    -------
    list of (kind, level, accuracy)
    """
    if layers == "fc1":
        features, targets = pooled_features(network, images, *normalisation), [network.fc1]
    else:
        targets = _weighted(network)
    originals = [layer.weight.detach().clone() for layer in targets]
    found = []
    for kind, steps in levels.items():
        for level in steps:
            rng = np.random.default_rng(seed)
            accuracies = []
            for _ in range(draws):
                for layer, original in zip(targets, originals, strict=True):
                    scale = level * (float(original.std()) if kind == "relative" else 1.0)
                    noise = rng.standard_normal(original.shape, dtype=np.float32)
                    layer.weight.data = original + scale * torch.from_numpy(noise)
                with torch.inference_mode():
                    scores = (
                        network.classify(network.fc1(features))
                        if layers == "fc1"
                        else class_scores(network, images, *normalisation)
                    )
                accuracies.append(accuracy(scores, labels))
            found.append((kind, level, float(np.mean(accuracies))))
    for layer, original in zip(targets, originals, strict=True):
        layer.weight.data = original
    return found


def _weighted(network):
    kinds = (torch.nn.Conv2d, torch.nn.Linear)
    return [layer for layer in network.modules() if isinstance(layer, kinds)]
