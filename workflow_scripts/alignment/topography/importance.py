"""How much each unit adds to the prediction of human similarity judgments, as a map on the grid."""

import numpy as np

from alignment.similarity.fits import fit_drop
from alignment.topography.representations import dissimilarities

UNIT_COLUMNS = [
    *("cohort", "condition", "lambda", "seed", "unit", "row", "column", "ais", "ais_patch"),
]
MAP_COLUMNS = ["cohort", "condition", "lambda", "seed", "n_images", "fit", "morans_i", "p"]
# Red, green and blue of brightness (ITU-R BT.601), as Pillow turns colour into grey.
GREY = (0.299, 0.587, 0.114)


def to_input(pictures: np.ndarray, channels: int) -> np.ndarray:
    """Bring pictures to the kind of images that a network was trained on.

    Parameters
    ----------
    pictures : (N, 3, S, S) array
        Values in [0, 1].
    channels : {1, 3}
        Of the network's input.

    Returns
    -------
    (N, S, S, channels) float32 array
        Colour as it is; for one channel grey and inverted, since digits are bright on black and
        photographed objects mostly dark on white.
    """
    colours = np.asarray(pictures, dtype=np.float32).transpose(0, 2, 3, 1)
    if channels == 3:
        return colours
    return 1 - (colours @ np.asarray(GREY, dtype=np.float32))[..., None]


def leave_units_out(
    embedding: np.ndarray,
    judgments: np.ndarray,
    groups: np.ndarray,
    kind: str = "r2",
    similarity: str = "pearson",
) -> tuple[float, np.ndarray]:
    """Return the AIS of groups of units: what the fit with judgments loses without them.

    Parameters
    ----------
    embedding : (N, U) array
        Activations after the ReLU.
    judgments : (P,) array
        Human similarities of all pairs of the N images; NaN pairs are left out.
    groups : (G, U) bool array
        The units that are set to zero together; the identity for single units.
    kind : str
        See :func:`alignment.similarity.fits.fit`.
    similarity : {"pearson", "cosine"}
        Of two embeddings.

    Returns
    -------
    fit_full : float
    ais : (G,) float64 array
        NaN where a fit is undefined, as it is if an image excites no unit that is left.

    Notes
    -----
    Section 3 of the method, with units of a layer in place of feature maps.
    """
    embedding = np.asarray(embedding, dtype=np.float64)
    judged = np.isfinite(judgments)

    def similarities(rows):
        return 1 - dissimilarities(rows, similarity)[judged]

    without = np.stack([similarities(np.where(group, 0, embedding)) for group in groups])
    fit_full, _, ais = fit_drop(similarities(embedding), without, judgments[judged], kind)
    return fit_full, ais
