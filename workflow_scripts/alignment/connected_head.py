"""Fully connected heads (VGG, AlexNet): exact, without running the first layer again.

The input of the first ReLU is ``bias + sum_f W_f x_f``.  The terms are computed once; a variant of
an image with maps off or on differs by the terms of those maps.  What remains for every variant is
the second layer, on the units that are on in some variant of the image, and the correlations.
"""

from collections.abc import Iterator

import numpy as np
import torch

from alignment.embedding_similarity import embedding_similarity
from alignment.pairs import pair_images
from alignment.split_heads import SplitHead

BLOCK = 256  # maps at a time, where memory allows
VARIANTS = 8  # of all images, correlated at a time
# Gathering the rows of the second layer's weights costs as much as a fifth of multiplying by them.
WORTH_GATHERING = 0.8


class ConnectedHead:
    """Similarities of images when maps are switched off, for a head with a linear first layer.

    Parameters
    ----------
    split : SplitHead
    feature_maps : (N, F, H, W) tensor
    similarity : {"pearson", "cosine"}
        Similarity of two embeddings.
    progress : callable, optional
        Wraps the loop over blocks of maps, to show how far it is.
    memory : int
        Bytes to work in.  Six tenths may hold the terms of the first layer, which are computed
        anew, block by block, where they would take more; a quarter the embeddings of a block.

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
            n_units = len(weight)
            self.bias = split.first.bias
            if self.bias is None:
                self.bias = weight.new_zeros(n_units)
            # (F, p, U): what a map's values are multiplied by
            self.weight = weight.reshape(n_units, self.n_maps, -1).permute(1, 2, 0)
            self.second = None
            if split.second is not None:
                self.second = split.second.weight.T.contiguous()  # (U, V)
                self.second_bias = split.second.bias
            n_dimensions = self._embed(self.bias[None]).shape[1]
            variant = self.n_images * max(n_dimensions, n_units) * weight.element_size()
            self.block = int(np.clip(memory // 4 // variant, 1, BLOCK))
            self.terms = None
            if self.n_maps * self.n_images * n_units * weight.element_size() <= 0.6 * memory:
                self.terms = weight.new_empty(self.n_images, self.n_maps, n_units)
                for maps in torch.arange(self.n_maps, device=self.bias.device).split(self.block):
                    terms = torch.bmm(self.values[maps], self.weight[maps])
                    self.terms[:, maps] = terms.transpose(0, 1)
                self.weight = self.values = None

    def _terms(self, maps: torch.Tensor, images: torch.Tensor):
        """Yield W_f x_f of every image, for those of the maps that are not silent in it.

        Yields
        ------
        on : (b,) bool tensor
        terms : (m, U) tensor
        """
        computed = None
        if self.terms is None:
            computed = torch.bmm(self.values[maps][:, images], self.weight[maps])
        for i, image in enumerate(images):
            on = self.active[image, maps]
            if computed is None:
                yield on, self.terms[image].index_select(0, maps[on])
            else:
                yield on, computed[on, i]

    def _embed(self, first_sums: torch.Tensor) -> torch.Tensor:
        """Return the embeddings (m, D) of variants of one image from sums of the first layer."""
        if self.second is None:
            return self.rest(first_sums)
        units = first_sums.clamp(min=0)
        # A unit that is off in every variant adds nothing: leaving it out is exact.
        on = torch.nonzero(units.any(dim=0)).flatten()
        if len(on) < WORTH_GATHERING * units.shape[1]:
            units, weight = units[:, on], self.second[on]
        else:
            weight = self.second
        if self.second_bias is None:
            return self.rest(units @ weight)
        return self.rest(torch.addmm(self.second_bias, units, weight))

    @torch.inference_mode()
    def leave_one_out(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Return the RSM with all maps and without each map in turn.

        See :meth:`alignment.pooled_head.PooledHead.leave_one_out`.
        """
        first, second = pair_images(self.n_images)
        images = torch.arange(self.n_images, device=self.bias.device)
        blocks = torch.arange(self.n_maps, device=self.bias.device).split(self.block)
        sums = self.bias.double().repeat(self.n_images, 1)
        for maps in blocks:
            for i, (_, terms) in enumerate(self._terms(maps, images)):
                sums[i] += terms.sum(dim=0, dtype=torch.float64)
        whole = torch.cat([self._embed(row[None].to(self.bias.dtype)) for row in sums])
        all_on = embedding_similarity(whole, similarity=self.similarity).cpu().numpy()

        rsm_without = np.empty((self.n_maps, len(first)))
        one_side = np.empty((self.n_images, self.n_maps, self.n_images))
        for maps in self.progress(blocks):
            without = whole.repeat(len(maps), 1, 1)
            for i, (on, terms) in enumerate(self._terms(maps, images)):
                if len(terms):
                    without[on, i] = self._embed((sums[i] - terms).to(self.bias.dtype))
            for variants, some in zip(without.split(VARIANTS), maps.split(VARIANTS), strict=True):
                some = some.cpu().numpy()
                both = embedding_similarity(variants, similarity=self.similarity)
                one = embedding_similarity(variants, whole, self.similarity)
                # What no map was taken from stays as it was, to the last digit.
                active = self.active[:, some].T.cpu().numpy()
                touched = active[:, first] | active[:, second]
                both = both.cpu().numpy()[:, first, second]
                rsm_without[some] = np.where(touched, both, all_on[first, second])
                one = np.where(active[:, :, None], one.cpu().numpy(), all_on)
                one_side[:, some] = one.transpose(1, 0, 2)
        return all_on[first, second], rsm_without, one_side

    @torch.inference_mode()
    def growing(self, order: np.ndarray, pairs: np.ndarray) -> Iterator[np.ndarray]:
        """Yield the similarities of some pairs with only the k best maps on, k = 1..F.

        See :meth:`alignment.pooled_head.PooledHead.growing`.
        """
        first, second = (images[pairs] for images in pair_images(self.n_images))
        members, place = np.unique([first, second], return_inverse=True)
        first, second = place.reshape(2, -1)
        images = torch.from_numpy(members).to(self.bias.device)
        sums = self.bias.double().repeat(len(images), 1)
        last = self._embed(self.bias[None]).repeat(len(images), 1)
        order = torch.from_numpy(np.ascontiguousarray(order)).to(self.bias.device)
        for maps in self.progress(order.split(self.block)):
            embeddings = last.new_empty(len(maps), *last.shape)
            for i, (on, terms) in enumerate(self._terms(maps, images)):
                if len(terms) == 0:
                    embeddings[:, i] = last[i]
                    continue
                steps = torch.cumsum(terms, dim=0).add_(sums[i].to(terms.dtype))
                sums[i] += terms.sum(dim=0, dtype=torch.float64)
                grown = torch.cat([last[i : i + 1], self._embed(steps)])
                embeddings[:, i] = grown[torch.cumsum(on, dim=0)]
                last[i] = grown[-1]
            for variants in embeddings.split(VARIANTS):
                similarities = embedding_similarity(variants, similarity=self.similarity)
                yield similarities.cpu().numpy()[:, first, second]
