"""Any other head: run again with maps set to zero, in batches."""

from collections.abc import Iterator, Sequence

import numpy as np
import torch
from torch import nn

from alignment.artifacts.job_log import no_progress
from alignment.heads.embeddings import Embeddings
from alignment.heads.layered import LayeredHead, SwitchedOff
from alignment.similarity.pairs import members_of, pair_images, upper_triangle

# A head's own intermediate results, as a multiple of the maps that go in.
INTERMEDIATE = 16


class ForwardHead(LayeredHead):
    """Similarities of images when maps are switched off, by running the head again.

    Parameters
    ----------
    head : torch.nn.Module
        Feature maps (B, F, H, W), and what passes them by, to embeddings (B, D).
    feature_maps : (N, F, H, W) tensor
    similarity : {"pearson", "cosine"}
        Similarity of two embeddings.
    progress : callable, optional
        Wraps the loop over maps, given what it counts, to show how far it is.
    memory : int
        Bytes to work in, which limits the images of a batch.
    beside : sequence of (N, ...) tensors
        What passes the maps by on its way to the embedding: whatever maps are on, it stays what it
        is in the image.
    """

    def __init__(
        self,
        head: nn.Module,
        feature_maps: torch.Tensor,
        similarity: str = "pearson",
        progress=no_progress,
        memory: int = 3_000_000_000,
        beside: Sequence[torch.Tensor] = (),
    ):
        self.head = head
        self.feature_maps, self.beside = feature_maps, beside
        self.similarity = similarity
        self.progress = progress
        self.n_images, self.n_maps = feature_maps.shape[:2]
        self.active = feature_maps.flatten(2).any(dim=2)  # (N, F)
        image = sum(values[0].numel() * values.element_size() for values in (feature_maps, *beside))
        self.batch_size = int(np.clip(memory // (INTERMEDIATE * image), 1, self.n_images))

    def _embed(
        self, feature_maps: torch.Tensor, images: torch.Tensor | None = None
    ) -> torch.Tensor:
        """Run the head on maps (n, F, H, W) of some images, by default of all of them."""
        if images is None:
            images = torch.arange(self.n_images, device=feature_maps.device)
        # Batch by batch, since what passes the maps by may be much larger than they.
        parts = zip(feature_maps.split(self.batch_size), images.split(self.batch_size), strict=True)
        return torch.cat([self.head(maps, *(v[rows] for v in self.beside)) for maps, rows in parts])

    @torch.inference_mode()
    def switched_off(self) -> tuple[np.ndarray, Iterator[SwitchedOff]]:
        """Return the RSM with all maps, and what it is without each map, one map at a time.

        See :class:`alignment.heads.layered.LayeredHead`.
        """
        whole = self._embed(self.feature_maps)
        all_on = Embeddings(whole, self.similarity).similarity().cpu().numpy()
        return upper_triangle(all_on), self._maps_off(whole, all_on)

    @torch.inference_mode()
    def _maps_off(self, whole, all_on):
        first, second = pair_images(self.n_images)
        intact = Embeddings(whole, self.similarity)
        for f in self.progress(range(self.n_maps), "maps switched off"):
            both, one_side = all_on[first, second], all_on.copy()
            # A map that is zero throughout an image changes nothing for that image.
            on = torch.nonzero(self.active[:, f]).flatten()
            if len(on):
                variants = self.feature_maps[on]
                variants[:, f] = 0
                without = whole.clone()
                without[on] = self._embed(variants, on)
                lesser = Embeddings(without, self.similarity)
                one_side[on.cpu().numpy()] = lesser.similarity(intact)[on].cpu().numpy()
                on = on.cpu().numpy()
                touched = np.isin(first, on) | np.isin(second, on)
                changed = lesser.similarity().cpu().numpy()[first, second]
                both = np.where(touched, changed, both)
            yield SwitchedOff(slice(f, f + 1), both[None], one_side[:, None])

    @torch.inference_mode()
    def growing(self, order: np.ndarray, pairs: np.ndarray) -> Iterator[np.ndarray]:
        """Yield the similarities of some pairs with only the k best maps on, k = 1..F.

        See :class:`alignment.heads.layered.LayeredHead`.
        """
        first, second = (images[pairs] for images in pair_images(self.n_images))
        switched_on = torch.zeros_like(self.feature_maps)
        embeddings = self._embed(switched_on)
        for f in self.progress(order, "maps switched on"):
            on = self.active[:, f]
            switched_on[:, f] = self.feature_maps[:, f]
            if on.any():
                embeddings[on] = self._embed(switched_on[on], torch.nonzero(on).flatten())
            similarities = Embeddings(embeddings, self.similarity).similarity()
            yield similarities.cpu().numpy()[None, first, second]

    @torch.inference_mode()
    def similarities_of_sets(self, sets: np.ndarray, pairs: np.ndarray) -> np.ndarray:
        """Return the similarities of some pairs with only some maps on.

        See :class:`alignment.heads.opening.Head`.
        """
        first, second = (images[pairs] for images in pair_images(self.n_images))
        members, first, second = members_of(first, second)
        members = torch.from_numpy(members).to(self.feature_maps.device)
        feature_maps = self.feature_maps[members]
        result = np.empty((len(sets), len(pairs)))
        for k, kept in enumerate(np.asarray(sets, dtype=bool)):
            on = torch.from_numpy(kept).to(feature_maps.device)
            embeddings = self._embed(feature_maps * on[:, None, None], members)
            similarities = Embeddings(embeddings, self.similarity).similarity()
            result[k] = similarities.cpu().numpy()[first, second]
        return result
