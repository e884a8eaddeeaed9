"""Images of two classes to train small networks on."""

import numpy as np

from alignment.topography.networks import DIGITS
from alignment.topography.training import Images


def bars(n, shape=DIGITS, seed=0):
    """Images of two classes, upright and lying bars."""
    rng = np.random.default_rng(seed)
    images = rng.integers(0, 40, (n, *shape), dtype=np.uint8)
    labels = np.arange(n) % 2
    for image, label in zip(images, labels, strict=True):
        k = rng.integers(6, shape[0] - 6)
        (image if label else image.transpose(1, 0, 2))[k - 1 : k + 2, 4:-4] = 220
    return images, labels


def some(shape=DIGITS):
    return Images(*bars(40, shape), *bars(20, shape, seed=1))
