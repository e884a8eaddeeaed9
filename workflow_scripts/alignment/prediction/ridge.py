"""Ridge regression of judgments on the products of two images' dimensions, pair by pair.

The products of a pair, ``x_d = f_id f_jd``, are never written down; for many images they would
take gigabytes.  All pairs at once are matrix products of the embeddings: ``F diag(w) F^T`` holds
the predictions of weights w.  Of few images the weights for every penalty come from a bidiagonal
matrix of a few dozen columns.  Of all pairs among many images, ``X^T X`` is known in closed form,
with as many rows as there are dimensions.
"""

import itertools

import numpy as np

from alignment.similarity.pairs import members_of

TOLERANCE = 1e-6
MOST_STEPS = 400
EXHAUSTED = 1e-10  # a step this short, beside the first, is rounding
STRIPS = 4  # with 30 to 75 images a quarter less time than one matrix, and more save no more
# From this number of images per dimension, times the root of the number of penalties, solving the
# normal equations takes less time (512 to 2,048 dimensions, up to 600 images).
MANY_IMAGES = 0.12
# With a penalty below this share of the trace of X^T X the other way loses fewer digits.
WEAK = 1e-10
# A spread below this share of the products' mean square has lost half of its digits, and so have
# the moments: a dimension is large and nearly the same in all images.
LOST = 1e-8
PAIRS_AT_ONCE = 256


def weighted_products(
    embedding: np.ndarray, weights: np.ndarray, first: np.ndarray, second: np.ndarray
) -> np.ndarray:
    """Return the weighted sum of the products of some pairs' embeddings.

    Parameters
    ----------
    embedding : (N, D) array
    weights : (D,) or (m, D) array
    first, second : (n,) int arrays
        The images of every pair.

    Returns
    -------
    (n,) or (m, n) float64 array
    """
    members, first, second = members_of(first, second)
    rows = np.asarray(embedding, dtype=np.float64)[members]
    weights = np.asarray(weights)
    result = [((rows * w) @ rows.T)[first, second] for w in np.atleast_2d(weights)]
    return np.array(result).reshape(*weights.shape[:-1], len(first))


def ridge_path(
    embedding: np.ndarray,
    first: np.ndarray,
    second: np.ndarray,
    judgments: np.ndarray,
    penalties: np.ndarray,
    tolerance: float = TOLERANCE,
) -> np.ndarray:
    """Return the weights of a ridge regression of judgments on products, for every penalty.

    Parameters
    ----------
    embedding : (N, D) array
    first, second : (n,) int arrays
        The images of every pair.
    judgments : (n,) array
    penalties : (m,) array
        Factors of the sum of squared weights, beside the sum of squared errors.
    tolerance : float
        What the normal equations at the weakest penalty may lack, of their right-hand side.

    Returns
    -------
    (m, D) float64 array
        What ``sklearn.linear_model.Ridge`` finds, whose constant term is free as here.  Zero where
        the judgments do not vary.

    Notes
    -----
    For all pairs among many images by the normal equations, exactly; else by a bidiagonalization,
    to within `tolerance` of the normal equations.
    """
    members, first, second = members_of(first, second)
    rows = _varying(embedding, members)
    penalties = np.asarray(penalties, dtype=np.float64)
    judgments = np.asarray(judgments, dtype=np.float64) - np.mean(judgments)
    if is_exact(rows, first, second, penalties):
        return _by_normal_equations(rows, first, second, judgments, penalties)
    return _by_bidiagonalization(rows, first, second, judgments, penalties, tolerance)


def is_exact(
    embedding: np.ndarray, first: np.ndarray, second: np.ndarray, penalties: np.ndarray
) -> bool:
    """Tell whether :func:`ridge_path` solves the normal equations, whatever the tolerance."""
    members, first, second = members_of(first, second)
    n_images, n_dimensions = len(members), embedding.shape[1]
    if len(first) < n_images * (n_images - 1) // 2:
        return False
    if n_images < MANY_IMAGES * np.sqrt(len(penalties)) * n_dimensions:
        return False
    spread, _ = _spread_and_mean(_varying(embedding, members), first, second)
    return bool(np.min(penalties) > WEAK * spread * len(first))  # False where digits are lost


def _by_normal_equations(rows, first, second, judgments, penalties):
    """Return the weights for all pairs among the rows.

    Notes
    -----
    ``sum_(i<j) z_if z_jf z_ig z_jg = ((Z^T Z)_fg^2 - sum_i z_if^2 z_ig^2) / 2``, and with the
    judgments as a matrix H with zero diagonal the right-hand side is ``diag(Z^T H Z) / 2``.
    """
    # Takes a third of a second to import.  Its `solve` would also estimate the condition.
    from scipy.linalg.lapack import dpotrf, dpotrs

    H = np.zeros((len(rows), len(rows)))
    H[first, second] = H[second, first] = judgments
    right = np.einsum("id,id->d", rows, H @ rows) / 2
    squares = rows * rows
    moments = rows.T @ rows
    mean = (rows.sum(axis=0) ** 2 - np.diagonal(moments)) / (2 * len(first))
    moments *= moments
    moments -= squares.T @ squares
    moments /= 2
    moments -= len(first) * np.outer(mean, mean)
    diagonal = np.diagonal(moments).copy()
    factor = np.empty(moments.shape, order="F")
    weights = []
    for penalty in penalties:
        np.copyto(factor, moments.T)  # symmetric: its transpose is copied as it lies in memory
        np.fill_diagonal(factor, diagonal + penalty)
        _, failed = dpotrf(factor, lower=1, clean=0, overwrite_a=1)
        if failed:
            raise np.linalg.LinAlgError("the normal equations are not positive definite")
        weights.append(dpotrs(factor, right, lower=1)[0])
    return np.array(weights)


class _Products:
    """The centred products X of some pairs, (n, D), as what they make of weights and of errors.

    Of the matrices of pairs only what lies above the diagonal is computed, in strips of rows.
    Both matrices are written over each time: fresh memory would cost about as much as the
    arithmetic.
    """

    def __init__(self, rows, first, second):
        self.rows, self.scaled = rows, np.empty_like(rows)
        self.of_weights, self.of_errors = np.zeros((2, len(rows), len(rows)))
        self.place = np.minimum(first, second) * len(rows) + np.maximum(first, second)
        edges = np.linspace(0, len(rows), STRIPS + 1).astype(int)
        # Rows, and the columns that lie behind the first of them
        self.strips = [(slice(a, b), slice(a, None)) for a, b in itertools.pairwise(edges)]

    def predict(self, weights):
        """Return X weights, (n,)."""
        np.multiply(self.rows, weights, out=self.scaled)
        for strip, behind in self.strips:
            out = self.of_weights[strip, behind]
            np.matmul(self.scaled[strip], self.rows[behind].T, out=out)
        predicted = self.of_weights.ravel()[self.place]
        return predicted - predicted.mean()

    def collect(self, errors):
        """Return X^T errors, (D,), of errors whose mean is zero."""
        self.of_errors.ravel()[self.place] = errors
        for strip, behind in self.strips:
            of_errors = self.of_errors[strip, behind]
            np.matmul(of_errors, self.rows[behind], out=self.scaled[strip])
        return np.einsum("id,id->d", self.rows, self.scaled)


def _by_bidiagonalization(rows, first, second, judgments, penalties, tolerance):
    """Return the weights for any pairs.

    Notes
    -----
    Golub & Kahan's bidiagonalization ``X rights^T = lefts^T B`` of the centred products X, started
    from the judgments: Paige & Saunders (1982).  One B serves every penalty.  Only the rights are
    kept orthogonal, which is enough: Simon & Zha (2000).  Steps are added until the normal
    equations hold for the weakest penalty.
    """
    products = _Products(rows, first, second)
    length = np.linalg.norm(judgments)
    most = min(MOST_STEPS, len(judgments), rows.shape[1])
    rights, B = np.zeros((most, rows.shape[1])), np.zeros((most + 1, most))
    left = judgments / (length or 1)
    for k in range(most):
        right = products.collect(left)
        right -= rights[:k].T @ (rights[:k] @ right)
        norm = np.linalg.norm(right)
        if norm <= EXHAUSTED * B[0, 0]:
            break
        if k and k % 10 == 0:
            last = _last_coefficient(B[: k + 1, :k], length, penalties.min())
            # What the normal equations still lack, without forming them.
            if norm * B[k, k - 1] * abs(last) <= tolerance * length * B[0, 0]:
                break
        rights[k], B[k, k] = right / norm, norm
        left = products.predict(rights[k]) - norm * left
        norm = np.linalg.norm(left)
        if norm <= EXHAUSTED * B[0, 0]:
            k += 1
            break
        left /= norm
        B[k + 1, k] = norm
    else:
        k = most
    return _solve(B[: k + 1, :k], length, penalties) @ rights[:k]


def _last_coefficient(B, length, penalty):
    """Return the last entry of what `_solve` finds, in fewer digits and less time."""
    squared = B.T @ B
    squared.flat[:: len(squared) + 1] += penalty
    return np.linalg.solve(squared, length * B[0])[-1]


def _solve(B, length, penalties):
    """Ridge in the small space: minimize |B z - length e_1|^2 + penalty |z|^2, (m, k)."""
    left, singular, right = np.linalg.svd(B, full_matrices=False)
    shrunk = singular / (singular**2 + penalties[:, None])
    return (shrunk * (length * left[0])) @ right


def product_spread(embedding: np.ndarray, first: np.ndarray, second: np.ndarray) -> float:
    """Return the mean squared distance of the pairs' products from their mean.

    Parameters
    ----------
    embedding : (N, D) array
    first, second : (n,) int arrays
        The images of every pair.
    """
    members, first, second = members_of(first, second)
    rows = _varying(embedding, members)
    spread, mean = _spread_and_mean(rows, first, second)
    if np.isfinite(spread):
        return float(spread)
    total = 0.0
    for start in range(0, len(first), PAIRS_AT_ONCE):
        part = slice(start, start + PAIRS_AT_ONCE)
        total += np.sum((rows[first[part]] * rows[second[part]] - mean) ** 2)
    return float(total / len(first))


def _varying(embedding, members):
    """Return the rows of some images, zero in dimensions in which all of them are the same.

    The constant term takes what such a dimension adds, and a large one would take the digits of
    the others.
    """
    rows = np.asarray(embedding, dtype=np.float64)[members]
    rows[:, (rows == rows[:1]).all(axis=0)] = 0
    return rows


def _spread_and_mean(rows, first, second):
    """Return the spread of the pairs' products, NaN where its digits are lost, and their mean."""
    squared = rows * rows
    if len(first) == len(rows) * (len(rows) - 1) // 2:
        # All pairs: a sum over them follows from sums over images.
        total = squared.sum(axis=0)
        squares = (total @ total - np.einsum("id,id->", squared, squared)) / (2 * len(first))
        mean = (rows.sum(axis=0) ** 2 - total) / (2 * len(first))
    else:
        squares = (squared @ squared.T)[first, second].mean()
        joined = np.zeros((len(rows), len(rows)))
        joined[first, second] = 1 / len(first)
        mean = np.einsum("id,id->d", rows, joined @ rows)
    spread = squares - mean @ mean
    return (spread if spread > LOST * squares else np.nan), mean
