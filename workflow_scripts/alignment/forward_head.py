"""Any head, re-run with maps set to zero: fully connected layers, or what else is between the cuts.

The plain algorithm, one forward pass for every variant of every image, computed in batches.
"""

import numpy as np
import torch

from alignment.pairs import pair_images


class ForwardHead:
    """Similarities of images when maps are switched off, by running the head again.

    Parameters
    ----------
    head : torch.nn.Module
        Feature maps (B, F, H, W) to embeddings (B, D).
    feature_maps : (N, F, H, W) float32 array
    similarity : {"pearson", "cosine"}
        Similarity of two embeddings.
    progress : callable, optional
        Wraps the loop over maps, to show how far it is.
    batch_size : int
        Images in one forward pass.
    """

    def __init__(self, head, feature_maps, similarity="pearson", progress=iter, batch_size=64):
        self.head = head
        self.feature_maps = torch.as_tensor(feature_maps)
        self.similarity = similarity
        self.progress = progress
        self.batch_size = batch_size
        self.n_images, self.n_maps = self.feature_maps.shape[:2]

    def embed(self, feature_maps):
        """Return unit rows: embeddings (B, D) made ready so that a similarity is a dot product.

        An embedding without variance (or of length zero, for cosine) becomes NaN.
        """
        with torch.inference_mode():
            parts = [self.head(part) for part in feature_maps.split(self.batch_size)]
        rows = torch.cat(parts).numpy().astype(np.float64)
        constant = np.ptp(rows, axis=1) == 0 if self.similarity == "pearson" else ~rows.any(axis=1)
        if self.similarity == "pearson":
            rows -= rows.mean(axis=1, keepdims=True)
        with np.errstate(invalid="ignore", divide="ignore"):
            rows /= np.sqrt((rows * rows).sum(axis=1, keepdims=True))
        rows[constant] = np.nan
        return rows

    def leave_one_out(self):
        """Return the RSM with all maps and without each map in turn.

        Returns
        -------
        rsm : (P,) float64 array
        rsm_without : (F, P) float64 array
            Map f is zero in both images of the pair.
        one_side : (N, F, N) float64 array
            Image i without map f against image j whole.
        """
        first, second = pair_images(self.n_images)
        whole = self.embed(self.feature_maps)
        all_on = whole @ whole.T
        rsm_without = np.empty((self.n_maps, len(first)))
        one_side = np.empty((self.n_images, self.n_maps, self.n_images))
        for f in self.progress(range(self.n_maps)):
            rsm_without[f], one_side[:, f] = all_on[first, second], all_on
            # A map that is zero throughout an image changes nothing for that image.
            active = torch.nonzero(self.feature_maps[:, f].flatten(1).any(dim=1)).flatten()
            if len(active) == 0:
                continue
            variants = self.feature_maps[active]
            variants[:, f] = 0
            without = whole.copy()
            without[active.numpy()] = self.embed(variants)
            touched = np.zeros(self.n_images, dtype=bool)
            touched[active.numpy()] = True
            changed = touched[first] | touched[second]
            rsm_without[f, changed] = (without @ without.T)[first, second][changed]
            one_side[touched, f] = without[touched] @ whole.T
        return all_on[first, second], rsm_without, one_side

    def growing(self, order, pairs):
        """Yield the similarities of some pairs with only the k best maps on, k = 1..F.

        Parameters
        ----------
        order : (F,) int array
            Maps from best to worst.
        pairs : (n,) int array
            Positions among the P pairs.

        Yields
        ------
        (1, n) float64 array
            The next value of k; NaN where an embedding has no variance.
        """
        first, second = (images[pairs] for images in pair_images(self.n_images))
        switched_on = torch.zeros_like(self.feature_maps)
        for f in self.progress(order):
            switched_on[:, f] = self.feature_maps[:, f]
            rows = self.embed(switched_on)
            yield np.einsum("pd,pd->p", rows[first], rows[second])[None]
