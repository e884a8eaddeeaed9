"""Alignment importance of every map for the comparisons of one image."""

import numpy as np

from alignment.similarity.fits import fit_drop


def image_ais(
    rsm: np.ndarray, one_side: np.ndarray, judgments: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return AIS_if for every image of a cohort.

    Parameters
    ----------
    rsm : (n, n) array
        Similarities of the cohort's images with all maps.
    one_side : (n, F, n) array
        Similarity of image i without map f with image j whole.
    judgments : (n, n) array
        Human similarities; NaN where a pair was not judged.

    Returns
    -------
    ais : (n, F) float64 array
        ``r_i - r_if``; NaN where a correlation is undefined.
    fit_full : (n,) float64 array
        r_i, the Pearson correlation over j != i of human similarity (i, j) with the RSM (i, j).

    Notes
    -----
    Section 6 of the method: AIS of one image.  r_if leaves the other images whole.
    """
    n_images, n_maps, _ = one_side.shape
    ais = np.empty((n_images, n_maps))
    fit_full = np.empty(n_images)
    for i in range(n_images):
        others = np.isfinite(judgments[i])
        others[i] = False
        fit_full[i], _, ais[i] = fit_drop(
            rsm[i, others], one_side[i][:, others], judgments[i, others], "pearson"
        )
    return ais, fit_full
