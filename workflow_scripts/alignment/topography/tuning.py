"""What single units prefer: orientations, mirror images, the centre, classes.

These measures are this project's definitions; Truong & Hasson (arXiv 2508.00043) report measures of
the same names.
"""

import numpy as np

ORIENTATIONS = 12  # over half a turn
FREQUENCIES = (2.0, 4.0, 7.0)  # cycles per picture
PHASES = 4
EXPERT = 0.9


def gratings(
    shape: tuple[int, int, int],
    orientations: int = ORIENTATIONS,
    frequencies: tuple[float, ...] = FREQUENCIES,
    phases: int = PHASES,
) -> np.ndarray:
    """Return sinusoidal gratings of full contrast.

    Parameters
    ----------
    shape : (H, W, C)
    orientations : int
        Of the direction in which brightness changes: k / n of half a turn.
    frequencies : tuple of float
        Cycles per picture width.
    phases : int
        k / n of a whole turn.

    Returns
    -------
    (orientations, frequencies, phases, H, W, C) float32 array with values in [0, 1]
    """
    height, width, channels = shape
    y, x = np.mgrid[:height, :width] / width
    theta = np.pi * np.arange(orientations) / orientations
    along = np.cos(theta)[:, None, None] * x + np.sin(theta)[:, None, None] * y
    turns = np.asarray(frequencies)[:, None, None] * along[:, None]
    phase = 2 * np.pi * np.arange(phases)[:, None, None] / phases
    grey = 0.5 + 0.5 * np.cos(2 * np.pi * turns[:, :, None] + phase)
    return np.repeat(grey[..., None], channels, axis=-1).astype(np.float32)


def orientation_selectivity(responses: np.ndarray) -> np.ndarray:
    """Return how much each unit prefers one orientation.

    Parameters
    ----------
    responses : (orientations, frequencies, phases, U) array
        After the ReLU.

    Returns
    -------
    (U,) float64 array
        ``|sum r exp(2 i theta)| / sum r``, r the mean over phases, at the frequency of the highest
        mean r: 0 for none, 1 for a single orientation; NaN for a unit that no grating excites.
    """
    r = np.asarray(responses, dtype=np.float64).mean(axis=2)
    theta = np.pi * np.arange(len(r)) / len(r)
    best = r.mean(axis=0).argmax(axis=0)
    r = np.take_along_axis(r, best[None, None], axis=1)[:, 0]
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.abs(np.exp(2j * theta) @ r) / r.sum(axis=0)


def mirror_symmetry(activations: np.ndarray, mirrored: np.ndarray) -> np.ndarray:
    """Return each unit's correlation over images between its responses to image and mirror image.

    Parameters
    ----------
    activations, mirrored : (N, U) arrays

    Returns
    -------
    (U,) float64 array
        NaN for a unit that does not vary.
    """
    a, b = (np.asarray(x, dtype=np.float64) for x in (activations, mirrored))
    a, b = a - a.mean(axis=0), b - b.mean(axis=0)
    with np.errstate(invalid="ignore", divide="ignore"):
        return (a * b).sum(axis=0) / np.sqrt((a * a).sum(axis=0) * (b * b).sum(axis=0))


def centre_and_surround(height: int, width: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the half of the pixels that is nearest to the middle, and the other half.

    Returns
    -------
    centre, surround : (H, W) bool arrays
        Of equal area, to one pixel.
    """
    y, x = np.mgrid[:height, :width]
    apart = np.hypot(y - (height - 1) / 2, x - (width - 1) / 2)
    nearest = np.argsort(apart.ravel(), kind="stable")
    centre = np.zeros(height * width, dtype=bool)
    centre[nearest[: height * width // 2]] = True
    centre = centre.reshape(height, width)
    return centre, ~centre


def hidden(images: np.ndarray, region: np.ndarray, grey: np.ndarray) -> np.ndarray:
    """Return images with a region replaced by a colour.

    Parameters
    ----------
    images : (N, H, W, C) uint8 array
    region : (H, W) bool array
    grey : (C,) array
        Mean of the training images, in [0, 1].

    Returns
    -------
    (N, H, W, C) float32 array with values in [0, 1]
    """
    changed = images.astype(np.float32) / 255
    changed[:, region] = np.asarray(grey, dtype=np.float32)
    return changed


def eccentricity(
    activations: np.ndarray, without_centre: np.ndarray, without_surround: np.ndarray
) -> np.ndarray:
    """Return whether each unit depends on the centre or on the surround of images.

    Parameters
    ----------
    activations, without_centre, without_surround : (N, U) arrays
        For whole images, and with either region replaced by mean grey.

    Returns
    -------
    (U,) float64 array
        ``(c - s) / (c + s)``, c and s the mean absolute change: 1 for the centre alone, -1 for the
        surround alone; NaN for a unit that neither changes.
    """
    c, s = (
        np.abs(changed.astype(np.float64) - activations).mean(axis=0)
        for changed in (without_centre, without_surround)
    )
    with np.errstate(invalid="ignore", divide="ignore"):
        return (c - s) / (c + s)


def class_auc(activations: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """Return how well each unit tells each class from the rest.

    Parameters
    ----------
    activations : (N, U) array
    labels : (N,) int array

    Returns
    -------
    (K, U) float64 array
        Area under the ROC curve, ties counted by half; K = the highest label + 1, NaN for a class
        without images.
    """
    from scipy.stats import rankdata  # a second's import, not needed to draw

    ranks = rankdata(activations, axis=0)
    n_classes = int(labels.max()) + 1
    auc = np.full((n_classes, activations.shape[1]), np.nan)
    for k in range(n_classes):
        inside = labels == k
        n, m = inside.sum(), (~inside).sum()
        if n and m:
            auc[k] = (ranks[inside].sum(axis=0) - n * (n + 1) / 2) / (n * m)
    return auc


def experts(auc: np.ndarray, threshold: float = EXPERT) -> tuple[int, int]:
    """Return how many units tell some class from the rest, and how many classes have such a unit.

    Parameters
    ----------
    auc : (K, U) array
        See :func:`class_auc`.
    threshold : float
        An expert's AUC is above it.
    """
    expert = auc > threshold
    return int(expert.any(axis=0).sum()), int(expert.any(axis=1).sum())
