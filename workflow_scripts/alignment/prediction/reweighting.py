"""Feature reweighting, the rival of pruning: judgments as a weighted product of dimensions.

``s_ij = w_0 + sum_d w_d f_id f_jd``, with the weights of a ridge regression.  The products of a
pair are never written down: all pairs at once are the matrix product ``F diag(w) F^T``, and a
bidiagonal matrix of a few dozen columns gives the weights for every penalty.  Memory stays at that
of a few dozen vectors, where the products that scikit-learn asks for can take gigabytes.
"""

from dataclasses import dataclass

import numpy as np

from alignment.importance.folds import Fold, split
from alignment.similarity.fits import fit
from alignment.similarity.pairs import members_of, pair_images

# In units of the mean squared distance of a pair's products from their mean over training pairs.
PENALTIES = 10.0 ** np.arange(-1, 3.5, 0.5)
N_INNER_FOLDS = 3
# Of the normal equations at the weakest penalty, relative to their right-hand side.
TOLERANCE = 1e-6
MOST_STEPS = 400
EXHAUSTED = 1e-10  # a step this short, beside the first, is rounding


@dataclass(frozen=True)
class Reweighting:
    """Weights of the embedding's dimensions that predict judgments.

    Attributes
    ----------
    weights : (D,) float64 array
        For judgments in standard deviations of the training judgments.
    penalty : float
        The entry of `PENALTIES` that predicted left-out training judgments best.
    """

    weights: np.ndarray
    penalty: float


def reweight(
    embedding: np.ndarray,
    fold: Fold,
    judgments: np.ndarray,
    *,
    unit: str = "images",
    seed: int = 0,
    kind: str = "r2",
) -> Reweighting:
    """Learn weights on the training pairs of a fold.

    Parameters
    ----------
    embedding : (N, D) array
        As it is, or the rows of :func:`terms_of`.
    fold : Fold
        Only its training pairs are looked at.
    judgments : (P,) array
        Human similarities of the dataset's pairs.
    unit : {"images", "pairs"}
        What is left out to choose the penalty: parts of the training images, or pairs.
    seed : int
        Of the shuffle that makes these parts.
    kind : {"r2", "pearson", "spearman"}
        The fit.  The penalty is chosen by the signed correlation, rank correlation for spearman.

    Returns
    -------
    Reweighting

    Notes
    -----
    Section 9 of the method; Peterson, Abbott & Griffiths (2018).  The training side is cut into
    `N_INNER_FOLDS` parts.  Weights learned without a part are judged by it, and the penalty with
    the highest mean correlation is kept, of equals the strongest.  Where fewer than six training
    units leave nothing to judge by, the strongest is taken.
    """
    first, second = pair_images(len(embedding))
    first, second = first[fold.train_pairs], second[fold.train_pairs]
    values = judgments[fold.train_pairs]
    values = values / (values.std() or 1)
    scale = _spread(embedding, first, second)
    kind = "spearman" if kind == "spearman" else "pearson"
    scores = []
    for train, test in _inner_folds(first, second, unit, seed):
        weights = ridge_path(
            embedding, first[train], second[train], values[train], scale * PENALTIES
        )
        predicted = weighted_products(embedding, weights, first[test], second[test])
        scores.append(fit(predicted, values[test], kind))
    scores = np.array(scores).reshape(-1, len(PENALTIES))
    defined = np.isfinite(scores).any(axis=0)
    mean = np.full(len(PENALTIES), -np.inf)
    mean[defined] = np.nanmean(scores[:, defined], axis=0)
    best = len(PENALTIES) - 1 - int(np.argmax(mean[::-1]))
    (weights,) = ridge_path(embedding, first, second, values, scale * PENALTIES[[best]])
    return Reweighting(weights, float(PENALTIES[best]))


def terms_of(embedding: np.ndarray, similarity: str) -> np.ndarray:
    """Return rows whose products add up to the similarity of two images.

    Reweighting the products of the embeddings themselves is the published form.  It gives up what
    a correlation does for a prediction, to be blind to the mean and length of an embedding;
    reweighting the terms of the similarity starts from the network's own prediction, as pruning
    does.

    Parameters
    ----------
    embedding : (N, D) array
    similarity : {"pearson", "cosine"}

    Returns
    -------
    (N, D) float64 array
        Rows of length 1, for pearson centred.  Zero for an embedding that does not vary.
    """
    rows = np.asarray(embedding, dtype=np.float64)
    if similarity == "pearson":
        rows = rows - rows.mean(axis=1, keepdims=True)
    length = np.linalg.norm(rows, axis=1, keepdims=True)
    return np.divide(rows, length, out=np.zeros_like(rows), where=length > 0)


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
    products = (rows * np.asarray(weights)[..., None, :]) @ rows.T
    return products[..., first, second]


def ridge_path(
    embedding: np.ndarray,
    first: np.ndarray,
    second: np.ndarray,
    judgments: np.ndarray,
    penalties: np.ndarray,
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

    Returns
    -------
    (m, D) float64 array
        What ``sklearn.linear_model.Ridge`` finds, whose constant term is free as here.  Zero where
        the judgments do not vary.

    Notes
    -----
    Golub & Kahan's bidiagonalization ``X rights^T = lefts^T B`` of the centred products X, started
    from the judgments and kept orthogonal: Paige & Saunders (1982).  One B serves every penalty.
    Steps are added until the normal equations hold for the weakest.
    """
    members, first, second = members_of(first, second)
    rows = np.asarray(embedding, dtype=np.float64)[members]

    def predict(weights):
        predicted = ((rows * weights) @ rows.T)[first, second]
        return predicted - predicted.mean()

    def collect(errors):
        matrix = np.zeros((len(rows), len(rows)))
        matrix[first, second] = errors
        return np.einsum("id,id->d", rows, matrix @ rows)

    penalties = np.asarray(penalties, dtype=np.float64)
    left = np.asarray(judgments, dtype=np.float64) - np.mean(judgments)
    length = np.linalg.norm(left)
    most = min(MOST_STEPS, len(left), rows.shape[1])
    lefts, rights = np.zeros((most + 1, len(left))), np.zeros((most, rows.shape[1]))
    B = np.zeros((most + 1, most))
    if length > 0:
        lefts[0] = left / length
    for k in range(most):
        right = collect(lefts[k])
        right -= rights[:k].T @ (rights[:k] @ right)
        norm = np.linalg.norm(right)
        if norm <= EXHAUSTED * B[0, 0]:
            break
        if k and k % 10 == 0:
            last = _solve(B[: k + 1, :k], length, penalties.min(keepdims=True))[0, -1]
            # What the normal equations still lack, without forming them.
            if norm * B[k, k - 1] * abs(last) <= TOLERANCE * length * B[0, 0]:
                break
        rights[k], B[k, k] = right / norm, norm
        left = predict(rights[k])
        left -= lefts[: k + 1].T @ (lefts[: k + 1] @ left)
        norm = np.linalg.norm(left)
        if norm <= EXHAUSTED * B[0, 0]:
            k += 1
            break
        lefts[k + 1], B[k + 1, k] = left / norm, norm
    else:
        k = most
    return _solve(B[: k + 1, :k], length, penalties) @ rights[:k]


def _solve(B, length, penalties):
    """Ridge in the small space: minimize |B z - length e_1|^2 + penalty |z|^2, (m, k)."""
    left, singular, right = np.linalg.svd(B, full_matrices=False)
    shrunk = singular / (singular**2 + penalties[:, None])
    return (shrunk * (length * left[0])) @ right


def _spread(embedding, first, second):
    """Return the mean squared distance of the pairs' products from their mean.

    ``sum_p |x_p|^2`` and ``sum_p x_p`` are products of matrices too.
    """
    members, first, second = members_of(first, second)
    rows = np.asarray(embedding, dtype=np.float64)[members]
    squares = ((rows * rows) @ (rows * rows).T)[first, second].mean()
    joined = np.zeros((len(rows), len(rows)))
    joined[first, second] = 1 / len(first)
    mean = np.einsum("id,id->d", rows, joined @ rows)
    return float(squares - mean @ mean)


def _inner_folds(first, second, unit, seed):
    """Yield masks of pairs to learn from and to judge by."""
    units = np.unique([first, second]) if unit == "images" else np.arange(len(first))
    n_folds = min(N_INNER_FOLDS, len(units) // 3)
    if n_folds < 2:
        return
    for train, test in split(len(units), seed, n_folds):
        if unit == "images":
            yield tuple(
                np.isin(first, units[part]) & np.isin(second, units[part]) for part in (train, test)
            )
        else:
            yield tuple(np.isin(units, part) for part in (train, test))
