"""Fits of a globally pooled network with every similarity written out, on a GPU.

On a processor closed forms spare writing similarities down map by map, but rank correlations have
none, and take hours with thousands of images.  A GPU has the bandwidth: blocks of maps times pairs,
in float64 throughout, since scores are differences of about 1e-4.
"""

from collections.abc import Iterator

import numpy as np
import torch

from alignment.heads.growing import standardization
from alignment.heads.unit_rows import DOMINANT, UnitRows
from alignment.similarity.fits import CONSTANT, TIE_DECIMALS, fit, without_rounding

N_TEMPORARIES = 10  # arrays of the size of a block that are in memory at a time
MEMORY = 500_000_000  # bytes, on a processor


def map_scores(
    embedding: np.ndarray,
    judgments: np.ndarray,
    similarity: str = "pearson",
    kind: str = "r2",
    device: torch.device | str = "cuda",
) -> tuple[float, np.ndarray, np.ndarray]:
    """Return what :func:`alignment.heads.closed_form.map_scores` does, for any fit.

    Parameters
    ----------
    embedding, judgments, similarity
        As there.
    kind : {"r2", "pearson", "spearman"}
    device : torch.device
    """
    embedding, first, second, judged = _pairs_in_question(embedding, judgments)
    rows = UnitRows(embedding, similarity)
    n_maps = rows.n_maps
    if not rows.defined.all() or not len(first):
        return np.nan, *np.full((2, n_maps), np.nan)
    fits = _Fits(judged, kind, device)
    units, centred = (fits.put(values.T) for values in (rows.units, rows.centred))
    left = 1 - (2 * units * centred - rows.kappa * units**2)
    i, j = fits.put(first), fits.put(second)
    whole = fits.put(rows.similarity[first, second])
    fit_full = fits.of(whole[None])[0]
    fit_without = np.empty(n_maps)
    for maps in fits.blocks(n_maps, len(first)):
        e, c = units[maps], centred[maps]
        e_i, e_j = e[:, i], e[:, j]
        without = whole - e_i * c[:, j] - c[:, i] * e_j + rows.kappa * e_i * e_j
        without /= torch.sqrt(left[maps][:, i] * left[maps][:, j])
        changes = (without != whole).any(dim=1).cpu().numpy()
        fit_without[maps] = np.where(changes, fits.of(without), fit_full)
    # A map that holds nearly all of an image's variance would lose digits: by the definition.
    for f in np.flatnonzero((left < DOMINANT).any(dim=1).cpu().numpy()):
        fit_without[f] = fit(rows.without(f, first, second), judged, kind)
    return float(fit_full), fit_without, fit_full - fit_without


def growing_fits(
    embedding: np.ndarray,
    order: np.ndarray,
    judgments: np.ndarray,
    similarity: str = "pearson",
    kind: str = "r2",
    device: torch.device | str = "cuda",
) -> np.ndarray:
    """Return what :func:`alignment.heads.growing.growing_fits` does, for any fit.

    Parameters
    ----------
    embedding, order, judgments, similarity
        As there.
    kind, device
        See :func:`map_scores`.
    """
    embedding, first, second, judged = _pairs_in_question(embedding, judgments)
    ordered = np.ascontiguousarray(embedding[:, order].T)
    scale, shift, defined = standardization(ordered, similarity)
    fits = _Fits(judged, kind, device)
    values, scale, shift = (fits.put(array) for array in (ordered, scale, shift))
    i, j = fits.put(first), fits.put(second)
    inner = fits.put(np.zeros(len(first)))
    found = np.empty(len(ordered))
    for steps in fits.blocks(len(ordered), len(first)):
        block = values[steps][:, i] * values[steps][:, j]
        block[0] += inner
        block = torch.cumsum(block, dim=0)
        inner = block[-1].clone()
        block *= scale[steps][:, i]
        block *= scale[steps][:, j]
        block -= shift[steps][:, i] * shift[steps][:, j]
        found[steps] = fits.of(block)
    return np.where(defined, found, np.nan)


def _pairs_in_question(embedding, judgments):
    """Return the embeddings of the images that have a pair, the pairs, and their judgments."""
    taking_part = np.triu(np.isfinite(judgments), 1)
    members = np.flatnonzero((taking_part | taking_part.T).any(axis=1))
    first, second = np.nonzero(taking_part[np.ix_(members, members)])
    values = judgments[np.ix_(members, members)][first, second]
    return np.asarray(embedding, dtype=np.float64)[members], first, second, values


class _Fits:
    """Fits of blocks of similarities to the judgments of some pairs, on a device.

    The same as :func:`alignment.similarity.fits.fit`.
    """

    def __init__(self, judgments, kind, device):
        self.kind, self.device = kind, torch.device(device)
        self.undefined = len(judgments) < 2 or np.ptp(judgments) == 0
        ranked = kind == "spearman" and not self.undefined
        values = self.put(without_rounding(judgments) if ranked else judgments)
        if ranked:
            ranks, order = _ranks(values[None])
            values = torch.empty_like(values).scatter_(0, order[0], ranks[0])
        self.judgments = values - values.mean()
        self.judgment_squares = (self.judgments**2).sum()

    def put(self, array):
        return torch.from_numpy(np.ascontiguousarray(array)).to(self.device)

    def blocks(self, n_maps, n_pairs) -> Iterator[slice]:
        """Yield slices of as many maps as fit into the memory of the device."""
        memory = MEMORY
        if self.device.type == "cuda":
            memory = torch.cuda.mem_get_info(self.device)[0] // 2
        width = int(max(1, memory // (8 * N_TEMPORARIES * max(n_pairs, 1))))
        yield from (slice(k, min(k + width, n_maps)) for k in range(0, n_maps, width))

    def of(self, similarities) -> np.ndarray:
        """Return the fits (b,) of similarities (b, P), which are overwritten."""
        n_pairs = similarities.shape[1]
        if self.undefined:
            return np.full(len(similarities), np.nan)
        judgments = self.judgments
        constant = similarities.std(dim=1, correction=0) <= CONSTANT
        if self.kind == "spearman":
            similarities, order = _ranks(similarities.round(decimals=TIE_DECIMALS))
            judgments = judgments[order]
        x = similarities - similarities.mean(dim=1, keepdim=True)
        squares = (x * x).sum(dim=1)
        r = (x * judgments).sum(dim=1) / torch.sqrt(squares * self.judgment_squares)
        r[constant | (squares <= n_pairs * CONSTANT**2)] = torch.nan
        return (r * r if self.kind == "r2" else r).cpu().numpy()


def _ranks(values):
    """Return the ranks of each row's values in ascending order, ties sharing the mean of theirs.

    Returns
    -------
    ranks : (b, P) float64 tensor
        From 1, of the values in ascending order.
    order : (b, P) int64 tensor
        Where these values were.
    """
    ascending, order = values.sort(dim=1)
    n = values.shape[1]
    places = torch.arange(n, device=values.device).expand_as(ascending)
    new = torch.ones_like(ascending, dtype=torch.bool)
    new[:, 1:] = ascending[:, 1:] != ascending[:, :-1]
    first = torch.where(new, places, 0).cummax(dim=1).values
    last_of_group = torch.ones_like(new)
    last_of_group[:, :-1] = new[:, 1:]
    last = torch.where(last_of_group, places, n).flip(1).cummin(dim=1).values.flip(1)
    return (first + last).to(torch.float64) / 2 + 1, order
