"""The networks of a design: which condition, how strong, which seed, and where each is kept.

Read by the rules, too: nothing here needs more than the standard library.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from alignment.artifacts.errors import InputError

N_UNITS = 121  # of the topographic layer
CONTROL = "control"
CONDITIONS = ("WS", "AS", "TopoLoss")


def check_grid(grid: Sequence[int], n_units: int = N_UNITS) -> tuple[int, int]:
    """Return the rows and columns of a grid that has a place for every unit.

    Raises
    ------
    InputError
        Rows times columns are not the number of units.
    """
    rows, columns = grid
    if rows * columns != n_units:
        raise InputError(
            f"config: topography: grid: {rows} x {columns} gives {rows * columns} places, but the "
            f"topographic layer has {n_units} units; take rows and columns whose product is "
            f"{n_units}, such as 11 x 11."
        )
    return rows, columns


@dataclass(frozen=True, order=True)
class Trained:
    """A trained network.

    Attributes
    ----------
    condition : str
        ``control`` or one of `CONDITIONS`.
    strength : str
        lambda, the weight of the spatial loss, as it stands in paths.
    seed : int
    """

    condition: str
    strength: str
    seed: int

    @property
    def path(self) -> str:
        """Its place below the folder of a dataset, without a suffix."""
        return f"{self.condition}/lambda-{self.strength}/seed-{self.seed}"


def networks(
    conditions: Iterable[str], lambdas: Iterable[float], seeds: Iterable[int]
) -> list[Trained]:
    """Return all networks of a design: the control, and every condition at every lambda.

    Parameters
    ----------
    conditions : iterable of str
        Beside the control.
    lambdas, seeds : iterables of numbers
    """
    cells = [(CONTROL, "0")]
    cells += [(c, f"{strength:g}") for c in conditions for strength in lambdas]
    return [Trained(*cell, seed) for cell in cells for seed in seeds]


def trained_file(network: str) -> str:
    """Return the path of a trained network, named by dataset and :attr:`Trained.path`."""
    return f"results/topography/networks/{network}.safetensors"


# What a condition's loss depends on, so that an option of one trains no network of another anew.
_LOSS_OPTIONS = {
    CONTROL: (),
    "WS": ("neighbourhood", "wrap", "distance"),
    "AS": ("neighbourhood", "wrap", "activation_pairs"),
    "TopoLoss": ("pyramid_factor",),
}


def loss_options(section: Mapping[str, Any], condition: str) -> dict[str, Any]:
    """Return the options of the config's section that a condition's spatial loss depends on."""
    return {name: section[name] for name in _LOSS_OPTIONS[condition]}


def examples(design: Sequence[Trained], lambdas: Sequence[float]) -> list[Trained]:
    """Return one network per condition to be shown: the first seed, at the middle lambda."""
    shown = ("0", f"{sorted(lambdas)[len(lambdas) // 2]:g}") if lambdas else ("0",)
    first = min(trained.seed for trained in design)
    return [trained for trained in design if trained.seed == first and trained.strength in shown]
