"""The head of a network that ends in global average pooling: no forward pass is ever repeated.

Each map gives one unit of the embedding, its spatial mean.  Switching a map off or on changes one
coordinate of every image's embedding, hence every inner product by one term.  Fits follow from sums
over pairs in closed form; only ranks need the similarities themselves, in blocks of maps.
Everything is float64, since scores are differences of about 1e-4.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial

import numpy as np

from alignment.artifacts.job_log import no_progress
from alignment.heads import closed_form, map_sets
from alignment.heads.growing import growing_fits, standardization
from alignment.heads.layered import fits_of_steps
from alignment.heads.unit_rows import UnitRows
from alignment.similarity.fits import fit_drop
from alignment.similarity.pairs import matrix_among, members_of, pair_images

# Arrays of the size of a block of similarities that are in memory at a time
N_TEMPORARIES = 6
# Below this many similarities a fold, ranking the 40 folds of a cohort on the CPU takes no longer
# than starting a GPU.
MANY = 1_000_000


def gpu_to_rank_on(device: str, n_similarities: int):
    """Return the GPU that ranks so many similarities sooner than the processor, or None.

    Parameters
    ----------
    device : {"auto", "cpu", "cuda"}
    n_similarities : int
        Maps times pairs.

    Returns
    -------
    torch.device or None

    Notes
    -----
    For rank correlations alone: for the others there are closed forms, and a GPU gains little
    (docs/speed.md).
    """
    if device == "cpu" or n_similarities < MANY:
        return None
    from alignment.networks.devices import choose_device  # torch takes seconds to import

    chosen = choose_device(device)
    return None if chosen.type == "cpu" else chosen


class PooledHead:
    """Fits and similarities with only some maps on, for a globally pooled network.

    Parameters
    ----------
    embedding : (N, F) array
        Spatial mean of every map in every image.
    similarity : {"pearson", "cosine"}
        Similarity of two embeddings.
    threads : int
    memory : int
        Bytes to work in.
    progress : callable
        Wraps the loop over blocks of maps where it is long; called with the loop and what it
        counts.
    device : {"auto", "cpu", "cuda"}
        Where many similarities are ranked.
    """

    def __init__(
        self,
        embedding: np.ndarray,
        similarity: str = "pearson",
        threads: int = 1,
        memory: int = 500_000_000,
        progress: Callable[[Iterable, str], Iterable] = no_progress,
        device: str = "cpu",
    ):
        self.embedding = np.asarray(embedding, dtype=np.float64)
        self.similarity = similarity
        self.n_images, self.n_maps = self.embedding.shape
        self._threads, self._memory, self._progress = threads, memory, progress
        self._device = device

    def growing_fits(
        self, order: np.ndarray, sides: Sequence[np.ndarray], judgments: np.ndarray, kind: str
    ) -> list[np.ndarray]:
        """Return the fits of some pairs with only the k best maps on.

        See :class:`alignment.heads.opening.Head`.
        """
        if kind != "spearman":
            fits_of = partial(growing_fits, threads=self._threads)
        else:
            gpu = gpu_to_rank_on(self._device, self.n_maps * sum(map(len, sides)))
            if gpu is None:
                steps = self._growing(order, np.concatenate(sides))
                return fits_of_steps(steps, sides, judgments, kind)
            from alignment.heads import written_out

            fits_of = partial(written_out.growing_fits, device=gpu)
        fits = []
        for pairs in sides:
            members, judged = matrix_among(judgments, pairs, self.n_images)
            rows = self.embedding[members]
            fits.append(fits_of(rows, order, judged, self.similarity, kind))
        return fits

    def fits_of_sets(
        self, sets: np.ndarray, pairs: np.ndarray, judgments: np.ndarray, kind: str
    ) -> np.ndarray:
        """Return the fit of some pairs with only the maps of each set on.

        See :class:`alignment.heads.opening.Head`.
        """
        first, second = (images[pairs] for images in pair_images(self.n_images))
        return map_sets.fits_of_sets(
            self.embedding,
            sets,
            first,
            second,
            judgments[pairs],
            self.similarity,
            kind,
            min(self._memory, map_sets.MEMORY),
        )

    def similarities_of_sets(self, sets: np.ndarray, pairs: np.ndarray) -> np.ndarray:
        """Return the similarities of some pairs with only the maps of each set on.

        See :class:`alignment.heads.opening.Head`.
        """
        first, second = (images[pairs] for images in pair_images(self.n_images))
        return map_sets.similarities_of_sets(self.embedding, sets, first, second, self.similarity)

    def similarities(self) -> np.ndarray:
        """Return the RSM with all maps, (P,)."""
        everything = np.ones((1, self.n_maps), dtype=bool)
        first, second = pair_images(self.n_images)
        return map_sets.similarities_of_sets(
            self.embedding, everything, first, second, self.similarity
        )[0]

    def _growing(self, order: np.ndarray, pairs: np.ndarray) -> Iterator[np.ndarray]:
        """Yield the similarities of some pairs with only the k best maps on, (b, n) at a time."""
        first, second = (images[pairs] for images in pair_images(self.n_images))
        values = self.embedding[:, order].T  # (F, N)
        scale, shift, _ = standardization(values, self.similarity)
        # Without variance in an image its own pairs are undefined, and no others.
        scale[scale == 0] = np.nan
        inner = np.zeros(len(pairs))
        width = _width(self._memory, len(pairs))
        for start in self._progress(range(0, self.n_maps, width), "blocks of maps switched on"):
            k = slice(start, start + width)
            block = values[k][:, first] * values[k][:, second]
            block[0] += inner
            np.cumsum(block, axis=0, out=block)
            inner = block[-1].copy()
            block *= scale[k][:, first]
            block *= scale[k][:, second]
            block -= shift[k][:, first] * shift[k][:, second]
            yield block


class PooledRemovals:
    """Scores of maps of a globally pooled network, each switched off in turn.

    Parameters
    ----------
    embedding : (N, F) array
    similarity : {"pearson", "cosine"}
    memory : int
        Bytes to work in.
    device : {"auto", "cpu", "cuda"}
        Where many similarities are ranked.
    """

    def __init__(
        self,
        embedding: np.ndarray,
        similarity: str = "pearson",
        memory: int = 500_000_000,
        device: str = "cpu",
    ):
        self.embedding = np.asarray(embedding, dtype=np.float64)
        self.similarity = similarity
        self.n_maps = self.embedding.shape[1]
        self._memory, self._device = memory, device

    def map_scores(
        self, pairs: np.ndarray, judgments: np.ndarray, kind: str
    ) -> tuple[float, np.ndarray, np.ndarray]:
        """Return the fit with all maps, that without each, and the AIS over some pairs.

        See :class:`alignment.heads.opening.Removals`.
        """
        members, judged = matrix_among(judgments, pairs, len(self.embedding))
        rows = self.embedding[members]
        if kind == "spearman":
            gpu = gpu_to_rank_on(self._device, self.n_maps * len(pairs))
            if gpu is None:
                return self._rank_scores(pairs, judgments)
            from alignment.heads import written_out

            return written_out.map_scores(rows, judged, self.similarity, kind, gpu)
        return closed_form.map_scores(rows, judged, self.similarity, kind, self._memory)

    def image_scores(
        self, images: np.ndarray, judgments: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray]:
        """Return AIS_if and r_i of the images of a cohort.

        See :class:`alignment.heads.opening.Removals`.
        """
        judged = judgments[np.ix_(images, images)]
        return closed_form.image_scores(self.embedding[images], judged, self.similarity)

    def _rank_scores(self, pairs, judgments):
        """Score maps by rank correlation, from the similarities without a block of maps."""
        members, first, second = members_of(
            *(images[pairs] for images in pair_images(len(self.embedding)))
        )
        rows = UnitRows(self.embedding[members], self.similarity)
        if not rows.defined.all():
            return np.nan, *np.full((2, self.n_maps), np.nan)
        whole = rows.similarity[first, second]
        silent = ~self.embedding[members].any(axis=0)
        width = _width(self._memory, len(pairs))
        fit_without, ais = np.empty((2, self.n_maps))
        for start in range(0, self.n_maps, width):
            maps = np.arange(start, min(start + width, self.n_maps))
            # A map that is silent in all images changes nothing, to the last digit.
            without = np.stack(
                [whole if silent[f] else rows.without(f, first, second) for f in maps]
            )
            fit_full, fit_without[maps], ais[maps] = fit_drop(
                whole, without, judgments[pairs], "spearman"
            )
        return fit_full, fit_without, ais


def _width(memory, n_pairs):
    return int(max(1, memory // (8 * N_TEMPORARIES * max(n_pairs, 1))))
