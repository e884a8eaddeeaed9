"""The networks: convolutions, an average over places, and a layer of 121 units on a grid."""

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from alignment.artifacts.errors import InputError
from alignment.artifacts.network_files import SavedNetwork
from alignment.topography.design import N_UNITS

DIGITS, PHOTOGRAPHS = (28, 28, 1), (32, 32, 3)
CHANNELS = {DIGITS: (32, 64), PHOTOGRAPHS: (32, 64, 128, 256)}
POOLED_LAYERS = {DIGITS: 2, PHOTOGRAPHS: 3}  # convolutions that are followed by max-pooling
BATCH = 32  # images at a time outside training: their activations fit the cache


class TopographicNetwork(nn.Module):
    """A small convolutional network whose first fully connected layer lies on a grid.

    Digits: two convolutions of 3 x 3, each followed by max-pooling and a ReLU.  Photographs: four,
    with batch normalisation, the last without max-pooling.  Then global average pooling, the
    topographic layer ``fc1``, ReLU, dropout, and ``fc2``.

    Parameters
    ----------
    image_shape : (H, W, C)
        (28, 28, 1) or (32, 32, 3).
    n_classes : int
    dropout : float
        Share of the topographic layer's units that are silenced in training.

    Notes
    -----
    Truong & Hasson (arXiv 2508.00043).  Pooling before the ReLU gives the same numbers as after it,
    in less time.
    """

    def __init__(self, image_shape: Sequence[int], n_classes: int, dropout: float = 0.5):
        super().__init__()
        image_shape = tuple(image_shape)
        if image_shape not in CHANNELS:
            shapes = " or ".join(" x ".join(map(str, shape)) for shape in CHANNELS)
            raise InputError(
                f"the images are {' x '.join(map(str, image_shape))} (height, width, channels), "
                f"but the networks take {shapes}."
            )
        layers, before = OrderedDict(), image_shape[2]
        for k, after in enumerate(CHANNELS[image_shape], start=1):
            layers[f"conv{k}"] = nn.Conv2d(before, after, 3, padding=1)
            if image_shape == PHOTOGRAPHS:
                layers[f"norm{k}"] = nn.BatchNorm2d(after)
            if k <= POOLED_LAYERS[image_shape]:
                layers[f"pool{k}"] = nn.MaxPool2d(2)
            layers[f"relu{k}"] = nn.ReLU()
            before = after
        self.features = nn.Sequential(layers)
        self.average = nn.AdaptiveAvgPool2d(1)
        self.fc1 = nn.Linear(before, N_UNITS)
        self.relu = nn.ReLU()
        self.dropout = nn.Dropout(dropout)
        self.fc2 = nn.Linear(N_UNITS, n_classes)

    def pooled(self, images: Tensor) -> Tensor:
        """Return what the topographic layer receives, (B, D)."""
        return torch.flatten(self.average(self.features(images)), 1)

    def classify(self, activations: Tensor) -> Tensor:
        """Return the class scores (B, K) for activations (B, U) before the ReLU."""
        return self.fc2(self.dropout(self.relu(activations)))

    def forward(self, images: Tensor) -> Tensor:
        """Return the class scores (B, K) of prepared images (B, C, H, W)."""
        return self.classify(self.fc1(self.pooled(images)))


def initial_network(
    image_shape: Sequence[int], n_classes: int, dropout: float, seed: int
) -> TopographicNetwork:
    """Return a network with the weights that a seed gives; torch's random state goes on from it."""
    torch.manual_seed(seed)
    network = TopographicNetwork(image_shape, n_classes, dropout)
    return network.to(memory_format=torch.channels_last)


@dataclass(frozen=True)
class TrainedNetwork:
    """A network that was trained and kept.

    Attributes
    ----------
    module : TopographicNetwork
        In evaluation mode, without gradients.
    image_shape : (H, W, C)
    normalisation : (mean, deviation)
        Of the training images' channels in [0, 1].
    attributes : dict
        What was kept with it: ``condition``, ``lambda``, ``seed``, ``images_sha256``, ...
    """

    module: TopographicNetwork
    image_shape: tuple[int, int, int]
    normalisation: tuple[tuple[float, ...], tuple[float, ...]]
    attributes: dict[str, Any]


def to_saved(network: TrainedNetwork) -> SavedNetwork:
    """Return what a file keeps of a trained network."""
    mean, deviation = network.normalisation
    known = {"image_shape": network.image_shape, "mean": mean, "deviation": deviation}
    known["n_classes"] = network.module.fc2.out_features
    tensors = {name: tensor.numpy() for name, tensor in network.module.state_dict().items()}
    return SavedNetwork(known, network.attributes, tensors)


def from_saved(saved: SavedNetwork) -> TrainedNetwork:
    """Build the trained network that a file holds."""
    known = saved.known
    shape = tuple(known["image_shape"])
    module = TopographicNetwork(shape, known["n_classes"])
    module.load_state_dict({name: torch.from_numpy(a) for name, a in saved.tensors.items()})
    module.to(memory_format=torch.channels_last).eval().requires_grad_(False)
    return TrainedNetwork(module, shape, (known["mean"], known["deviation"]), saved.attributes)


def prepare(images: np.ndarray, mean: Sequence[float], deviation: Sequence[float]) -> Tensor:
    """Return images as a network takes them.

    Parameters
    ----------
    images : (N, H, W, C) array
        uint8, or float with values in [0, 1].
    mean, deviation : C floats
        Of the training images' channels in [0, 1].

    Returns
    -------
    (N, C, H, W) float32 tensor, channels last in memory
    """
    values = torch.from_numpy(np.ascontiguousarray(images))
    values = values / 255 if values.dtype == torch.uint8 else values.float()
    values = (values - torch.tensor(mean)) / torch.tensor(deviation)
    return values.float().permute(0, 3, 1, 2).contiguous(memory_format=torch.channels_last)


@torch.inference_mode()
def pooled_features(
    network: TopographicNetwork,
    images: np.ndarray,
    mean: Sequence[float],
    deviation: Sequence[float],
) -> Tensor:
    """Return what the topographic layer receives for images (N, H, W, C), as (N, D)."""
    network.eval()
    batches = range(0, len(images), BATCH)
    parts = [network.pooled(prepare(images[k : k + BATCH], mean, deviation)) for k in batches]
    return torch.cat(parts)


@torch.inference_mode()
def class_scores(
    network: TopographicNetwork,
    images: np.ndarray,
    mean: Sequence[float],
    deviation: Sequence[float],
) -> Tensor:
    """Return the class scores (N, K) of images (N, H, W, C), dropout off."""
    return network.classify(network.fc1(pooled_features(network, images, mean, deviation)))


@torch.inference_mode()
def topographic_activations(network: TrainedNetwork, images: np.ndarray) -> np.ndarray:
    """Return the topographic layer's activations (N, U) by images (N, H, W, C), before the ReLU."""
    features = pooled_features(network.module, images, *network.normalisation)
    return network.module.fc1(features).numpy()
