"""AIS against each rival, paired over images."""

from collections.abc import Mapping

import numpy as np

from alignment.artifacts.tables import groups_of
from alignment.faithfulness.areas import KEEP
from alignment.faithfulness.maps import AIS

MEAN_COLUMNS = ("fill", "test", "share", "map", "n", "r_before", "r_after")
MEAN_COLUMNS += ("difference", "low", "high")
TEST_COLUMNS = ("fill", "test", "map", "n", "r_before", "r_ais", "r_map")
TEST_COLUMNS += ("difference", "low", "high", "t", "p")
LEVEL = 0.95


def paired(differences: np.ndarray) -> dict[str, float]:
    """Return the mean of differences over images, its interval, and the test of it.

    Parameters
    ----------
    differences : (n,) array
        Without NaN.

    Returns
    -------
    dict
        ``difference``, ``low``, ``high`` (95 %, Student's), ``t``, ``p`` (two-sided).  NaN with
        fewer than 2 images; without spread there is no test.
    """
    from scipy.stats import t as student  # costs a second, which the drawing of figures saves

    n = len(differences)
    mean = float(differences.mean()) if n else np.nan
    found = dict.fromkeys(("difference", "low", "high", "t", "p"), np.nan) | {"difference": mean}
    if n < 2:
        return found
    error = differences.std(ddof=1) / np.sqrt(n)
    reach = error * student.ppf((1 + LEVEL) / 2, n - 1)
    found |= {"low": mean - reach, "high": mean + reach}
    if error > 0:
        found |= {"t": mean / error, "p": 2 * student.sf(abs(mean / error), n - 1)}
    return {name: float(value) for name, value in found.items()}


def advantage(ais: np.ndarray, rival: np.ndarray, test: str) -> np.ndarray:
    """Return by how much AIS does better: above it when kept, below it when deleted."""
    return ais - rival if test == KEEP else rival - ais


def means(table: Mapping[str, np.ndarray]) -> list[dict]:
    """Summarize one cohort and model, share by share.

    Parameters
    ----------
    table : dict of str to array
        A row per image, fill, test, share and map, see :mod:`alignment.faithfulness.judging`.

    Returns
    -------
    list of dict
        The keys `MEAN_COLUMNS`: over the `n` images in which AIS and the map are defined, means
        before and after, and by how much AIS does better, with its interval.  Of AIS itself there
        is no difference.
    """
    rows = []
    for (fill, test, share), here in groups_of(table, "fill", "test", "share").items():
        by_map = groups_of(here, "map")
        for name, own in by_map.items():
            ais, before = by_map[AIS]["r_after"], own["r_before"]
            defined = np.isfinite(ais) & np.isfinite(own["r_after"])
            row = {"fill": fill, "test": test, "share": share, "map": name}
            row |= {"n": int(defined.sum()), "r_before": _mean(before[defined])}
            row["r_after"] = _mean(own["r_after"][defined])
            found = dict.fromkeys(("difference", "low", "high"), np.nan)
            if name != AIS:
                better = paired(advantage(ais[defined], own["r_after"][defined], test))
                found = {key: better[key] for key in found}
            rows.append(row | found)
    return rows


def tests(table: Mapping[str, np.ndarray]) -> list[dict]:
    """Test AIS against each rival of one cohort and model, over the mean of all shares.

    Parameters
    ----------
    table : dict of str to array
        See :func:`means`.

    Returns
    -------
    list of dict
        The keys `TEST_COLUMNS`, a row per fill, test and rival: two-sided paired t-tests over the
        images in which AIS and the rival are defined.
    """
    rows = []
    for (fill, test), here in groups_of(table, "fill", "test").items():
        by_map = {name: _over_shares(own) for name, own in groups_of(here, "map").items()}
        before, ais = by_map[AIS]
        for name, (_, rival) in by_map.items():
            if name == AIS:
                continue
            defined = np.isfinite(ais) & np.isfinite(rival)
            row = {"fill": fill, "test": test, "map": name, "n": int(defined.sum())}
            row |= {"r_before": _mean(before[defined]), "r_ais": _mean(ais[defined])}
            row["r_map"] = _mean(rival[defined])
            rows.append(row | paired(advantage(ais[defined], rival[defined], test)))
    return rows


def _over_shares(own):
    """Return r_i before, and its mean over shares after, image by image."""
    n_shares = len(np.unique(own["share"]))
    order = np.lexsort((own["share"], own["image"]))
    before, after = (own[name][order].reshape(-1, n_shares) for name in ("r_before", "r_after"))
    return before[:, 0], after.mean(axis=1)


def _mean(values):
    return float(values.mean()) if len(values) else np.nan
