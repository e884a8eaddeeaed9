"""The observers of a file of judgments: who judged nothing, or all alike, or twice."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from alignment.artifacts.job_log import WARNING
from alignment.datasets.raw_matrices import RawMatrices
from alignment.datasets.symmetry import spread


def without_empty_observers(raw: RawMatrices, path: str | Path, notes: list[str]) -> RawMatrices:
    """Drop the observers who judged no pair of different pictures, and name them.

    A stack in which nobody judged anything stays as it is, to be refused as a whole.
    """
    stack = raw.stack
    pairs = ~np.eye(stack.shape[-1], dtype=bool)
    given = np.isfinite(stack[:, pairs]).any(axis=1)
    if given.all() or not given.any():
        return raw
    names = raw.observers or tuple(str(k + 1) for k in range(len(stack)))
    dropped = [name for name, judged in zip(names, given, strict=True) if not judged]
    notes.append(
        f"Of {len(stack)} observers in {path}, {len(dropped)} judged no pair and are left out: "
        f"{', '.join(dropped)}."
    )
    kept = tuple(name for name, judged in zip(names, given, strict=True) if judged)
    few = RawMatrices.of_stack(stack[given], raw.names, kept, raw.notes)
    return replace(few, may_be_numbered=raw.may_be_numbered)


def note_constant_observers(
    stack: np.ndarray, names: Sequence[str] | None, path: str | Path, notes: list[str]
) -> None:
    """Name the observers who gave every pair the same value, and so tell nothing apart."""
    size = np.nanmax(np.abs(stack))
    constant = [k for k, values in enumerate(stack) if spread(values) <= 1e-9 * size]
    if constant:
        called = ", ".join(str(names[k] if names else k + 1) for k in constant)
        notes.append(
            f"{WARNING}{path}: of {len(stack)} observers, {len(constant)} gave every pair the same "
            f"value ({called}): they count in the mean, and agree with nobody."
        )


def note_alike_names(raw: RawMatrices, path: str | Path, notes: list[str]) -> None:
    """Name observers whose names differ in nothing but the case of letters and blanks."""
    by_letters = defaultdict(list)
    for name in raw.observers or ():
        by_letters["".join(name.split()).casefold()].append(name)
    alike = [f"'{names[0]}' and '{names[1]}'" for names in by_letters.values() if len(names) > 1]
    if alike:
        notes.append(
            f"{WARNING}{path} has the observers {'; '.join(alike)}, who count as different ones: "
            "if they are one person, write the name in one way."
        )
