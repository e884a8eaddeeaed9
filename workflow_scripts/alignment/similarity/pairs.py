"""Where an image pair stands among the P = N(N-1)/2 pairs of a dataset.

Pairs are the upper triangle of the N x N matrix, row-major: (0, 1), (0, 2), ..., (N-2, N-1), the
order of :func:`scipy.spatial.distance.squareform`.
"""

import numpy as np


def pair_images(n_images: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the two images of every pair.

    Returns
    -------
    first, second : (P,) int arrays, first < second
    """
    return np.triu_indices(n_images, 1)


def pair_positions(images: np.ndarray, n_images: int) -> np.ndarray:
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
    return positions_of(images[a], images[b], n_images)


def positions_of(first: np.ndarray, second: np.ndarray, n_images: int) -> np.ndarray:
    """Return where some pairs, in either order, stand among all pairs of the dataset.

    Parameters
    ----------
    first, second : (p,) int arrays
        The two images of every pair, never the same.
    n_images : int

    Returns
    -------
    (p,) int array
    """
    i, j = np.minimum(first, second), np.maximum(first, second)
    return i * n_images - i * (i + 1) // 2 + (j - i - 1)


def members_of(first: np.ndarray, second: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Number the images that occur in some pairs.

    Parameters
    ----------
    first, second : (p,) int arrays
        The two images of every pair.

    Returns
    -------
    members : (n,) int array, ascending
        The images that occur.
    first, second : (p,) int arrays
        The pairs once more, as positions in `members`.
    """
    occurs = np.zeros(max(first.max(initial=-1), second.max(initial=-1)) + 1, dtype=bool)
    occurs[first] = occurs[second] = True
    place = np.cumsum(occurs) - 1  # without the sort of np.unique
    return np.flatnonzero(occurs), place[first], place[second]


def matrix_among(
    values: np.ndarray, pairs: np.ndarray, n_images: int
) -> tuple[np.ndarray, np.ndarray]:
    """Write the values of some pairs as a matrix of the images that occur in them.

    Parameters
    ----------
    values : (P,) array
        Of all pairs of the dataset.
    pairs : (p,) int array
        Positions among the P pairs.
    n_images : int
        N, the number of images in the dataset.

    Returns
    -------
    members : (n,) int array, ascending
        The images that occur.
    matrix : (n, n) float64 array
        Symmetric; NaN on the diagonal and for every pair that is not among them.
    """
    members, first, second = members_of(*(images[pairs] for images in pair_images(n_images)))
    matrix = np.full((len(members), len(members)), np.nan)
    matrix[first, second] = matrix[second, first] = values[pairs]
    return members, matrix


def upper_triangle(matrix: np.ndarray) -> np.ndarray:
    """Return the P values above the diagonal of an (N, N) matrix, row-major."""
    return matrix[pair_images(len(matrix))]


def square(values: np.ndarray, n_images: int, diagonal: float = np.nan) -> np.ndarray:
    """Return the symmetric (N, N) matrix of P pair values, with a constant on the diagonal."""
    matrix = np.full((n_images, n_images), diagonal, dtype=np.float64)
    first, second = pair_images(n_images)
    matrix[first, second] = values
    matrix[second, first] = values
    return matrix


def pairs_in_short(similarity: np.ndarray) -> str:
    """Say how many pairs of a matrix (N, N) were judged, and between what their values lie."""
    values = upper_triangle(similarity)
    given = values[np.isfinite(values)]
    # Rounded, so that what is meant to be zero is written so; and not as -0
    low, high = (round(float(value), 9) + 0.0 for value in (given.min(), given.max()))
    return f"{len(given)} of {len(values)} pairs, similarities {low:.3g} to {high:.3g}"


def nearest_pairs(
    judgments: np.ndarray, similarities: np.ndarray, n_nearest: int
) -> tuple[np.ndarray, np.ndarray]:
    """Return each image with those that people, and those that a network, find most like it.

    Parameters
    ----------
    judgments, similarities : (n, n) arrays
        Human similarities and the network's; the diagonal does not count.
    n_nearest : int
        How many by each, or fewer where the others are NaN; n - 1 or more gives all ordered pairs,
        also those that are NaN in both.

    Returns
    -------
    first, second : (p,) int arrays
        Ordered pairs, each once, by first and then by second.
    """
    n = len(judgments)
    if n_nearest >= n - 1:
        return np.nonzero(~np.eye(n, dtype=bool))
    listed = np.zeros((n, n), dtype=bool)
    for matrix in (judgments, similarities):
        likeness = np.array(matrix, dtype=np.float64)
        np.fill_diagonal(likeness, np.nan)
        order = np.argsort(-likeness, axis=1, kind="stable")[:, :n_nearest]
        # NaN is sorted last, but of an image with few judgments it is among the first.
        row, rank = np.nonzero(np.isfinite(np.take_along_axis(likeness, order, axis=1)))
        listed[row, order[row, rank]] = True
    return np.nonzero(listed)
