"""What a picture's fit loses with each of its places, all maps at once."""

from collections.abc import Sequence

import numpy as np
import torch
from torch import nn

from alignment.heads.running import of_image
from alignment.heads.unit_rows import UnitRows, taking_part
from alignment.similarity.fits import fit

AT_A_TIME = 16  # variants of an image
MOST_BYTES = 2**26  # of these


@torch.inference_mode()
def place_drops(
    head: nn.Module,
    feature_maps: torch.Tensor,
    embedding: np.ndarray,
    judgments: np.ndarray,
    similarity: str = "pearson",
    reach: int = 0,
    beside: Sequence[torch.Tensor] = (),
) -> np.ndarray:
    """Return by how much each image's fit falls when a place is zero in all of its maps.

    Parameters
    ----------
    head : torch.nn.Module
        Feature maps (B, F, H, W), and what passes them by, to embeddings (B, D).
    feature_maps : (n, F, H, W) tensor
    embedding : (n, D) array
        Of the same images.
    judgments : (n, n) array
        Human similarities; NaN for a pair that takes no part.  The diagonal never does.
    similarity : {"pearson", "cosine"}
    reach : int
        Places around it that are zero as well: 1 for 3 x 3 places.
    beside : sequence of (n, ...) tensors
        What passes the maps by, which stays as it is.

    Returns
    -------
    (n, H, W) float64 array
        ``r_i`` less what it is without the place: high where the fit hangs on it, negative where it
        would be better without.  Zero for an image whose fit, or any of these, is undefined.
    """
    n, _, height, width = feature_maps.shape
    drops = np.zeros((n, height, width))
    whole = UnitRows(np.asarray(embedding, dtype=np.float64), similarity)
    places = [(y, x) for y in range(height) for x in range(width)]
    size = min(AT_A_TIME, max(1, MOST_BYTES // max(1, feature_maps[:1].nbytes)))
    # One buffer for all: copies that come and go leave gaps in memory, gigabytes in the end
    variants = feature_maps.new_empty((size, *feature_maps.shape[1:]))
    for i in range(n):
        part = taking_part(judgments, i)
        run = of_image(head, beside, i)
        rows = np.empty((1 + len(places), embedding.shape[1]))
        rows[0] = embedding[i]
        for start in range(0, len(places), size):
            some = places[start : start + size]
            given = variants[: len(some)].copy_(feature_maps[i])
            for variant, at in zip(given, some, strict=True):
                _leave_out(variant, *at, reach)
            rows[1 + start : 1 + start + len(some)] = run(given).cpu().numpy()
        own = UnitRows(rows, similarity)
        fits = fit(own.centred @ whole.centred[part].T, judgments[i, part], "pearson")
        defined = own.defined.all() and whole.defined[part].all()
        if defined and np.isfinite(fits).all():
            drops[i] = (fits[0] - fits[1:]).reshape(height, width)
    return drops


def _leave_out(maps, y, x, reach):
    maps[:, max(y - reach, 0) : y + reach + 1, max(x - reach, 0) : x + reach + 1] = 0
