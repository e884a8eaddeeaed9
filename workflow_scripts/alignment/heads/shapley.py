"""What each map is worth to an image's fit on average, whichever maps are on already."""

import numpy as np

from alignment.heads.one_image import LayeredImages, PooledImages

PERMUTATIONS = 500  # orders in which maps are switched on, half of them the reverse of the others


def shapley_values(
    images: PooledImages | LayeredImages, seed: int = 0, permutations: int = PERMUTATIONS
) -> np.ndarray:
    """Return the Shapley values of the maps for every image, estimated from random orders.

    Parameters
    ----------
    images : PooledImages or LayeredImages
        Fits with only some maps on.  A head that is not pooled is run once a map and order.
    seed : int
        Draws the orders.
    permutations : int
        An even number of orders.

    Returns
    -------
    (n, F) float64 array
        By how much r_i grows when a map is switched on, averaged over orders of all maps.  They
        sum to r_i, to the last digits, whatever the number of orders: with no map on, and where
        similarities do not vary over the other images, there is no agreement, and r counts as 0.
        0 for silent maps; NaN where r_i is undefined.

    Notes
    -----
    Shapley (1953); estimated as by Castro, Gomez & Tejada (2009), each order also in reverse
    (Mitchell et al., 2022), which makes the estimate less noisy.  An AIS asks what is lost where
    all other maps are on, and counts little for maps that others can stand in for.
    """
    generator = np.random.default_rng(seed)
    values = np.zeros(images.active.shape)
    for i, active in enumerate(images.active):
        maps = np.flatnonzero(active)
        whole = images.fits_of_sets(i, active[None])[0]
        if np.isnan(whole):
            values[i] = np.nan
            continue
        for _ in range(permutations // 2):
            order = generator.permutation(maps)
            for each in (order, order[::-1]):
                fits = np.nan_to_num(images.growing_fits(i, each))
                fits[-1] = whole
                values[i, each] += np.diff(fits, prepend=0.0)
    return values / (2 * (permutations // 2))
