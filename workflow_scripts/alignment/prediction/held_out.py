"""What a network predicts for pairs that took no part in choosing its maps."""

from collections.abc import Iterable

import numpy as np


def held_out_means(
    folds: Iterable[tuple[np.ndarray, np.ndarray]], n_pairs: int
) -> tuple[np.ndarray, np.ndarray]:
    """Return the mean of what the folds say about each pair that they test.

    Parameters
    ----------
    folds : iterable of (pairs, values)
        ``pairs`` (p,) int: positions of the fold's test pairs, each once; ``values`` (p, ...): what
        the fold, which did not train on them, says about each, such as its similarity with the
        retained maps.
    n_pairs : int

    Returns
    -------
    mean : (n_pairs, ...) float64 array
        NaN for a pair that no fold tests, or that is undefined in each that does.
    n_folds : (n_pairs,) int array
        The folds that the mean is over: those that test the pair and give it a value.

    Raises
    ------
    ValueError
        There is no fold.

    Notes
    -----
    Section 5 of the method: retained sets are chosen on the training side.
    """
    total = n_folds = None
    for pairs, values in folds:
        values = np.asarray(values, dtype=np.float64)
        if total is None:
            total = np.zeros((n_pairs, *values.shape[1:]))
            n_folds = np.zeros(n_pairs, dtype=int)
        defined = np.isfinite(values).reshape(len(values), -1).all(axis=1)
        total[pairs[defined]] += values[defined]
        n_folds[pairs[defined]] += 1
    if total is None:
        raise ValueError("there is no fold to take a mean over")
    count = n_folds.reshape(-1, *[1] * (total.ndim - 1))
    with np.errstate(invalid="ignore"):
        return np.where(count > 0, total / count, np.nan), n_folds
