"""Matrices of judgments as a file gives them, before anything is made of them."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class RawMatrices:
    """Matrices as a file gives them.

    Attributes
    ----------
    values : (N, N) or (S, N, N) float64
        One matrix, or one for each of S > 1 observers; NaN where nothing is given.
    names : N names of the rows, or None where the file gives none
    observers : S names of the observers, or None where the file gives none
    may_be_numbered : whether the names, if they count the rows, may come from the program that
        wrote the file
    notes : what a person should know of how the file was read
    """

    values: np.ndarray
    names: tuple[str, ...] | None = None
    observers: tuple[str, ...] | None = None
    may_be_numbered: bool = False
    notes: tuple[str, ...] = ()

    @classmethod
    def of_stack(
        cls,
        stack: np.ndarray,
        names: Sequence[str] | None = None,
        observers: Sequence[str] | None = None,
        notes: tuple[str, ...] = (),
    ) -> "RawMatrices":
        """Return the matrices of (S, N, N) values; of a single observer, without axis and name."""
        names = None if names is None else tuple(names)
        if len(stack) == 1:
            return cls(stack[0], names, notes=notes)
        return cls(stack, names, None if observers is None else tuple(observers), notes=notes)

    @property
    def stack(self) -> np.ndarray:
        """The values as (S, N, N), also of a single observer."""
        return self.values if self.values.ndim == 3 else self.values[None]
