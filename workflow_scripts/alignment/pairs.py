"""Where an image pair stands among the P = N(N-1)/2 pairs of a dataset.

Pairs are the upper triangle of the N x N matrix, row-major: (0, 1), (0, 2), ..., (N-2, N-1), the
order of :func:`scipy.spatial.distance.squareform`.
"""

import numpy as np


def pair_images(n_images):
    """Return the two images of every pair.

    Returns
    -------
    first, second : (P,) int arrays, first < second
    """
    return np.triu_indices(n_images, 1)


def pair_positions(images, n_images):
    """Return where the pairs among some images stand among all pairs of the dataset.

    Parameters
    ----------
    images : (n,) int array
        Image indices; the order does not matter.
    n_images : int
        N, the number of images in the dataset.

    Returns
    -------
    (n(n-1)/2,) int array, ascending
    """
    images = np.sort(np.asarray(images))
    a, b = np.triu_indices(len(images), 1)
    i, j = images[a], images[b]
    return i * n_images - i * (i + 1) // 2 + (j - i - 1)


def upper_triangle(matrix):
    """Return the P values above the diagonal of an (N, N) matrix, row-major."""
    return matrix[pair_images(len(matrix))]


def square(values, n_images, diagonal=np.nan):
    """Return the symmetric (N, N) matrix of P pair values, with a constant on the diagonal."""
    matrix = np.full((n_images, n_images), diagonal, dtype=np.float64)
    first, second = pair_images(n_images)
    matrix[first, second] = values
    matrix[second, first] = values
    return matrix
