"""How well similarities predict judgments: the fit, and what each map adds to it."""

import numpy as np

FITS = ("r2", "pearson", "spearman")

# Similarities lie in [-1, 1].  A standard deviation below this is rounding: with a single pooled
# map switched on, for example, every pair of images correlates at exactly 1.
CONSTANT = 1e-9
# A variance below this share of the sum of squares is rounding: an embedding does not vary.
ROUNDING = 1e-12
# With few maps on, many pairs are exactly as alike as one another; ranks must not tell them apart
# by the rounding of their last digits.
TIE_DECIMALS = 10
JUDGMENT_DECIMALS = 13


def lengths(rows: np.ndarray, centred: np.ndarray) -> np.ndarray:
    """Return the lengths of embeddings, NaN where an embedding varies by no more than rounding.

    Parameters
    ----------
    rows : (..., D) array
    centred : (..., D) array
        The same, each less its mean (for cosine: as they are).

    Returns
    -------
    (..., 1) float64 array
        Of `centred`.
    """
    squares = (centred * centred).sum(axis=-1, keepdims=True)
    varies = squares > ROUNDING * (rows * rows).sum(axis=-1, keepdims=True)
    return np.sqrt(np.where(varies, squares, np.nan))


def without_rounding(judgments: np.ndarray) -> np.ndarray:
    """Return judgments, (..., P), rounded to 13 decimals of the largest of a row, for ranks.

    Many are means over observers, of which those of the same answers in another order differ in
    their last digits.
    """
    largest = np.abs(judgments).max(axis=-1, keepdims=True)
    return (judgments / np.where(largest > 0, largest, 1)).round(JUDGMENT_DECIMALS)


def fit(similarities: np.ndarray, judgments: np.ndarray, kind: str = "r2") -> np.ndarray:
    """Return the fit between RSM values of some pairs and the human judgments of the same pairs.

    Parameters
    ----------
    similarities : (..., P) array
        RSM values, one row a variant of the network.
    judgments : (P,) or (..., P) array
        Human similarities, the same for all rows or each row's own.
    kind : {"r2", "pearson", "spearman"}
        Squared Pearson correlation, signed Pearson correlation, or Spearman rank correlation
        (similarities that agree to 10 decimals are ties; judgments: :func:`without_rounding`).

    Returns
    -------
    (...,) float64 array
        NaN where the fit is undefined: a similarity is NaN, or the similarities or the judgments
        do not vary.

    Notes
    -----
    Section 2 of the method: representational fit (Truong, Pesenti & Hasson, 2025).
    """
    if kind not in FITS:
        raise ValueError(f"fit {kind!r} is not one of {', '.join(FITS)}")
    x = np.array(similarities, dtype=np.float64)
    y = np.asarray(judgments, dtype=np.float64)
    if x.shape[-1] < 2:
        return np.full(x.shape[:-1], np.nan)
    undefined = np.ptp(y, axis=-1) == 0
    if kind == "spearman":
        # Imported here: it costs a second, more than the job of a seed takes in all.
        from scipy.stats import rankdata

        undefined = undefined | ~(x.std(axis=-1) > CONSTANT)
        x, y = rankdata(x.round(TIE_DECIMALS), axis=-1), rankdata(without_rounding(y), axis=-1)
    x -= x.mean(axis=-1, keepdims=True)
    y = y - y.mean(axis=-1, keepdims=True)
    squares = np.einsum("...p,...p->...", x, x)
    undefined = undefined | ~(squares > x.shape[-1] * CONSTANT**2)
    products = x @ y if y.ndim == 1 else np.vecdot(x, y)
    with np.errstate(invalid="ignore", divide="ignore"):
        r = products / np.sqrt(squares * np.vecdot(y, y))
    r = np.where(undefined, np.nan, r)
    return r * r if kind == "r2" else r


def centred_over_pairs(judgments: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return which pairs take part in a fit, and their judgments less their mean.

    Parameters
    ----------
    judgments : (n, n) array
        Symmetric; NaN for a pair that takes no part.  The diagonal never does.

    Returns
    -------
    taking_part : (n, n) bool array
    centred : (n, n) float64 array
        Zero for a pair that takes no part, and everywhere if the judgments do not vary.
    """
    taking_part = np.isfinite(judgments)
    np.fill_diagonal(taking_part, False)
    values = judgments[taking_part]
    centred = np.zeros(judgments.shape)
    if len(values) and np.ptp(values) > 0:
        centred[taking_part] = values - values.mean()
    return taking_part, centred


def fit_from_sums(
    n_pairs: int | np.ndarray,
    total: np.ndarray,
    squares: np.ndarray,
    products: np.ndarray,
    judgment_squares: float | np.ndarray,
    kind: str = "r2",
) -> np.ndarray:
    """Return the fit from sums over pairs, where similarities are not written down.

    Parameters
    ----------
    n_pairs : int or (...,) array
        Number of terms of every sum.
    total, squares : (...,) arrays
        Sums of the similarities and of their squares, after subtraction of any constant that
        keeps the squares from being much larger than the variance.
    products : (...,) array
        Sum of similarity times centred judgment.
    judgment_squares : float or (...,) array
        Sum of the squared centred judgments; 0 if they do not vary.
    kind : {"r2", "pearson"}

    Returns
    -------
    (...,) float64 array
        NaN where :func:`fit` is undefined.
    """
    if kind not in ("r2", "pearson"):
        raise ValueError(f"fit {kind!r} does not follow from sums over pairs")
    spread = np.asarray(squares - total * total / np.maximum(n_pairs, 1))
    defined = (spread > n_pairs * CONSTANT**2) & (judgment_squares > 0) & (n_pairs > 1)
    r = np.full(spread.shape, np.nan)
    np.divide(products, np.sqrt(np.abs(spread) * judgment_squares), out=r, where=defined)
    return r * r if kind == "r2" else r


def fit_drop(
    whole: np.ndarray, without: np.ndarray, judgments: np.ndarray, kind: str = "r2"
) -> tuple[float, np.ndarray, np.ndarray]:
    """Return the fit with all maps, the fit without each map, and their difference, the AIS.

    Parameters
    ----------
    whole : (P,) array
        RSM values with all maps.
    without : (F, P) array
        RSM values with map f set to zero.
    judgments : (P,) array
        Human similarities.
    kind : str
        See :func:`fit`.

    Returns
    -------
    fit_full : float
    fit_without : (F,) float64 array
    ais : (F,) float64 array
        ``fit_full - fit_without``: positive where the map helps, exactly 0 where its removal
        changes no similarity, NaN where either fit is undefined.

    Notes
    -----
    Section 3 of the method: the Alignment Importance Score.
    """
    fit_full = float(fit(whole, judgments, kind))
    fit_without = fit(without, judgments, kind)
    fit_without[(without == whole).all(axis=-1)] = fit_full
    return fit_full, fit_without, fit_full - fit_without


def rank_maps(ais: np.ndarray) -> np.ndarray:
    """Return the maps from the highest score to the lowest.

    Ties go to the lower map index, undefined scores to the end.

    Parameters
    ----------
    ais : (F,) array

    Returns
    -------
    (F,) int array of map indices
    """
    return np.argsort(-np.asarray(ais), kind="stable")
