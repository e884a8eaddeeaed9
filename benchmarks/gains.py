"""The search for a map that points better than AIS: chosen in one place, judged in all others."""

from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from alignment.faithfulness.areas import TESTS
from alignment.faithfulness.maps import AIS
from alignment.faithfulness.summary import tests
from alignment.statistics.holm import with_holm

LEVEL = 0.05
COLUMNS = ("map", "fill", "test", "n", "r_ais", "r_map", "gain", "low", "high", "p")


def gains(table: Mapping[str, np.ndarray], candidates: Iterable[str]) -> list[dict]:
    """Return by how much each candidate points better than AIS in one cohort and model.

    Parameters
    ----------
    table : dict of str to array
        See :func:`alignment.faithfulness.summary.means`.
    candidates : iterable of str
        Names of maps.

    Returns
    -------
    list of dict
        The keys `COLUMNS`, a row per fill, test and candidate: as
        :func:`alignment.faithfulness.summary.tests` has them, with the sign turned round.
    """
    wanted, rows = set(candidates) - {AIS}, []
    for row in tests(table):
        if row["map"] in wanted:
            turned = {"gain": -row["difference"], "low": -row["high"], "high": -row["low"]}
            rows.append({name: (row | turned)[name] for name in COLUMNS})
    return rows


def ranked(rows: Sequence[Mapping], fill: str) -> list[str]:
    """Return the candidates, best first, by the smaller of their gains when kept and deleted.

    Parameters
    ----------
    rows : list of dict
        See :func:`gains`, of the cohort and model where is chosen.
    fill : str
        The fill that counts.
    """
    gain = {(row["map"], row["test"]): row["gain"] for row in rows if row["fill"] == fill}
    names = dict.fromkeys(name for name, _ in gain)
    return sorted(names, key=lambda name: -min(gain[name, test] for test in TESTS))


def confirmed(
    tables: Mapping[tuple, Mapping[str, np.ndarray]], chosen: str, fill: str
) -> list[dict]:
    """Return the gains of one map wherever it was not chosen, with Holm's correction over all.

    Parameters
    ----------
    tables : dict of (cohort, model) to table
        See :func:`gains`.
    chosen : str
    fill : str
        The fill that counts.

    Returns
    -------
    list of dict
        ``cohort``, ``model``, the keys `COLUMNS`, and ``p_holm``.
    """
    rows = [
        {"cohort": cohort, "model": model, **row}
        for (cohort, model), table in tables.items()
        for row in gains(table, [chosen])
        if row["fill"] == fill
    ]
    return with_holm(rows)


def points_better(rows: Iterable[Mapping]) -> bool:
    """Tell whether a map points better: both tests significant somewhere, and none against it.

    Parameters
    ----------
    rows : list of dict
        See :func:`confirmed`.
    """
    won, lost = set(), False
    for row in rows:
        if row["p_holm"] < LEVEL:
            lost |= row["gain"] < 0
            won.add((row["cohort"], row["model"], row["test"]))
    both = [all((*design, test) in won for test in TESTS) for design in {w[:2] for w in won}]
    return any(both) and not lost
