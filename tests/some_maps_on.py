"""A few images whose maps are switched on and off one by one, judged by the definition."""

import numpy as np
import torch
from oracle import fit, similarity_matrix
from torch import nn

from alignment.heads.one_image import LayeredImages, PooledImages

N, F = 7, 6


class Case:
    """Feature maps of a few images, judgments with gaps, and a head."""

    def __init__(self, kind):
        torch.manual_seed(0)
        self.head = {
            "pooled": nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten()),
            "layers": nn.Sequential(nn.Flatten(), nn.Linear(F * 6, 8), nn.Tanh(), nn.Linear(8, 6)),
        }[kind].double()
        self.kind, rng = kind, np.random.default_rng(0)
        self.maps = rng.random((N, F, 2, 3)) * (rng.random((N, F, 1, 1)) > 0.3)
        self.maps[0, :2] = 0
        self.judgments = rng.random((N, N))
        self.judgments[1, [0, 5]] = np.nan
        self.judgments[3] = 2.0  # nobody tells the others apart
        self.judgments[4] = np.nan
        self.judgments[4, 2] = 1.0  # a single comparison

    @torch.inference_mode()
    def embed(self, maps):
        return self.head(torch.from_numpy(maps)).numpy()

    def images(self, similarity):
        embedding = self.embed(self.maps)
        if self.kind == "pooled":
            return PooledImages(embedding, self.judgments, similarity)
        known = self.maps, embedding, self.judgments, similarity
        return LayeredImages(lambda maps, i: self.embed(maps), *known)

    def naive(self, i, kept, similarity):
        """r_i with only some of the maps of image i on."""
        part = [j for j in range(N) if j != i and np.isfinite(self.judgments[i, j])]
        own = np.zeros_like(self.maps[i])
        own[kept] = self.maps[i, kept]
        rows = np.vstack([self.embed(own[None]), self.embed(self.maps[part])])
        if np.ptp(rows, axis=1).min() < 1e-12:
            return np.nan
        return fit(similarity_matrix(rows, similarity)[0, 1:], self.judgments[i, part], "pearson")
