"""How alike the representations of networks are."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from itertools import combinations

import numpy as np

from alignment.similarity.fits import lengths

PAIR_COLUMNS = [
    *("condition_a", "lambda_a", "seed_a", "condition_b", "lambda_b", "seed_b"),
    *("images", "classes"),
]
SUMMARY_COLUMNS = [
    *("condition_a", "lambda_a", "condition_b", "lambda_b", "seeds", "n", "images", "classes"),
]


def dissimilarities(activations: np.ndarray, similarity: str = "pearson") -> np.ndarray:
    """Return one minus the similarity over units of every pair of images.

    Parameters
    ----------
    activations : (N, U) array
        Images or means of classes.
    similarity : {"pearson", "cosine"}

    Returns
    -------
    (P,) float64 array
        Pairs in the order of :mod:`alignment.similarity.pairs`; NaN for an image whose activations
        vary by no more than rounding (cosine: are all zero).
    """
    rows = np.asarray(activations, dtype=np.float64)
    centred = rows - rows.mean(axis=1, keepdims=True) if similarity == "pearson" else rows
    units = centred / lengths(rows, centred)
    return 1 - (units @ units.T)[np.triu_indices(len(rows), 1)]


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


def pair_rows(
    networks: Sequence[tuple[str, float, int]], vectors: Mapping[str, np.ndarray]
) -> list[dict]:
    """Return the similarity of each pair of networks.

    Parameters
    ----------
    networks : M tuples (condition, lambda, seed)
    vectors : dict of str to (M, P) array
        Dissimilarities of ``images`` and of ``classes``.

    Returns
    -------
    list of dict
        With the keys `PAIR_COLUMNS`; similarities are squared Pearson correlations.
    """
    found = {name: similarities(values) for name, values in vectors.items()}
    rows = []
    for a, b in combinations(range(len(networks)), 2):
        row = dict(zip(PAIR_COLUMNS, (*networks[a], *networks[b]), strict=False))
        rows.append(row | {name: float(values[a, b]) for name, values in found.items()})
    return rows


def summarize_pairs(rows: Sequence[dict]) -> list[dict]:
    """Return mean similarities within and between the cells of a design.

    A cell is a condition at a lambda.  Its networks have different seeds; those of two cells may
    share one, and are then more alike because they share initial weights, split and batches: such
    pairs are told apart.

    Returns
    -------
    list of dict
        With the keys `SUMMARY_COLUMNS`.
    """
    groups = defaultdict(list)
    for row in rows:
        a, b = (row["condition_a"], row["lambda_a"]), (row["condition_b"], row["lambda_b"])
        seeds = "same seed" if row["seed_a"] == row["seed_b"] else "different seeds"
        groups[*a, *b, seeds].append(row)
    return [
        dict(zip(SUMMARY_COLUMNS, group, strict=False))
        | {"n": len(pairs)}
        | {name: float(np.mean([pair[name] for pair in pairs])) for name in ("images", "classes")}
        for group, pairs in groups.items()
    ]
