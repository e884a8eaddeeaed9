"""How AIS spreads over maps and images, and whether two models differ in it."""

from collections.abc import Mapping
from itertools import combinations

import numpy as np

from alignment.statistics.holm import with_holm

Samples = Mapping[tuple[str, str], Mapping[str, np.ndarray]]
KS_COLUMNS = ["cohort", "statistic", "model_a", "model_b", "n_a", "n_b", "d", "p", "p_holm"]


def entropies(scores: np.ndarray) -> np.ndarray:
    """Return the entropy of each row's positive scores, normalised to sum 1.

    Parameters
    ----------
    scores : (n, m) array
        Negative scores count as zero.

    Returns
    -------
    (n,) float64 array
        In nats, between 0 and log m; NaN for a row without a positive score.
    """
    positive = np.maximum(scores, 0)
    with np.errstate(invalid="ignore", divide="ignore"):
        share = positive / positive.sum(axis=1, keepdims=True)
        terms = share * np.log(share)
    return -np.where(share == 0, 0, terms).sum(axis=1)


def describe(ais: np.ndarray) -> dict[str, np.ndarray]:
    """Return the five distributions of a model's image scores in one cohort.

    Parameters
    ----------
    ais : (N, F) array
        AIS_if; undefined scores count as 0, but an image without any score takes no part.

    Returns
    -------
    dict of 1-D float64 arrays, indexed by map or by image
        ``log_mean``: for each map, the log of its mean over images, where positive;
        ``map_entropy``: for each map, the entropy over images of its positive scores;
        ``image_entropy``: for each image, the same over maps;
        ``map_variance``: for each map, the variance over images of all scores;
        ``image_deviation``: for each image, the mean absolute deviation over maps of all scores.
        NaN where a statistic is not defined.

    Notes
    -----
    Section 7 of the method.
    """
    scored = np.isfinite(ais).any(axis=1)
    ais = np.where(scored[:, None], np.nan_to_num(ais), np.nan)
    of_maps = ais[scored] if scored.any() else ais
    mean = of_maps.mean(axis=0)
    return {
        "log_mean": np.log(np.where(mean > 0, mean, np.nan)),
        "map_entropy": entropies(of_maps.T),
        "image_entropy": entropies(ais),
        "map_variance": of_maps.var(axis=0),
        "image_deviation": np.abs(ais - ais.mean(axis=1, keepdims=True)).mean(axis=1),
    }


def samples(table: Mapping[str, np.ndarray]) -> Samples:
    """Arrange a long table of statistics for :func:`compare`.

    Parameters
    ----------
    table : dict of str to array
        Columns ``cohort, model, statistic, value``.

    Returns
    -------
    dict of (cohort, statistic) to dict of model to 1-D array
    """
    arranged = {}
    keys = np.stack([table["cohort"], table["statistic"], table["model"]])
    distinct, row = np.unique(keys, axis=1, return_inverse=True)
    # In the order of the table, which is that of the config.
    for k in np.argsort([np.flatnonzero(row == k)[0] for k in range(distinct.shape[1])]):
        cohort, statistic, model = map(str, distinct[:, k])
        arranged.setdefault((cohort, statistic), {})[model] = table["value"][row == k]
    return arranged


def compare(samples: Samples) -> list[dict]:
    """Compare each pair of models by a two-sample Kolmogorov-Smirnov test.

    Parameters
    ----------
    samples : dict of (cohort, statistic) to dict of model to 1-D array
        NaN values are left out; a model without any value is not compared.

    Returns
    -------
    list of dict
        One row per cohort, statistic and pair of models, with the keys ``cohort, statistic,
        model_a, model_b, n_a, n_b, d, p, p_holm``; ``p_holm`` is corrected over the whole table.
    """
    from scipy.stats import ks_2samp  # costs a second, which the other users of this module save

    rows = []
    for (cohort, statistic), models in samples.items():
        values = {model: v[np.isfinite(v)] for model, v in models.items() if np.isfinite(v).any()}
        for a, b in combinations(values, 2):
            test = ks_2samp(values[a], values[b])
            rows.append(
                {
                    "cohort": cohort,
                    "statistic": statistic,
                    "model_a": a,
                    "model_b": b,
                    "n_a": len(values[a]),
                    "n_b": len(values[b]),
                    "d": float(test.statistic),
                    "p": float(test.pvalue),
                }
            )
    return with_holm(rows)
