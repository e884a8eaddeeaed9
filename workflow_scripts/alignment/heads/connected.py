"""Fully connected heads (VGG, AlexNet): exact, without running the first layer again.

The input of the first ReLU is ``s = bias + sum_f W_f x_f``.  A variant of an image with maps off or
on differs by the terms of those maps.  What remains for every variant is the second layer, on the
units that are on in some variant of the image, and the correlations.

Where maps are switched on one by one, much of the second layer is linear as well.  With ``m`` the
units that are on when all maps are, ``relu(s) = m s + relu((1 - 2m) s)``: the first part is again a
sum over maps, computed once for all folds, and the second is zero for the units that are on, or
off, as they will be in the end.
"""

from collections.abc import Iterator

import numpy as np
import torch

from alignment.artifacts.job_log import no_progress
from alignment.heads.connected_layers import ConnectedLayers
from alignment.heads.embeddings import Embeddings
from alignment.heads.layered import LayeredHead, SwitchedOff
from alignment.heads.split import SplitHead
from alignment.similarity.pairs import members_of, pair_images, upper_triangle

BLOCK = 128  # maps at a time where they are switched on, if memory allows
# Bytes of embeddings correlated at a time, in float64: beyond this the C library hands out fresh
# pages for every batch, which costs more than the products.
CORRELATED = 32_000_000
# With at least this share of units on when all maps are, fewer units differ from their final state
# while maps are added than are on, so that the linear part pays.
WORTH_LINEAR = 0.3


class ConnectedHead(LayeredHead):
    """Similarities of images when maps are switched off, for a head with a linear first layer.

    Parameters
    ----------
    split : SplitHead
    feature_maps : (N, F, H, W) tensor
    similarity : {"pearson", "cosine"}
        Similarity of two embeddings.
    progress : callable, optional
        Wraps the loop over images or over blocks of maps, given what it counts, to show how far it
        is.
    memory : int
        Bytes to work in.  Six tenths may hold one row of a layer for every image and map, which
        are computed anew, block by block, where all of them would take more; a quarter the rows
        of a block.

    Notes
    -----
    Layers are multiplied in the precision of their weights, sums over many maps and correlations
    are float64.
    """

    def __init__(
        self,
        split: SplitHead,
        feature_maps: torch.Tensor,
        similarity: str = "pearson",
        progress=no_progress,
        memory: int = 3_000_000_000,
    ):
        self.similarity = similarity
        self.progress = progress
        self.n_images, self.n_maps = feature_maps.shape[:2]
        with torch.inference_mode():
            self.layers = ConnectedLayers(split, feature_maps)
        layers = self.layers
        self.active, self.device = layers.active, layers.bias.device
        self.width = max(layers.n_units, layers.n_outputs, layers.n_dimensions)
        row = self.n_images * self.width * layers.bias.element_size()
        self.block = int(np.clip(memory // 4 // row, 1, min(BLOCK, self.n_maps)))
        self.n_held = int(np.clip(0.6 * memory // row, self.block, self.n_maps))
        self.together = max(1, CORRELATED // (8 * self.n_images * layers.n_dimensions))
        # Large arrays are allocated once: fresh pages cost more than what is done with them.
        self.space = self.buffer = None
        # What `growing` keeps there: terms, or the linear part of the second layer and (1 - 2m).
        self.terms = self.linear = self.signs = None

    def _rows(self, name: str, n_maps: int) -> torch.Tensor:
        """Return an array (N, n_maps, width) for rows of any layer, allocated at first use."""
        if getattr(self, name) is None:
            shape = self.n_images, n_maps, self.width
            setattr(self, name, self.layers.bias.new_empty(shape))
        return getattr(self, name)

    def _members(self, pairs: np.ndarray) -> tuple[torch.Tensor, np.ndarray, np.ndarray]:
        """Return the images (n,) that some pairs are made of, and where in them each pair's are."""
        first, second = (images[pairs] for images in pair_images(self.n_images))
        members, first, second = members_of(first, second)
        return torch.from_numpy(members).to(self.device), first, second

    def _variants(self, embeddings: torch.Tensor) -> Iterator[tuple[slice, Embeddings]]:
        """Yield the variants (v, n, D) of a block (n, b, D), some at a time, and which they are."""
        for start in range(0, embeddings.shape[1], self.together):
            some = slice(start, start + self.together)
            yield some, Embeddings(embeddings[:, some].transpose(0, 1), self.similarity)

    @torch.inference_mode()
    def switched_off(self) -> tuple[np.ndarray, Iterator[SwitchedOff]]:
        """Return the RSM with all maps, and what it is without each map, block by block.

        See :class:`alignment.heads.layered.LayeredHead`.
        """
        space = self._rows("space", self.n_held)
        self.terms = self.linear = None  # embeddings take their place
        sums = self._all_on(space)
        whole = self.layers.embed(sums)
        all_on = Embeddings(whole, self.similarity).similarity().cpu().numpy()
        return upper_triangle(all_on), self._blocks_off(sums, whole, all_on)

    @torch.inference_mode()
    def _blocks_off(self, sums, whole, all_on):
        layers, space = self.layers, self.space
        first, second = pair_images(self.n_images)
        intact = Embeddings(whole, self.similarity)
        blocks = torch.arange(self.n_maps).split(self.n_held)
        for maps in blocks:
            terms = space[:, : len(maps), : layers.n_units]
            if len(blocks) > 1:
                layers.terms(maps.tolist(), slice(None), terms)
            embeddings = space[:, : len(maps), : layers.n_dimensions]
            for i in self.progress(range(self.n_images), "images, maps switched off"):
                on = torch.nonzero(self.active[i, maps]).flatten()
                variants = terms[i].index_select(0, on)
                embeddings[i] = whole[i]
                if len(on):
                    embeddings[i, on] = layers.embed(torch.sub(sums[i], variants, out=variants))
            for some, variants in self._variants(embeddings):
                # Images in which the map is silent stay as they were, to the last digit.
                active = self.active[:, maps[some]].T.cpu().numpy()
                touched = active[:, first] | active[:, second]
                both = variants.similarity().cpu().numpy()[:, first, second]
                one = variants.similarity(intact).cpu().numpy()
                one = np.where(active[:, :, None], one, all_on)
                start = int(maps[some][0])
                yield SwitchedOff(
                    slice(start, start + len(one)),
                    np.where(touched, both, all_on[first, second]),
                    one.transpose(1, 0, 2),
                )

    def _all_on(self, space: torch.Tensor) -> torch.Tensor:
        """Return the sums (N, U) with all maps on, and leave the last terms in the space."""
        sums = self.layers.bias.double().repeat(self.n_images, 1)
        for maps in torch.arange(self.n_maps).split(self.n_held):
            terms = space[:, : len(maps), : self.layers.n_units]
            for i, of_image in enumerate(self.layers.terms(maps.tolist(), slice(None), terms)):
                sums[i] += of_image.sum(dim=0, dtype=torch.float64)  # those of silent maps are zero
        return sums.to(self.layers.bias.dtype)

    def _keep(self) -> None:
        """Fill the space with what :meth:`growing` needs of every image and map in every fold."""
        layers, space = self.layers, self._rows("space", self.n_held)
        units = self._all_on(space) > 0  # (N, U)
        terms = space[:, :, : layers.n_units]
        if not layers.has_second or units.double().mean() < WORTH_LINEAR:
            self.terms = terms
            return
        self.signs = torch.where(units, -1, 1).to(layers.bias.dtype)
        self.linear = space[:, :, : layers.n_outputs]
        for i in range(self.n_images):
            on = torch.nonzero(self.active[i]).flatten()
            self.linear[i, on] = layers.outputs(terms[i].index_select(0, on), units[i])

    @torch.inference_mode()
    def growing(self, order: np.ndarray, pairs: np.ndarray) -> Iterator[np.ndarray]:
        """Yield the similarities of some pairs with only the k best maps on, k = 1..F.

        See :class:`alignment.heads.layered.LayeredHead`.
        """
        layers = self.layers
        images, first, second = self._members(pairs)
        if self.n_held == self.n_maps and self.terms is None and self.linear is None:
            self._keep()
        sums = layers.bias.double().repeat(len(images), 1)
        last = layers.embed(layers.bias[None]).repeat(len(images), 1)
        if self.linear is not None:
            signs = self.signs[images]
            outputs = layers.bias_outputs(signs < 0).double()
            sums *= signs
        order = torch.from_numpy(np.ascontiguousarray(order)).to(self.device)
        before = None  # the similarities of the step before
        buffer = self._rows("buffer", self.block)
        for maps in self.progress(order.split(self.block), "blocks of maps switched on"):
            if self.terms is None:
                terms = buffer[: len(images), : len(maps), : layers.n_units]
                layers.terms(maps.tolist(), images, terms)
            embeddings = buffer[: len(images), : len(maps), : layers.n_dimensions]
            for i, image in enumerate(images):
                on, base = self.active[image, maps], None
                if self.terms is None:
                    of_image = terms[i, on]
                else:
                    of_image = self.terms[image].index_select(0, maps[on])
                if self.linear is not None and len(of_image):
                    of_image *= signs[i]
                    base = _grow(outputs[i], self.linear[image].index_select(0, maps[on]))
                # Until the next map that is on, an image stays as it was.
                n_on = torch.cumsum(on, dim=0)
                embeddings[i, n_on == 0] = last[i]
                if len(of_image):
                    grown = layers.embed(_grow(sums[i], of_image), base)
                    embeddings[i, n_on > 0] = grown[n_on[n_on > 0] - 1]
                    last[i] = grown[-1]
            for some, variants in self._variants(embeddings):
                similarities = variants.similarity().cpu().numpy()[:, first, second]
                active = self.active[images][:, maps[some]].T.cpu().numpy()
                touched = active[:, first] | active[:, second]
                similarities = _carry_on(similarities, touched, before)
                before = similarities[-1]
                yield similarities

    @torch.inference_mode()
    def similarities_of_sets(self, sets: np.ndarray, pairs: np.ndarray) -> np.ndarray:
        """Return the similarities of some pairs with only some maps on.

        See :class:`alignment.heads.opening.Head`.
        """
        images, first, second = self._members(pairs)
        result = np.empty((len(sets), len(pairs)))
        # Their sums take as much as what is held otherwise, for any number of sets.
        for start in range(0, len(sets), self.n_held):
            sums = self._sums_of(sets[start : start + self.n_held], images)
            for k in range(0, sums.shape[1], self.block):
                some = slice(k, k + self.block)
                embeddings = torch.stack([self.layers.embed(rows[some]) for rows in sums])
                for batch, variants in self._variants(embeddings):
                    similarities = variants.similarity().cpu().numpy()[:, first, second]
                    row = start + k + batch.start
                    result[row : row + len(similarities)] = similarities
        return result

    def _sums_of(self, sets: np.ndarray, images: torch.Tensor) -> torch.Tensor:
        """Return the sums (n, S, U) of some images with each of some sets of maps on."""
        layers, buffer = self.layers, self._rows("buffer", self.block)
        sums = layers.bias.repeat(len(images), len(sets), 1)
        on = torch.from_numpy(np.asarray(sets, dtype=np.float64)).to(layers.bias)  # (S, F)
        for maps in torch.arange(self.n_maps, device=self.device).split(self.block):
            terms = buffer[: len(images), : len(maps), : layers.n_units]
            for i, of_image in enumerate(layers.terms(maps.tolist(), images, terms)):
                sums[i].addmm_(on[:, maps], of_image)
        return sums


def _grow(start: torch.Tensor, steps: torch.Tensor) -> torch.Tensor:
    """Return a row (n,) plus the first k of some steps (m, n), k = 1..m, and move it to the end."""
    # Along the other axis of the transposed view a cumulative sum is fast.
    grown = torch.cumsum(steps.T, dim=1).T.add_(start.to(steps.dtype))
    start += steps.sum(dim=0, dtype=torch.float64)
    return grown


def _carry_on(similarities, touched, before):
    """Leave pairs as they were, to the last digit, where the next map is silent in both images.

    A batch of products is not always rounded as the one before it, and equal fits would differ.

    Parameters
    ----------
    similarities : (k, n) array
        Of n pairs at k successive steps.
    touched : (k, n) bool array
        Whether the step changes the pair.
    before : (n,) array or None
        At the step before the first.
    """
    before = similarities[0] if before is None else before
    steps = np.where(touched, np.arange(1, len(touched) + 1)[:, None], 0)
    steps = np.maximum.accumulate(steps, axis=0)
    return np.take_along_axis(np.concatenate([before[None], similarities]), steps, axis=0)
