"""One half of an image's comparisons chooses places, the other half judges the choice."""

import numpy as np

from alignment.artifacts.errors import InputError

LEAST = 3  # comparisons in a half: fewer have no correlation that could differ from 1


def halves(
    judgments: np.ndarray, names: list[str], generator: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Draw, for every image, one half of the others to choose by and leave the rest to judge by.

    Parameters
    ----------
    judgments : (n, n) array
        NaN where a pair was not judged.
    names : list of str
        Of the images.
    generator : numpy Generator

    Returns
    -------
    choosing, judging : (n, n) arrays
        The judgments, NaN where a pair belongs to the other half, or was not judged.

    Raises
    ------
    InputError
        An image was compared with too few others.
    """
    choosing, judging = np.full((2, *judgments.shape), np.nan)
    judged = np.isfinite(judgments)
    np.fill_diagonal(judged, False)
    for i, part in enumerate(judged):
        others = generator.permutation(np.flatnonzero(part))
        if len(others) < 2 * LEAST:
            raise InputError(
                f"the image '{names[i]}' was compared with {len(others)} others of its cohort: to "
                f"keep and to delete places of it takes {2 * LEAST}, half to choose the places and "
                "half to judge the choice."
            )
        first, second = np.array_split(others, 2)
        choosing[i, first] = judgments[i, first]
        judging[i, second] = judgments[i, second]
    return choosing, judging


def check_apart(choosing: np.ndarray, judging: np.ndarray) -> None:
    """Refuse to judge a choice by what chose it.

    Parameters
    ----------
    choosing, judging : (n, n) arrays
        See :func:`halves`.

    Raises
    ------
    ValueError
        A comparison of an image is in both halves.
    """
    both = np.isfinite(choosing) & np.isfinite(judging)
    np.fill_diagonal(both, False)
    if both.any():
        raise ValueError(
            f"{np.count_nonzero(both)} comparisons choose places and judge the choice as well"
        )
