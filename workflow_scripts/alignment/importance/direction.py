"""Whether a network finds alike what people find alike, or the opposite."""

import numpy as np

from alignment.similarity.fits import fit
from alignment.similarity.pairs import square

# Networks without any training come to medians between 0 and -.12 with 24 pictures.
OPPOSED = -0.15


def of_opposed(
    cohort: str, model: str, images: np.ndarray, rsm: np.ndarray, judgments: np.ndarray
) -> str:
    """Return a warning where judgments seem to have been read the wrong way round, else nothing.

    An explained variance does not show it, since it asks for a straight line that may also fall.

    Parameters
    ----------
    cohort, model : str
        For the message.
    images : (n,) int array
        The cohort.
    rsm : (P,) array
        Similarities of all pairs of the dataset.
    judgments : (N, N) array
        Human similarities of the dataset; NaN for a pair that takes no part.
    """
    members = np.ix_(images, images)
    similarities = square(rsm, len(judgments), np.nan)[members]
    judged = judgments[members]
    correlations = []
    for own, theirs in zip(similarities, judged, strict=True):
        part = np.isfinite(theirs) & np.isfinite(own)
        correlations.append(fit(own[part], theirs[part], "pearson"))
    known = np.array(correlations)[np.isfinite(correlations)]
    if not len(known) or (median := np.median(known)) >= OPPOSED:
        return ""
    return (
        f"in the cohort '{cohort}' pictures that people find alike are those that the network "
        f"'{model}' tends to find different (median correlation {median:.2f}); if that is not what "
        "you expect, check the key kind of the judgments."
    )
