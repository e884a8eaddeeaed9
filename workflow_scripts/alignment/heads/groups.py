"""Maps that are alike, removed together: without a single one of them nothing is missed."""

import numpy as np

from alignment.heads.one_image import LayeredImages, PooledImages

ALIKE = 0.5  # maps of a group correlate by at least this, on average over its pairs


def alike_maps(pooled: np.ndarray, alike: float = ALIKE) -> np.ndarray:
    """Sort maps into groups by how they correlate over images.

    Parameters
    ----------
    pooled : (n, F) array
        Spatial mean of every map in every image.
    alike : float
        Where the tree of average linkage is cut: the lowest mean correlation of two groups that
        become one.

    Returns
    -------
    (F,) int array
        The group of each map, 0, 1, ...  A map that does not vary is a group of its own.
    """
    from scipy.cluster.hierarchy import fcluster, linkage  # costs half a second
    from scipy.spatial.distance import squareform

    values = np.asarray(pooled, dtype=np.float64)
    varying = np.flatnonzero(np.ptp(values, axis=0) > 0)
    groups = np.arange(values.shape[1])
    if len(varying) > 1:
        distance = 1 - np.corrcoef(values[:, varying].T)
        np.fill_diagonal(distance, 0)
        tree = linkage(squareform(distance, checks=False), "average")
        groups[varying] = values.shape[1] + fcluster(tree, 1 - alike, "distance")
    return np.unique(groups, return_inverse=True)[1]


def group_scores(images: PooledImages | LayeredImages, groups: np.ndarray) -> np.ndarray:
    """Return what each image's fit loses with a group of maps, shared out evenly among them.

    Parameters
    ----------
    images : PooledImages or LayeredImages
        Fits with only some maps on.
    groups : (F,) int array
        The group of each map.

    Returns
    -------
    (n, F) float64 array
        ``(r_i - r_i without the group) / m``, m the number of its maps that are not silent in image
        i: where the maps of a group do not stand in for one another this is about their AIS_if.
        0 for silent maps, NaN where a fit is undefined.
    """
    scores = np.zeros(images.active.shape)
    for i, active in enumerate(images.active):
        present = np.unique(groups[active])
        sets = np.array([active, *(active & (groups != group) for group in present)])
        whole, *without = images.fits_of_sets(i, sets)
        for group, fit in zip(present, without, strict=True):
            members = active & (groups == group)
            scores[i, members] = (whole - fit) / np.count_nonzero(members)
    return scores
