"""What a head gives with each map switched off, kept as the workflow keeps it, but in memory."""

import numpy as np

from alignment.heads.layered import LayeredHead, SavedRemovals


def arrays_of(head: LayeredHead) -> dict[str, np.ndarray]:
    """Return the RSM (P,), that without each map (F, P), and that of one side (N, F, N)."""
    rsm, blocks = head.switched_off()
    both = np.full((head.n_maps, len(rsm)), np.inf)
    one_side = np.full((head.n_images, head.n_maps, head.n_images), np.inf)
    for block in blocks:
        both[block.maps], one_side[:, block.maps] = block.both, block.one_side
    assert not np.isinf(both).any()
    assert not np.isinf(one_side).any()
    return {"rsm": rsm, "rsm_without": both, "rsm_without_one_side": one_side}


def removals_of(head: LayeredHead) -> SavedRemovals:
    """Return what scores the maps of a head."""
    return SavedRemovals(arrays_of(head))
