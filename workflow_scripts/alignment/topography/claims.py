"""What two versions of a paper claim, and whether it holds in networks trained here.

v1: Truong & Hasson, "Improved Robustness and Functional Localization in Topographic CNNs Through
Weight Similarity" (arXiv 2508.00043 v1, 2025).  journal: its later version, "Beyond topography:
Topographic regularization improves robustness and reshapes representations in CNNs"
(Neurocomputing, 2026, doi 10.1016/j.neucom.2026.134496).
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from alignment.statistics.student import mean_and_test
from alignment.topography.comparisons import (
    MATCHED,
    SAME_LAMBDA,
    SEEDS_FOR_TEST,
    by_network,
    corrected_within,
    differences,
    matched_accuracy,
    same_lambda,
)
from alignment.topography.design import CONTROL

COLUMNS = [
    *("topic", "version", "dataset", "claim", "measure", "matching", "compared", "left_out", "n"),
    *("difference", "low", "high", "p", "p_holm", "verdict"),
]
HOLDS, FAILS, UNDECIDED = "holds", "fails", "undecided"
ABOVE, BELOW, DIFFERS = ">", "<", "differs from"
V1, JOURNAL, BOTH = "v1", "journal", "v1, journal"
PHOTOGRAPHS = "cifar10"
WEIGHT_NOISE = ("relative", "absolute")
NOISES = ("white", "pink", "salt_and_pepper")
LEARNT = 0.25  # of the way from guessing to no mistake: below it there is little to lose by noise


@dataclass(frozen=True)
class Claim:
    """One claim in one definition.

    Attributes
    ----------
    topic : str
    version : str
        Of the paper.
    measure : str
    a, relation, b : str
        ``WS > control``, ``AS differs from control``.
    sources : tuple of str
        The sources of images that it is about; empty for any.
    """

    topic: str
    version: str
    measure: str
    a: str
    relation: str
    b: str
    sources: tuple[str, ...] = ()

    @property
    def sentence(self) -> str:
        return f"{self.a} {self.relation} {self.b}"


def claims() -> list[Claim]:
    """Return all claims, each in every definition that this project gives its measure."""
    found = []
    for measure in [f"{w}_weights_{k}" for k in WEIGHT_NOISE for w in ("accuracy", "change")]:
        found += [
            Claim("weight noise", BOTH, measure, "WS", ABOVE, CONTROL),
            Claim("weight noise", V1, measure, "WS", ABOVE, "AS"),
            Claim("weight noise", JOURNAL, measure, "AS", ABOVE, CONTROL),
        ]
    digits = ("digits", "mnist", "fashion_mnist")
    for measure in [f"{what}_{noise}" for noise in NOISES for what in ("accuracy", "change")]:
        found += [
            Claim("input noise", BOTH, measure, "WS", ABOVE, CONTROL, digits),
            Claim("input noise", V1, measure, "WS", ABOVE, CONTROL, (PHOTOGRAPHS,)),
            Claim("input noise", V1, measure, "WS", ABOVE, "AS"),
            Claim("input noise", JOURNAL, measure, "AS", ABOVE, CONTROL, (PHOTOGRAPHS,)),
        ]
    for measure in [f"{s}variance_{side}" for s in ("", "scaled_") for side in ("before", "after")]:
        found += [
            Claim("activation variance", BOTH, measure, "WS", ABOVE, other)
            for other in (CONTROL, "AS")
        ]
    for side in ("before", "after"):
        for other in (CONTROL, "AS"):
            near = f"distance_to_most_correlated_{side}"
            found += [
                Claim("localization", BOTH, f"localization_{side}", "WS", ABOVE, other),
                Claim("localization", BOTH, near, "WS", BELOW, other),
            ]
    found.append(Claim("smoothness", JOURNAL, "morans_i", "WS", ABOVE, "AS"))
    found += [
        Claim("bimodality", JOURNAL, f"share_strong_{sign}_{side}", "AS", ABOVE, CONTROL)
        for side in ("before", "after")
        for sign in ("positive", "negative")
    ]
    for measure in ("orientation", "symmetry_left_right", "symmetry_up_down", "eccentricity"):
        found += [
            Claim("unit profiles", BOTH, measure, "WS", DIFFERS, CONTROL),
            Claim("unit profiles", JOURNAL, measure, "AS", DIFFERS, CONTROL),
        ]
    found += [
        Claim("expert units", JOURNAL, measure, a, DIFFERS, CONTROL)
        for measure in ("expert_units", "expert_classes", "morans_i_auc")
        for a in ("WS", "AS")
    ]
    return found


def decide(dataset: str, source: str, table: Mapping[str, np.ndarray], n_classes: int) -> list:
    """Return the verdict on every claim about a dataset.

    The difference is the mean over lambdas and levels of each seed's paired difference.  Levels at
    which the control keeps less than half of its accuracy above chance are left out: where all
    networks guess, none is more robust.

    Parameters
    ----------
    dataset, source : str
        Name in the config, and what kind of images it has.
    table : dict of str to array
        Columns of :data:`alignment.topography.measures.COLUMNS`.
    n_classes : int

    Returns
    -------
    list of dict
        With the keys `COLUMNS`, one row per claim and way of matching lambdas.  p-values are
        corrected by Holm's method within a measure and way of matching.
    """
    values = by_network(table)
    accuracies = values["accuracy_test", None]
    conditions = {condition for condition, _ in accuracies}
    rows = []
    for claim in claims():
        if not {claim.a, claim.b} <= conditions or (claim.sources and source not in claim.sources):
            continue
        levels, left_out = _levels(claim.measure, values, 1 / n_classes)
        for matching in (SAME_LAMBDA, MATCHED):
            if matching == SAME_LAMBDA:
                pairs = same_lambda(claim.a, claim.b, accuracies)
            else:
                pairs = [matched_accuracy(claim.a, claim.b, accuracies)]
            by_seed = _mean_by_seed(
                [differences(values[claim.measure, level], *p) for level in levels for p in pairs]
            )
            found = mean_and_test(by_seed.values(), SEEDS_FOR_TEST)
            row = {"topic": claim.topic, "version": claim.version, "dataset": dataset}
            row |= {"claim": claim.sentence, "measure": claim.measure, "matching": matching}
            row |= {"compared": _compared(pairs, levels), "left_out": _listed(left_out)}
            rows.append(row | found | {"difference": found["mean"], "relation": claim.relation})
    rows = corrected_within(rows, ("measure", "matching"))
    return [row | {"verdict": verdict(row)} for row in rows]


def of_chance(dataset: str, table: Mapping[str, np.ndarray], n_classes: int) -> str:
    """Return a warning of networks that hardly learnt to tell classes, or nothing.

    Parameters
    ----------
    dataset : str
    table : dict of str to array
        Columns of :data:`alignment.topography.measures.COLUMNS`.
    n_classes : int
    """
    reached = np.mean(list(by_network(table)["accuracy_test", None][CONTROL, 0.0].values()))
    if reached - 1 / n_classes >= LEARNT * (1 - 1 / n_classes):
        return ""
    return (
        f"topography: {dataset}: the control tells {100 * reached:.0f} % of the test images right, "
        f"where guessing gives {100 / n_classes:.0f} %: the verdicts are of networks that hardly "
        "learnt. Take more images or epochs."
    )


def verdict(row: Mapping) -> str:
    """Return whether a claim holds.

    Parameters
    ----------
    row : mapping
        ``relation``, ``low`` and ``high`` of the difference, ``n`` seeds and ``p_holm``.

    Returns
    -------
    str
        ``holds``: the interval lies on the side that is claimed and, with at least five seeds, the
        corrected p is below .05.  ``fails``: the interval lies on the other side.  Else
        ``undecided``; a claim of a difference without a side cannot fail.
    """
    low, high = row["low"], row["high"]
    if row["relation"] == BELOW:
        low, high = -high, -low
    sure = row["n"] < SEEDS_FOR_TEST or row["p_holm"] < 0.05
    if row["relation"] == DIFFERS:
        return HOLDS if (low > 0 or high < 0) and sure else UNDECIDED
    if low > 0 and sure:
        return HOLDS
    return FAILS if high < 0 else UNDECIDED


def _levels(measure, values, chance):
    """Return the levels of a measure that count, and those at which the control is near chance."""
    levels = [level for name, level in values if name == measure]
    kind = measure.partition("_")[2]
    if not measure.startswith(("accuracy_", "change_")) or levels == [None]:
        return levels, []
    cell = (CONTROL, 0.0)
    clean = np.mean(list(values["accuracy_test", None][cell].values())) - chance
    kept, left_out = [], []
    for level in levels:
        noisy = np.mean(list(values[f"accuracy_{kind}", level][cell].values())) - chance
        (kept if noisy >= clean / 2 else left_out).append(level)
    return kept, left_out


def _mean_by_seed(parts):
    """Return each seed's mean over parts, for the seeds that all parts have."""
    seeds = set.intersection(*(set(part) for part in parts)) if parts else set()
    return {seed: float(np.mean([part[seed] for part in parts])) for seed in sorted(seeds)}


def _compared(pairs, levels):
    said = ", ".join(f"{a[0]} {a[1]:g} - {b[0]} {b[1]:g}" for a, b in pairs)
    return said if levels == [None] else f"{said}; levels {_listed(levels) or 'none'}"


def _listed(levels):
    return " ".join(f"{level:g}" for level in levels)
