"""Which maps to retain: the k best, for the k that fits the training pairs best."""

from dataclasses import dataclass

import numpy as np

from alignment.heads.opening import Head
from alignment.importance.folds import Fold


@dataclass(frozen=True)
class Curve:
    """Fit with only the k best maps on, for k = 1..F.

    Attributes
    ----------
    order : (F,) int array
        Maps from best to worst: the k-th entry is switched on at k.
    train_fit, test_fit : (F,) float64 arrays
        NaN where the fit is undefined.
    """

    order: np.ndarray
    train_fit: np.ndarray
    test_fit: np.ndarray

    @property
    def n_retained(self) -> int:
        """The smallest k with the highest train fit; 0 if no train fit is defined."""
        if np.isnan(self.train_fit).all():
            return 0
        return int(np.nanargmax(self.train_fit)) + 1

    @property
    def retained(self) -> np.ndarray:
        """The retained maps, best first."""
        return self.order[: self.n_retained]


def selection_curve(
    head: Head, order: np.ndarray, fold: Fold, judgments: np.ndarray, kind: str = "r2"
) -> Curve:
    """Switch maps on from best to worst and record the fit on both sides of a fold.

    Parameters
    ----------
    head : Head
        The network between the feature maps and the embedding.
    order : (F,) int array
        Maps from best to worst by their training AIS.
    fold : Fold
    judgments : (P,) array
        Human similarities of the dataset's pairs.
    kind : str
        See :func:`alignment.similarity.fits.fit`.

    Returns
    -------
    Curve

    Notes
    -----
    Section 5 of the method: retained maps.
    """
    sides = fold.train_pairs, fold.test_pairs
    return Curve(np.asarray(order), *head.growing_fits(order, sides, judgments, kind))
