"""What heads have in common whose layers are run again with maps switched on and off."""

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from alignment.similarity.fits import fit, fit_drop
from alignment.similarity.pairs import square


@dataclass(frozen=True)
class SwitchedOff:
    """Similarities of all images without each of some maps.

    Attributes
    ----------
    maps : slice
        Which maps, b of them.
    both : (b, P) float64 array
        The map is zero in both images of a pair.
    one_side : (N, b, N) float64 array
        Image i without the map against image j whole.
    """

    maps: slice
    both: np.ndarray
    one_side: np.ndarray


class LayeredHead(ABC):
    """A head that gives similarities; fits are computed from these, block by block.

    Attributes
    ----------
    n_images, n_maps : int
    """

    n_images: int
    n_maps: int

    @abstractmethod
    def switched_off(self) -> tuple[np.ndarray, Iterator[SwitchedOff]]:
        """Return the RSM with all maps, (P,), and what it is without each map, block by block."""

    @abstractmethod
    def growing(self, order: np.ndarray, pairs: np.ndarray) -> Iterator[np.ndarray]:
        """Yield the similarities of some pairs with only the k best maps on, k = 1..F.

        Parameters
        ----------
        order : (F,) int array
            Maps from best to worst.
        pairs : (n,) int array
            Positions among the P pairs.

        Yields
        ------
        (b, n) float64 array
            The next b values of k; NaN where an image has no variance yet.
        """

    @abstractmethod
    def similarities_of_sets(self, sets: np.ndarray, pairs: np.ndarray) -> np.ndarray:
        """Return the similarities of some pairs with only some maps on, (S, n)."""

    def growing_fits(
        self, order: np.ndarray, sides: Sequence[np.ndarray], judgments: np.ndarray, kind: str
    ) -> list[np.ndarray]:
        """Return the fits of some pairs with only the k best maps on.

        See :class:`alignment.heads.opening.Head`.
        """
        return fits_of_steps(self.growing(order, np.concatenate(sides)), sides, judgments, kind)

    def fits_of_sets(
        self, sets: np.ndarray, pairs: np.ndarray, judgments: np.ndarray, kind: str
    ) -> np.ndarray:
        """Return the fit of some pairs with only the maps of each set on, (S,).

        See :class:`alignment.heads.opening.Head`.
        """
        return fit(self.similarities_of_sets(sets, pairs), judgments[pairs], kind)


def fits_of_steps(
    steps: Iterator[np.ndarray], sides: Sequence[np.ndarray], judgments: np.ndarray, kind: str
) -> list[np.ndarray]:
    """Return the fits of every side from blocks of similarities of all their pairs, side by side.

    Parameters
    ----------
    steps : iterator of (b, n) arrays
    sides : sequence of (n_s,) int arrays
        Positions among the P pairs; n of them in all.
    judgments : (P,) array
    kind : str

    Returns
    -------
    list of (F,) float64 arrays, one per side
    """
    ends = np.cumsum([len(side) for side in sides])
    fits = [[] for _ in sides]
    for similarities in steps:
        parts = np.split(similarities, ends[:-1], axis=1)
        for found, part, side in zip(fits, parts, sides, strict=True):
            found.append(fit(part, judgments[side], kind))
    return [np.concatenate(found) for found in fits]


class SavedRemovals:
    """Scores of maps from saved similarities of images with each map switched off.

    Parameters
    ----------
    perturbation : mapping of str to array
        ``rsm`` (P,), ``rsm_without`` (F, P) and ``rsm_without_one_side`` (N, F, N): the last two
        may be arrays on disk, which are read part by part.
    memory : int
        Bytes to work in.
    """

    def __init__(self, perturbation: Mapping, memory: int = 1_000_000_000):
        self._file = perturbation
        self._rsm = perturbation["rsm"][()]
        self._memory = memory
        self.n_maps = len(perturbation["rsm_without"])

    def map_scores(
        self, pairs: np.ndarray, judgments: np.ndarray, kind: str
    ) -> tuple[float, np.ndarray, np.ndarray]:
        """Return the fit with all maps, that without each, and the AIS over some pairs.

        See :class:`alignment.heads.opening.Removals`.
        """
        width = int(max(1, self._memory // (4 * 8 * len(self._rsm))))
        fit_without, ais = np.empty((2, self.n_maps))
        for start in range(0, self.n_maps, width):
            maps = slice(start, start + width)
            without = self._file["rsm_without"][maps][:, pairs]
            fit_full, fit_without[maps], ais[maps] = fit_drop(
                self._rsm[pairs], without, judgments[pairs], kind
            )
        return fit_full, fit_without, ais

    def image_scores(
        self, images: np.ndarray, judgments: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray]:
        """Return AIS_if and r_i of the images of a cohort.

        See :class:`alignment.heads.opening.Removals`.
        """
        ais, fit_full = np.empty((len(images), self.n_maps)), np.empty(len(images))
        rsm = square(self._rsm, self._file["rsm_without_one_side"].shape[0])
        for k, i in enumerate(images):
            judged = np.isfinite(judgments[i, images])
            judged[k] = False
            others = images[judged]
            one_side = self._file["rsm_without_one_side"][int(i)][:, others]
            fit_full[k], _, ais[k] = fit_drop(
                rsm[i, others], one_side, judgments[i, others], "pearson"
            )
        return ais, fit_full
