"""How stable is AIS?  Scores and retained sets of different folds, against random sets."""

from itertools import combinations

import numpy as np

from alignment.artifacts.errors import InputError
from alignment.heads.opening import Removals
from alignment.importance.fold_ais import mean_scores
from alignment.importance.folds import make_folds
from alignment.similarity.correlations import spearman
from alignment.similarity.fits import rank_maps
from alignment.similarity.pairs import upper_triangle
from alignment.statistics.means import mean_of_defined
from alignment.statistics.overlap import overlap, random_overlap, random_stable

SUMMARY_COLUMNS = ["cohort", "model", "n_folds", "n_maps", "n_retained_mean"]
SUMMARY_COLUMNS += ["n_stable", "n_stable_random"]
for _which in ("within", "between"):
    SUMMARY_COLUMNS += [f"n_pairs_{_which}", f"rank_correlation_{_which}"]
    SUMMARY_COLUMNS += [f"overlap_{_which}", f"overlap_random_{_which}"]
SUMMARY_COLUMNS += ["n_halves", "rank_correlation_halves", "rank_correlation_sd_halves"]
SUMMARY_COLUMNS += ["overlap_halves", "overlap_random_halves"]


def compare_fold_pairs(scores: np.ndarray, retained: np.ndarray, seeds: np.ndarray) -> dict:
    """Compare each two folds: the ranking of the maps by AIS, and the retained sets.

    Parameters
    ----------
    scores : (folds, F) array
        Training AIS; maps that are undefined (NaN) in either fold are left out of its ranking.
    retained : (folds, F) bool array
    seeds : (folds,) array
        The seed that each fold belongs to.

    Returns
    -------
    dict of arrays, one entry per pair of folds
        ``first``, ``second``: positions of the folds; ``same_seed``; ``rank_correlation``:
        Spearman, over maps; ``overlap``: Jaccard index of the retained sets; ``overlap_random``:
        what random sets of the same sizes are expected to have.
    """
    n_maps = retained.shape[1]
    sizes = retained.sum(axis=1)
    pairs = list(combinations(range(len(scores)), 2))
    return {
        "first": np.array([a for a, _ in pairs], dtype=int),
        "second": np.array([b for _, b in pairs], dtype=int),
        "same_seed": np.array([seeds[a] == seeds[b] for a, b in pairs], dtype=bool),
        "rank_correlation": np.array([spearman(scores[a], scores[b]) for a, b in pairs]),
        "overlap": np.array([overlap(retained[a], retained[b]) for a, b in pairs]),
        "overlap_random": np.array([random_overlap(sizes[a], sizes[b], n_maps) for a, b in pairs]),
    }


def compare_halves(
    images: np.ndarray,
    judgments: np.ndarray,
    removals: Removals,
    n_best: int,
    unit: str = "images",
    kind: str = "r2",
    seeds: range = range(10),
) -> dict[str, np.ndarray]:
    """Compare the ranking of the maps between random halves of a cohort, which share nothing.

    Folds share most of their training images, so that they agree even where AIS would not carry
    over to other images.

    Parameters
    ----------
    images : (n,) int array
        The cohort: rows of the dataset.
    judgments : (N, N) array
    removals : Removals
        Scores the maps of the network.
    n_best : int
        How many of the best maps to compare, in place of the retained sets: the mean size of
        these makes the overlap comparable with theirs.
    unit : {"images", "pairs"}
        What is halved.
    kind : str
        See :func:`alignment.similarity.fits.fit`.
    seeds : range
        One split into halves each.

    Returns
    -------
    dict of arrays, one entry per split
        ``split``: its seed; ``rank_correlation``: Spearman, over maps; ``n_best``; ``overlap``:
        Jaccard index of the n_best maps with the highest AIS; ``overlap_random``: what random
        sets of that size are expected to have.  NaN where a half has fewer than 3 judged pairs, or
        no fit, as where its judgments do not vary.
    """
    triangle = upper_triangle(judgments)
    n_maps = removals.n_maps
    correlations, overlaps = [], []
    for seed in seeds:
        correlations.append(np.nan)
        overlaps.append(np.nan)
        try:
            folds = make_folds(images, judgments, [seed], 2, unit)
        except InputError:  # a half with fewer than 3 judged pairs
            continue
        # The test sets of two folds are the halves.
        halves = [
            removals.map_scores(fold.test_pairs, triangle, kind)[2] for fold in folds.of(judgments)
        ]
        if not all(np.isfinite(ais).any() for ais in halves):
            continue  # without scores, both halves would rank maps by their numbers
        correlations[-1] = spearman(*halves)
        best = np.zeros((2, n_maps), dtype=bool)
        for row, ais in zip(best, halves, strict=True):
            row[rank_maps(ais)[:n_best]] = True
        overlaps[-1] = overlap(*best)
    return {
        "split": np.array(seeds),
        "rank_correlation": np.array(correlations),
        "n_best": np.full(len(seeds), n_best),
        "overlap": np.array(overlaps),
        "overlap_random": np.full(len(seeds), random_overlap(n_best, n_best, n_maps)),
    }


def describe_maps(scores: np.ndarray, retained: np.ndarray) -> dict[str, np.ndarray]:
    """Describe each map over the folds.

    Parameters
    ----------
    scores : (folds, F) array
    retained : (folds, F) bool array

    Returns
    -------
    dict of (F,) arrays
        ``map``; ``share_retained``: of the folds; ``mean_ais``, ``sd_ais`` (divisor folds - 1):
        over the folds in which its training AIS is defined, NaN where it is in none; ``mean_rank``
        (1 = highest): over the folds in which any map's is, as in the tables of scores, where an
        undefined score comes last.
    """
    mean = mean_scores(scores)
    n = np.isfinite(scores).sum(axis=0)
    squares = np.nansum((scores - mean) ** 2, axis=0)
    scored = scores[np.isfinite(scores).any(axis=1)]
    ranks = np.empty(scored.shape)
    for row, fold in zip(ranks, scored, strict=True):
        row[rank_maps(fold)] = np.arange(1, len(fold) + 1)
    with np.errstate(invalid="ignore", divide="ignore"):
        sd = np.where(n > 1, np.sqrt(squares / (n - 1)), np.nan)
    return {
        "map": np.arange(scores.shape[1]),
        "share_retained": retained.mean(axis=0),
        "mean_ais": mean,
        "sd_ais": sd,
        "mean_rank": ranks.mean(axis=0) if len(ranks) else np.full(scores.shape[1], np.nan),
    }


def stable_maps(maps: dict[str, np.ndarray], share: float) -> np.ndarray:
    """Return the maps that at least a share of the folds retained, best first.

    Parameters
    ----------
    maps : dict of (F,) arrays
        See :func:`describe_maps`.
    share : float

    Returns
    -------
    int array of map indices
        By the share of folds, and by mean AIS where that is the same.
    """
    order = np.lexsort([maps["map"], -maps["mean_ais"], -maps["share_retained"]])
    return maps["map"][order[maps["share_retained"][order] >= share]]


def summarize_stability(
    maps: dict[str, np.ndarray],
    pairs: dict[str, np.ndarray],
    halves: dict[str, np.ndarray],
    sizes: np.ndarray,
    share: float,
) -> dict:
    """Summarize how one cohort and model's folds agree.

    Parameters
    ----------
    maps : dict of (F,) arrays
        See :func:`describe_maps`.
    pairs : dict of arrays
        See :func:`compare_fold_pairs`.
    halves : dict of arrays
        See :func:`compare_halves`.
    sizes : (folds,) int array
        Sizes of the retained sets.
    share : float
        Of the folds, from which a map counts as stable.

    Returns
    -------
    dict
        With the keys `SUMMARY_COLUMNS` but ``cohort`` and ``model``: means over the pairs of folds
        of the same seed (``within``) and of different seeds (``between``), and over splits into
        halves; NaN where there is none.
    """
    result = {
        "n_folds": len(sizes),
        "n_maps": len(maps["map"]),
        "n_retained_mean": float(np.mean(sizes)),
        "n_stable": len(stable_maps(maps, share)),
        "n_stable_random": random_stable(sizes, len(maps["map"]), share),
    }
    for which, same_seed in (("within", True), ("between", False)):
        chosen = pairs["same_seed"] == same_seed
        result[f"n_pairs_{which}"] = int(chosen.sum())
        for name in ("rank_correlation", "overlap", "overlap_random"):
            result[f"{name}_{which}"] = mean_of_defined(pairs[name][chosen])
    correlations = halves["rank_correlation"]
    correlations = correlations[np.isfinite(correlations)]
    return result | {
        "n_halves": len(correlations),
        "rank_correlation_halves": mean_of_defined(correlations),
        "rank_correlation_sd_halves": correlations.std(ddof=1) if len(correlations) > 1 else np.nan,
        "overlap_halves": mean_of_defined(halves["overlap"]),
        "overlap_random_halves": mean_of_defined(halves["overlap_random"]),
    }


def most_exciting(feature_maps: np.ndarray, n: int) -> np.ndarray:
    """Return the images that excite one map most, by its mean activity.

    Parameters
    ----------
    feature_maps : (N, H, W) array
        One map in every image.
    n : int

    Returns
    -------
    (at most n,) int array of image indices
        Most exciting first; an image in which the map has no positive mean is left out.
    """
    activity = feature_maps.astype(np.float64).mean(axis=(1, 2))
    order = np.argsort(-activity, kind="stable")[:n]
    return order[activity[order] > 0]
