"""Any other head: run again with maps set to zero, in batches."""

from collections.abc import Iterator

import numpy as np
import torch
from torch import nn

from alignment.artifacts.job_log import no_progress
from alignment.heads.embeddings import Embeddings
from alignment.similarity.pairs import members_of, pair_images

# A head's own intermediate results, as a multiple of the maps that go in.
INTERMEDIATE = 16


class ForwardHead:
    """Similarities of images when maps are switched off, by running the head again.

    Parameters
    ----------
    head : torch.nn.Module
        Feature maps (B, F, H, W) to embeddings (B, D).
    feature_maps : (N, F, H, W) tensor
    similarity : {"pearson", "cosine"}
        Similarity of two embeddings.
    progress : callable, optional
        Wraps the loop over maps, given what it counts, to show how far it is.
    memory : int
        Bytes to work in, which limits the images of a batch.
    """

    def __init__(
        self,
        head: nn.Module,
        feature_maps: torch.Tensor,
        similarity: str = "pearson",
        progress=no_progress,
        memory: int = 3_000_000_000,
    ):
        self.head = head
        self.feature_maps = feature_maps
        self.similarity = similarity
        self.progress = progress
        self.n_images, self.n_maps = feature_maps.shape[:2]
        self.active = feature_maps.flatten(2).any(dim=2)  # (N, F)
        image = feature_maps[0].numel() * feature_maps.element_size()
        self.batch_size = int(np.clip(memory // (INTERMEDIATE * image), 1, self.n_images))

    def _embed(self, feature_maps: torch.Tensor) -> torch.Tensor:
        return torch.cat([self.head(part) for part in feature_maps.split(self.batch_size)])

    @torch.inference_mode()
    def leave_one_out(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Return the RSM with all maps and without each map in turn.

        See :meth:`alignment.heads.pooled.PooledHead.leave_one_out`.
        """
        first, second = pair_images(self.n_images)
        whole = self._embed(self.feature_maps)
        intact = Embeddings(whole, self.similarity)
        all_on = intact.similarity().cpu().numpy()
        rsm_without = np.empty((self.n_maps, len(first)))
        one_side = np.empty((self.n_images, self.n_maps, self.n_images))
        for f in self.progress(range(self.n_maps), "maps switched off"):
            rsm_without[f], one_side[:, f] = all_on[first, second], all_on
            # A map that is zero throughout an image changes nothing for that image.
            on = torch.nonzero(self.active[:, f]).flatten()
            if len(on) == 0:
                continue
            variants = self.feature_maps[on]
            variants[:, f] = 0
            without = whole.clone()
            without[on] = self._embed(variants)
            pruned = Embeddings(without, self.similarity)
            both = pruned.similarity().cpu().numpy()
            one = pruned.similarity(intact)[on].cpu().numpy()
            on = on.cpu().numpy()
            touched = np.isin(first, on) | np.isin(second, on)
            rsm_without[f, touched] = both[first, second][touched]
            one_side[on, f] = one
        return all_on[first, second], rsm_without, one_side

    @torch.inference_mode()
    def growing(self, order: np.ndarray, pairs: np.ndarray) -> Iterator[np.ndarray]:
        """Yield the similarities of some pairs with only the k best maps on, k = 1..F.

        See :meth:`alignment.heads.pooled.PooledHead.growing`.
        """
        first, second = (images[pairs] for images in pair_images(self.n_images))
        switched_on = torch.zeros_like(self.feature_maps)
        embeddings = self._embed(switched_on)
        for f in self.progress(order, "maps switched on"):
            on = self.active[:, f]
            switched_on[:, f] = self.feature_maps[:, f]
            if on.any():
                embeddings[on] = self._embed(switched_on[on])
            similarities = Embeddings(embeddings, self.similarity).similarity()
            yield similarities.cpu().numpy()[None, first, second]

    @torch.inference_mode()
    def with_maps(self, sets: np.ndarray, pairs: np.ndarray) -> np.ndarray:
        """Return the similarities of some pairs with only some maps on.

        See :meth:`alignment.heads.pooled.PooledHead.with_maps`.
        """
        first, second = (images[pairs] for images in pair_images(self.n_images))
        members, first, second = members_of(first, second)
        feature_maps = self.feature_maps[torch.from_numpy(members).to(self.feature_maps.device)]
        result = np.empty((len(sets), len(pairs)))
        for k, kept in enumerate(np.asarray(sets, dtype=bool)):
            on = torch.from_numpy(kept).to(feature_maps.device)
            embeddings = self._embed(feature_maps * on[:, None, None])
            similarities = Embeddings(embeddings, self.similarity).similarity()
            result[k] = similarities.cpu().numpy()[first, second]
        return result
