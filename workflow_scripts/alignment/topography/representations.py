"""How alike the representations of networks are."""

import numpy as np


def dissimilarities(activations: np.ndarray) -> np.ndarray:
    """Return one minus the Pearson correlation over units of every pair of images.

    Parameters
    ----------
    activations : (N, U) array
        Images or means of classes.

    Returns
    -------
    (P,) float64 array
        Pairs in the order of :mod:`alignment.similarity.pairs`.
    """
    rows = np.asarray(activations, dtype=np.float64)
    rows = rows - rows.mean(axis=1, keepdims=True)
    with np.errstate(invalid="ignore", divide="ignore"):
        rows /= np.sqrt((rows * rows).sum(axis=1, keepdims=True))
    return 1 - (rows @ rows.T)[np.triu_indices(len(rows), 1)]


def class_means(activations: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """Return the mean activations of each class that occurs, (K, U)."""
    return np.stack([activations[labels == k].mean(axis=0) for k in np.unique(labels)])


def similarities(vectors: np.ndarray) -> np.ndarray:
    """Return the squared Pearson correlation of any two networks' dissimilarities.

    Parameters
    ----------
    vectors : (M, P) array
        One row per network.

    Returns
    -------
    (M, M) float64 array
    """
    return np.atleast_2d(np.corrcoef(vectors)) ** 2
