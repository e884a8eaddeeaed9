"""Noise on images, on pixels with values in [0, 1]."""

import numpy as np

NOISES = ("white", "pink", "salt_and_pepper")


def add_noise(
    images: np.ndarray, kind: str, level: float, seed: int, exponent: float = 1.0
) -> np.ndarray:
    """Return noisy images, clipped to [0, 1].

    Parameters
    ----------
    images : (N, H, W, C) array
        uint8, or float with values in [0, 1].
    kind : {"white", "pink", "salt_and_pepper"}
        ``white``: normal with deviation `level`.  ``pink``: see :func:`pink_noise`, times `level`.
        ``salt_and_pepper``: see :func:`salt_and_pepper`.
    level : float
        Deviation, or the share of pixels.
    seed : int
    exponent : float
        Of pink noise.

    Returns
    -------
    (N, H, W, C) float32 array
    """
    rng = np.random.default_rng(seed)
    if images.dtype == np.uint8:
        images = images.astype(np.float32) / 255
    if kind == "salt_and_pepper":
        return salt_and_pepper(images, level, rng)
    if kind == "pink":
        noise = pink_noise(images.shape, rng, exponent)
    elif kind == "white":
        noise = rng.standard_normal(images.shape, dtype=np.float32)
    else:
        raise ValueError(f"{kind!r} is not one of {', '.join(NOISES)}")
    return np.clip(images + level * noise, 0, 1, dtype=np.float32)


def pink_noise(
    shape: tuple[int, int, int, int], rng: np.random.Generator, exponent: float = 1.0
) -> np.ndarray:
    """Return noise whose power falls with spatial frequency.

    Parameters
    ----------
    shape : (N, H, W, C)
    rng : numpy.random.Generator
    exponent : float
        Power falls as 1 / f^exponent, amplitude as its root; 0 is white.

    Returns
    -------
    (N, H, W, C) float32 array
        Mean 0 and deviation 1 in each image and channel.
    """
    n, height, width, channels = shape
    spectrum = np.fft.rfft2(rng.standard_normal((n, channels, height, width)))
    frequency = np.hypot(np.fft.fftfreq(height)[:, None], np.fft.rfftfreq(width))
    with np.errstate(divide="ignore"):
        gain = frequency ** (-exponent / 2)
    gain[0, 0] = 0  # the mean
    noise = np.fft.irfft2(spectrum * gain, s=(height, width))
    noise /= noise.std(axis=(2, 3), keepdims=True)
    return noise.transpose(0, 2, 3, 1).astype(np.float32)


def salt_and_pepper(images: np.ndarray, share: float, rng: np.random.Generator) -> np.ndarray:
    """Return images in which a share of the pixels is black or white, with equal chance.

    Parameters
    ----------
    images : (N, H, W, C) array with values in [0, 1]
    share : float
        Of an image's pixels, drawn without replacement; all channels of a pixel change alike.
    rng : numpy.random.Generator

    Returns
    -------
    (N, H, W, C) float32 array
    """
    n, height, width, channels = images.shape
    n_changed = round(share * height * width)
    order = np.argsort(rng.random((n, height * width)), axis=1)[:, :n_changed]
    noisy = images.astype(np.float32).reshape(n, height * width, channels)
    noisy[np.arange(n)[:, None], order] = rng.integers(0, 2, (n, n_changed, 1))
    return noisy.reshape(images.shape)
