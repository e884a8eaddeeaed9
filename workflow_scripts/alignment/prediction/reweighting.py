"""Feature reweighting, the rival of retaining maps: judgments as a weighted product of dimensions.

``s_ij = w_0 + sum_d w_d f_id f_jd``, with the weights of a ridge regression.
"""

from dataclasses import dataclass

import numpy as np

from alignment.importance.folds import Fold, split
from alignment.prediction.ridge import (
    TOLERANCE,
    is_exact,
    product_spread,
    ridge_path,
    weighted_products,
)
from alignment.similarity.fits import fit, lengths
from alignment.similarity.pairs import pair_images

# In units of the mean squared distance of a pair's products from their mean over training pairs.
PENALTIES = 10.0 ** np.arange(-1, 3.5, 0.5)
N_INNER_FOLDS = 3
# Weights that are this far from solving their equations (see `ridge_path`) correlate with judgments
# to about as much; where two penalties are closer than ten times that, they are solved as all are.
ROUGH, CLEAR = 1e-4, 1e-3


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
    scale = product_spread(embedding, first, second)
    kind = "spearman" if kind == "spearman" else "pearson"
    inner = list(_inner_folds(first, second, unit, seed))

    def mean_scores(tolerance):
        scores = []
        for train, test in inner:
            if not train.any() or not test.any():
                continue  # of few judgments a part may hold all, or none
            pairs = first[train], second[train]
            weights = ridge_path(embedding, *pairs, values[train], scale * PENALTIES, tolerance)
            predicted = weighted_products(embedding, weights, first[test], second[test])
            scores.append(fit(predicted, values[test], kind))
        scores = np.array(scores).reshape(-1, len(PENALTIES))
        defined = np.isfinite(scores).any(axis=0)
        mean = np.full(len(PENALTIES), -np.inf)
        mean[defined] = np.nanmean(scores[:, defined], axis=0)
        return mean

    mean = mean_scores(ROUGH)
    second_best, highest = np.sort(mean)[-2:]
    if not highest > second_best + CLEAR and not all(
        is_exact(embedding, first[train], second[train], scale * PENALTIES) for train, _ in inner
    ):
        mean = mean_scores(TOLERANCE)
    best = len(PENALTIES) - 1 - int(np.argmax(mean[::-1]))
    (weights,) = ridge_path(embedding, first, second, values, scale * PENALTIES[[best]])
    return Reweighting(weights, float(PENALTIES[best]))


def terms_of(embedding: np.ndarray, similarity: str) -> np.ndarray:
    """Return rows whose products add up to the similarity of two images.

    Reweighting the products of the embeddings themselves is the published form.  That form loses
    the correlation's indifference to the mean and length of an embedding; reweighting the terms of
    the similarity starts from the network's own prediction, as retaining maps does.

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
    length = lengths(np.asarray(embedding, dtype=np.float64), rows)
    return np.divide(rows, length, out=np.zeros_like(rows), where=length > 0)


def _inner_folds(first, second, unit, seed):
    """Yield masks of pairs to learn from and to judge by."""
    units = np.unique([first, second]) if unit == "images" else np.arange(len(first))
    n_folds = min(N_INNER_FOLDS, len(units) // 3)
    if n_folds < 2:
        return
    for _, part in split(len(units), seed, n_folds):
        if unit == "images":
            left_out = np.isin(np.arange(second.max() + 1), units[part])
            yield ~(left_out[first] | left_out[second]), left_out[first] & left_out[second]
        else:
            left_out = np.isin(units, part)
            yield ~left_out, left_out
