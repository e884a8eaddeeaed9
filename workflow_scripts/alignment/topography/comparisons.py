"""What networks of a condition have in common, and how conditions differ, paired by seed."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from itertools import combinations

import numpy as np

from alignment.statistics.holm import holm
from alignment.statistics.means import mean_of_defined
from alignment.statistics.student import mean_and_test
from alignment.topography.design import CONDITIONS, CONTROL

CONTEXT = ("accuracy_test", "spatial_loss_weights", "spatial_loss_activations", "weight_deviation")
SUMMARY_COLUMNS = [
    *("dataset", "condition", "lambda", "measure", "level", "n", "mean", "sd", "low", "high"),
    *CONTEXT,
]
TEST_COLUMNS = [
    *("dataset", "measure", "level", "matching", "condition_a", "lambda_a", "condition_b"),
    *("lambda_b", "n", "difference", "low", "high", "t", "p", "p_holm"),
]
SAME_LAMBDA, MATCHED = "same lambda", "matched accuracy"
SEEDS_FOR_TEST = 5
CLOSE = 0.02  # accuracies that are called matched should differ by no more

# (measure, level) -> (condition, lambda) -> seed -> value
Values = dict[tuple[str, float | None], dict[tuple[str, float], dict[int, float]]]


def by_network(table: Mapping[str, np.ndarray]) -> Values:
    """Return the values of a table of measures by measure and level, condition and lambda, seed.

    Parameters
    ----------
    table : dict of str to array
        Columns of :data:`alignment.topography.measures.COLUMNS`.
    """
    values: Values = defaultdict(lambda: defaultdict(dict))
    columns = (table[name].tolist() for name in table)
    for row in zip(*columns, strict=True):
        row = dict(zip(table, row, strict=True))
        level = None if np.isnan(row["level"]) else row["level"]
        cell = row["condition"], float(row["lambda"])
        values[row["measure"], level][cell][row["seed"]] = row["value"]
    return values


def summarize(dataset: str, table: Mapping[str, np.ndarray]) -> list[dict]:
    """Return mean and interval over seeds of every measure, level, condition and lambda.

    Beside each stand the test accuracy, the spatial losses and the deviation of the weights that
    the same networks reached: one lambda means different things in different losses.

    Returns
    -------
    list of dict
        With the keys `SUMMARY_COLUMNS`.
    """
    values = by_network(table)
    context = defaultdict(dict)
    for name in CONTEXT:
        for cell, seeds in values[name, None].items():
            context[cell][name] = mean_of_defined([*seeds.values()])
    rows = []
    for (measure, level), cells in values.items():
        for (condition, strength), seeds in cells.items():
            row = {"dataset": dataset, "condition": condition, "lambda": strength}
            row |= {"measure": measure, "level": np.nan if level is None else level}
            row |= mean_and_test(seeds.values(), SEEDS_FOR_TEST)
            rows.append(row | context[condition, strength])
    return rows


def condition_pairs(cells: Iterable[tuple[str, float]]) -> list[tuple[str, str]]:
    """Return the conditions to compare with one another, the control last in its pairs."""
    found = {condition for condition, _ in cells}
    order = [name for name in (*CONDITIONS, CONTROL) if name in found]
    return list(combinations(order, 2))


def same_lambda(
    a: str, b: str, cells: Iterable[tuple[str, float]]
) -> list[tuple[tuple[str, float], tuple[str, float]]]:
    """Return the cells of two conditions at the same lambda; the control has but one."""
    cells = sorted(cells)
    found = []
    for strength in [s for condition, s in cells if condition == a]:
        other = (b, 0.0) if b == CONTROL else (b, strength)
        if other in cells:
            found.append(((a, strength), other))
    return found


def matched_accuracy(
    a: str, b: str, accuracies: Mapping[tuple[str, float], Mapping[int, float]]
) -> tuple[tuple[str, float], tuple[str, float]]:
    """Return the cells of two conditions whose mean test accuracies are nearest to one another.

    Parameters
    ----------
    a, b : str
    accuracies : mapping of (condition, lambda) to seed to accuracy
        Of ties the smaller lambdas.
    """
    gaps = _gaps(a, b, accuracies)
    return min(gaps, key=gaps.get)


def of_matching(dataset: str, table: Mapping[str, np.ndarray]) -> str:
    """Return a warning of accuracies that are called matched and differ, or nothing.

    Parameters
    ----------
    dataset : str
    table : dict of str to array
        Columns of :data:`alignment.topography.measures.COLUMNS`.
    """
    accuracies = by_network(table)["accuracy_test", None]
    said = []
    for a, b in condition_pairs(accuracies):
        gaps = _gaps(a, b, accuracies)
        best = matched_accuracy(a, b, accuracies)
        if gaps[best] <= CLOSE:
            continue
        as_near = [pair for pair in gaps if gaps[pair] == gaps[best] and pair != best]
        also = "".join(f", as would {_named(x)} and {_named(y)}" for x, y in as_near)
        said.append(f"{_named(best[0])} and {_named(best[1])} differ by {gaps[best]:.3f}{also}")
    if not said:
        return ""
    return (
        f"topography: {dataset}: of the accuracies that are called matched, {'; '.join(said)}. "
        "More lambdas would match them more closely."
    )


def _gaps(a, b, accuracies):
    """Return how far apart the mean accuracies of any cells of two conditions are.

    To nine digits: which of two equal gaps is less by rounding must not decide a comparison.
    """
    mean = {cell: np.mean(list(seeds.values())) for cell, seeds in accuracies.items()}
    return {
        (x, y): round(abs(mean[x] - mean[y]), 9)
        for x in sorted(mean)
        if x[0] == a
        for y in sorted(mean)
        if y[0] == b
    }


def _named(cell):
    condition, strength = cell
    return condition if condition == CONTROL else f"{condition} {strength:g}"


def differences(
    cells: Mapping[tuple[str, float], Mapping[int, float]],
    a: tuple[str, float],
    b: tuple[str, float],
) -> dict[int, float]:
    """Return value of cell a minus value of cell b by seed, for the seeds of both."""
    first, second = cells.get(a, {}), cells.get(b, {})
    return {seed: first[seed] - second[seed] for seed in first if seed in second}


def compare(dataset: str, table: Mapping[str, np.ndarray]) -> list[dict]:
    """Return paired differences between conditions for every measure and level.

    Conditions are compared at the same lambda, and once more at the lambdas at which their test
    accuracies are nearest.

    Returns
    -------
    list of dict
        With the keys `TEST_COLUMNS`; p-values are corrected by Holm's method within a measure and
        way of matching.
    """
    values = by_network(table)
    accuracies = values["accuracy_test", None]
    plan = []
    for a, b in condition_pairs(accuracies):
        plan += [(SAME_LAMBDA, *pair) for pair in same_lambda(a, b, accuracies)]
        plan.append((MATCHED, *matched_accuracy(a, b, accuracies)))
    rows = []
    for (measure, level), cells in values.items():
        for matching, a, b in plan:
            found = mean_and_test(differences(cells, a, b).values(), SEEDS_FOR_TEST)
            row = {"dataset": dataset, "measure": measure, "matching": matching}
            row |= {"level": np.nan if level is None else level}
            row |= {"condition_a": a[0], "lambda_a": a[1], "condition_b": b[0], "lambda_b": b[1]}
            rows.append(row | found | {"difference": found["mean"]})
    return corrected_within(rows, ("measure", "matching"))


def corrected_within(rows: Sequence[dict], keys: Sequence[str]) -> list[dict]:
    """Return rows with ``p_holm``, their ``p`` corrected among rows that agree in some keys."""
    families = defaultdict(list)
    for k, row in enumerate(rows):
        families[tuple(row[key] for key in keys)].append(k)
    values = np.full(len(rows), np.nan)
    for members in families.values():
        values[members] = holm([rows[k]["p"] for k in members])
    return [row | {"p_holm": float(value)} for row, value in zip(rows, values, strict=True)]
