"""Fully connected heads (VGG, AlexNet): exact, without running the first layer again.

The input of the first ReLU is ``bias + sum_f W_f x_f``.  The terms are computed once; a variant of
an image with maps off or on differs by the terms of those maps.  What remains for every variant is
the second layer, on the units that are on in some variant of the image, and the correlations.
"""

from collections.abc import Iterator

import numpy as np
import torch

from alignment.embeddings import Embeddings
from alignment.pairs import members_of, pair_images
from alignment.split_heads import SplitHead

BLOCK = 128  # maps at a time where they are switched on, if memory allows
# Bytes of embeddings correlated at a time, in float64: beyond this the C library hands out fresh
# pages for every batch, which costs more than the products.
CORRELATED = 32_000_000
# Gathering the rows of the second layer's weights costs as much as a tenth of multiplying by them.
WORTH_GATHERING = 0.9


class ConnectedHead:
    """Similarities of images when maps are switched off, for a head with a linear first layer.

    Parameters
    ----------
    split : SplitHead
    feature_maps : (N, F, H, W) tensor
    similarity : {"pearson", "cosine"}
        Similarity of two embeddings.
    progress : callable, optional
        Wraps the loop over images or over blocks of maps, to show how far it is.
    memory : int
        Bytes to work in.  Six tenths may hold terms of the first layer, which are computed anew,
        block by block, where all of them would take more; a quarter the embeddings of a block.

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
        progress=iter,
        memory: int = 3_000_000_000,
    ):
        self.rest = split.rest
        self.similarity = similarity
        self.progress = progress
        self.n_images, self.n_maps = feature_maps.shape[:2]
        with torch.inference_mode():
            values = split.per_map(feature_maps).reshape(self.n_images, self.n_maps, -1)
            self.active = values.any(dim=2)  # (N, F)
            self.values = values.transpose(0, 1).contiguous()  # (F, N, p)
            weight = split.first.weight
            self.n_units = len(weight)
            self.bias = split.first.bias
            if self.bias is None:
                self.bias = weight.new_zeros(self.n_units)
            # (F, p, U): what a map's values are multiplied by
            self.weight = weight.reshape(self.n_units, self.n_maps, -1).permute(1, 2, 0)
            self.second = None
            if split.second is not None:
                self.second = split.second.weight.T.contiguous()  # (U, V)
                self.second_bias = split.second.bias
                if self.second_bias is None:
                    self.second_bias = weight.new_zeros(self.second.shape[1])
                self.rows = torch.empty_like(self.second)
            self.n_dimensions = self._embed(self.bias[None]).shape[1]
        self.width = max(self.n_units, self.n_dimensions)
        variant = self.n_images * self.width * weight.element_size()
        self.block = int(np.clip(memory // 4 // variant, 1, min(BLOCK, self.n_maps)))
        self.n_held = int(np.clip(0.6 * memory // variant, self.block, self.n_maps))
        self.together = max(1, CORRELATED // (8 * self.n_images * self.n_dimensions))
        # Large arrays are allocated once: fresh pages cost more than what is done with them.
        self.space = self.embeddings = self.terms = None

    def _held(self) -> torch.Tensor:
        """Return the array (N, n_held, max(U, D)) that holds terms, or what is made of them."""
        if self.space is None:
            self.space = self.bias.new_empty(self.n_images, self.n_held, self.width)
        return self.space

    def _multiply(self, maps, images, out: torch.Tensor) -> torch.Tensor:
        """Fill `out` (n, b, U) with the terms W_f x_f of some images and maps."""
        for k, f in enumerate(maps):
            torch.mm(self.values[f][images], self.weight[f], out=out[:, k])
        return out

    def _members(self, pairs: np.ndarray) -> tuple[torch.Tensor, np.ndarray, np.ndarray]:
        """Return the images (n,) that some pairs are made of, and where in them each pair's are."""
        first, second = (images[pairs] for images in pair_images(self.n_images))
        members, first, second = members_of(first, second)
        return torch.from_numpy(members).to(self.bias.device), first, second

    def _terms(self, maps: torch.Tensor, images: torch.Tensor):
        """Yield the terms of every image, for those of the maps that are not silent in it.

        Yields
        ------
        on : (b,) bool tensor
        terms : (m, U) tensor
        """
        computed = None
        if self.n_held == self.n_maps:
            if self.terms is None:
                terms = self._held()[:, :, : self.n_units]
                self.terms = self._multiply(range(self.n_maps), slice(None), terms)
        else:
            out = self._held()[: len(images), : len(maps), : self.n_units]
            computed = self._multiply(maps.tolist(), images, out)
        for i, image in enumerate(images):
            on = self.active[image, maps]
            if computed is None:
                yield on, self.terms[image].index_select(0, maps[on])
            else:
                yield on, computed[i, on]

    def _embed(self, first_sums: torch.Tensor) -> torch.Tensor:
        """Return the embeddings (m, D) of some variants from their sums of the first layer.

        Units that are off in every variant are left out, which changes nothing.
        """
        if self.second is None:
            return self.rest(first_sums)
        on = torch.nonzero(first_sums.amax(dim=0) > 0).flatten()
        weight = self.second
        if len(on) < WORTH_GATHERING * len(weight):
            first_sums = first_sums.index_select(1, on)
            weight = torch.index_select(weight, 0, on, out=self.rows[: len(on)])
        return self.rest(torch.addmm(self.second_bias, first_sums.clamp(min=0), weight))

    def _variants(self, embeddings: torch.Tensor) -> Iterator[tuple[slice, torch.Tensor]]:
        """Yield the variants (v, n, D) of a block (n, b, D), some at a time, and which they are."""
        for start in range(0, embeddings.shape[1], self.together):
            some = slice(start, start + self.together)
            yield some, embeddings[:, some].transpose(0, 1)

    @torch.inference_mode()
    def leave_one_out(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Return the RSM with all maps and without each map in turn.

        See :meth:`alignment.pooled_head.PooledHead.leave_one_out`.
        """
        first, second = pair_images(self.n_images)
        blocks = torch.arange(self.n_maps).split(self.n_held)
        self.terms = None  # embeddings take their place
        sums = self.bias.double().repeat(self.n_images, 1)
        for maps in blocks:
            terms = self._held()[:, : len(maps), : self.n_units]
            for i, of_image in enumerate(self._multiply(maps.tolist(), slice(None), terms)):
                sums[i] += of_image.sum(dim=0, dtype=torch.float64)  # those of silent maps are zero
        sums = sums.to(self.bias.dtype)
        whole = self._embed(sums)
        intact = Embeddings(whole, self.similarity)
        all_on = intact.similarity().cpu().numpy()

        rsm_without = np.empty((self.n_maps, len(first)))
        one_side = np.empty((self.n_images, self.n_maps, self.n_images))
        for maps in blocks:
            terms = self._held()[:, : len(maps), : self.n_units]
            if len(blocks) > 1:
                self._multiply(maps.tolist(), slice(None), terms)
            embeddings = self._held()[:, : len(maps), : self.n_dimensions]
            for i in self.progress(range(self.n_images)):
                on = torch.nonzero(self.active[i, maps]).flatten()
                variants = terms[i].index_select(0, on)
                embeddings[i] = whole[i]
                if len(on):
                    embeddings[i, on] = self._embed(torch.sub(sums[i], variants, out=variants))
            for some, variants in self._variants(embeddings):
                variants = Embeddings(variants, self.similarity)
                # What no map was taken from stays as it was, to the last digit.
                active = self.active[:, maps[some]].T.cpu().numpy()
                touched = active[:, first] | active[:, second]
                both = variants.similarity().cpu().numpy()[:, first, second]
                one = variants.similarity(intact).cpu().numpy()
                one = np.where(active[:, :, None], one, all_on)
                without = maps[some].numpy()
                rsm_without[without] = np.where(touched, both, all_on[first, second])
                one_side[:, without] = one.transpose(1, 0, 2)
        return all_on[first, second], rsm_without, one_side

    @torch.inference_mode()
    def growing(self, order: np.ndarray, pairs: np.ndarray) -> Iterator[np.ndarray]:
        """Yield the similarities of some pairs with only the k best maps on, k = 1..F.

        See :meth:`alignment.pooled_head.PooledHead.growing`.
        """
        images, first, second = self._members(pairs)
        sums = self.bias.double().repeat(len(images), 1)
        last = self._embed(self.bias[None]).repeat(len(images), 1)
        order = torch.from_numpy(np.ascontiguousarray(order)).to(self.bias.device)
        before = None  # the similarities of the step before
        if self.embeddings is None:
            shape = self.n_images, self.block, self.n_dimensions
            self.embeddings = self.bias.new_empty(shape)
        for maps in self.progress(order.split(self.block)):
            embeddings = self.embeddings[: len(images), : len(maps)]
            for i, (on, terms) in enumerate(self._terms(maps, images)):
                # Until the next map that is on, an image stays as it was.
                n_on = torch.cumsum(on, dim=0)
                embeddings[i, n_on == 0] = last[i]
                if len(terms):
                    # Along the other axis of the transposed view a cumulative sum is fast.
                    steps = torch.cumsum(terms.T, dim=1).T.add_(sums[i].to(terms.dtype))
                    sums[i] += terms.sum(dim=0, dtype=torch.float64)
                    grown = self._embed(steps)
                    embeddings[i, n_on > 0] = grown[n_on[n_on > 0] - 1]
                    last[i] = grown[-1]
            for some, variants in self._variants(embeddings):
                similarities = Embeddings(variants, self.similarity).similarity()
                similarities = similarities.cpu().numpy()[:, first, second]
                active = self.active[images][:, maps[some]].T.cpu().numpy()
                touched = active[:, first] | active[:, second]
                similarities = _carry_on(similarities, touched, before)
                before = similarities[-1]
                yield similarities

    @torch.inference_mode()
    def with_maps(self, sets: np.ndarray, pairs: np.ndarray) -> np.ndarray:
        """Return the similarities of some pairs with only some maps on.

        See :meth:`alignment.pooled_head.PooledHead.with_maps`.
        """
        images, first, second = self._members(pairs)
        blocks = torch.arange(self.n_maps, device=self.bias.device).split(self.block)
        result = np.empty((len(sets), len(pairs)))
        for start in range(0, len(sets), self.block):
            some = np.asarray(sets[start : start + self.block], dtype=np.float64)
            some = torch.from_numpy(some).to(self.bias)  # (b, F)
            sums = self.bias.repeat(len(images), len(some), 1)
            for maps in blocks:
                for i, (on, terms) in enumerate(self._terms(maps, images)):
                    sums[i] += some[:, maps[on]] @ terms
            embeddings = torch.stack([self._embed(rows) for rows in sums])
            for batch, variants in self._variants(embeddings):
                similarities = Embeddings(variants, self.similarity).similarity()
                similarities = similarities.cpu().numpy()[:, first, second]
                result[start + batch.start : start + batch.start + len(variants)] = similarities
        return result


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
