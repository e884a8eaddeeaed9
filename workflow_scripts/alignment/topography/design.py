"""The networks of a design: which condition, how strong, which seed, and where each is kept."""

from collections.abc import Iterable
from dataclasses import dataclass

CONTROL = "control"
CONDITIONS = ("WS", "AS", "TopoLoss")


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
