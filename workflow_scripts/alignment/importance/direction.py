"""Whether a network finds alike what people find alike, or the opposite."""

import numpy as np

from alignment.similarity.fits import fit
from alignment.similarity.pairs import square

# Networks without any training come to medians between 0 and -.12 with 24 pictures.
OPPOSED = -0.15


def image_correlations(images: np.ndarray, rsm: np.ndarray, judgments: np.ndarray) -> np.ndarray:
    """Return how each image's similarities with the others correlate with the judgments.

    Parameters
    ----------
    images : (n,) int array
        The cohort.
    rsm : (P,) array
        Similarities of all pairs of the dataset.
    judgments : (N, N) array
        Human similarities of the dataset; NaN for a pair that takes no part.

    Returns
    -------
    (n,) float64 array
        Pearson correlations; NaN where one is undefined.
    """
    members = np.ix_(images, images)
    similarities = square(rsm, len(judgments), np.nan)[members]
    judged = judgments[members]
    part = np.isfinite(similarities) & np.isfinite(judged)
    rows = zip(similarities, judged, part, strict=True)
    return np.array([fit(own[on], theirs[on], "pearson") for own, theirs, on in rows])


def of_opposed(cohort: str, model: str, correlations: np.ndarray) -> str:
    """Return a warning where judgments seem to have been read the wrong way round, else nothing.

    An explained variance does not show it, since it asks for a straight line that may also fall.

    Parameters
    ----------
    cohort, model : str
        For the message.
    correlations : (n,) array
        See :func:`image_correlations`.
    """
    known = correlations[np.isfinite(correlations)]
    if not len(known) or (median := np.median(known)) >= OPPOSED:
        return ""
    return (
        f"in the cohort '{cohort}' pictures that people find alike are those that the network "
        f"'{model}' tends to find different (median correlation {median:.2f}); if that is not what "
        "you expect, check the key kind of the judgments."
    )
