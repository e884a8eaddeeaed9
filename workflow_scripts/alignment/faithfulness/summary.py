"""AIS against each rival, paired over images."""

from collections.abc import Mapping

import numpy as np

from alignment.artifacts.tables import groups_of
from alignment.faithfulness.areas import KEEP
from alignment.faithfulness.maps import AIS
from alignment.statistics.means import mean_of_defined
from alignment.statistics.student import mean_and_test

MEAN_COLUMNS = ("fill", "test", "share", "map", "n", "r_before", "r_after")
MEAN_COLUMNS += ("difference", "low", "high")
TEST_COLUMNS = ("fill", "test", "map", "n", "r_before", "r_ais", "r_map")
TEST_COLUMNS += ("difference", "low", "high", "t", "p")


def compared(differences: np.ndarray) -> dict[str, float]:
    """Return ``difference``, the mean of (n,) differences over images, with interval and test."""
    found = mean_and_test(differences)
    return {"difference": found["mean"], **{key: found[key] for key in ("low", "high", "t", "p")}}


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
            row |= {"n": int(defined.sum()), "r_before": mean_of_defined(before[defined])}
            row["r_after"] = mean_of_defined(own["r_after"][defined])
            found = dict.fromkeys(("difference", "low", "high"), np.nan)
            if name != AIS:
                better = compared(advantage(ais[defined], own["r_after"][defined], test))
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
            columns = {"r_before": before, "r_ais": ais, "r_map": rival}
            row |= {name: mean_of_defined(values[defined]) for name, values in columns.items()}
            rows.append(row | compared(advantage(ais[defined], rival[defined], test)))
    return rows


def _over_shares(own):
    """Return r_i before, and its mean over shares after, image by image."""
    n_shares = len(np.unique(own["share"]))
    order = np.lexsort((own["share"], own["image"]))
    before, after = (own[name][order].reshape(-1, n_shares) for name in ("r_before", "r_after"))
    return before[:, 0], after.mean(axis=1)
