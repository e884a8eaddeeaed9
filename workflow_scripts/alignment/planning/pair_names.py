"""Pairs of pictures as files are named after them, first--second, and names that are none."""

from collections.abc import Sequence

from alignment.artifacts.errors import InputError
from alignment.planning.targets import nearest_names

BETWEEN = "--"


def named_pair(name: str, images: Sequence[str], where: str) -> tuple[int, int]:
    """Return the two images that a pair is named after, ``first--second``.

    Parameters
    ----------
    name : str
    images : sequence of str
        Their names, which may hold ``--`` themselves.
    where : str
        What they are the pictures of, for messages: the cohort 'faces'.

    Returns
    -------
    int, int
        Where the two stand among the images.

    Raises
    ------
    InputError
        Unless exactly one way to cut the name gives two different images.
    """
    place = {image: k for k, image in enumerate(images)}
    width = len(BETWEEN)
    cuts = [(name[:k], name[k + width :]) for k in range(len(name)) if name.startswith(BETWEEN, k)]
    cuts = [cut for cut in cuts if all(cut)]
    if not cuts:
        raise InputError(
            f"'{name}' does not name a pair: write the names of two pictures with {BETWEEN} "
            "between them."
        )
    known = [cut for cut in cuts if all(image in place for image in cut)]
    pairs = [cut for cut in known if cut[0] != cut[1]]
    if len(pairs) > 1:
        readings = ", or ".join(f"'{a}' and '{b}'" for a, b in pairs)
        raise InputError(f"'{name}' can be read in more than one way: {readings}; rename one.")
    if pairs:
        first, second = pairs[0]
        return place[first], place[second]
    if known:
        raise InputError(f"'{name}' names '{known[0][0]}' twice: a pair is two different pictures.")
    nearest = max(cuts, key=lambda cut: sum(image in place for image in cut))
    lacking = [image for image in dict.fromkeys(nearest) if image not in place]
    told = (
        f"no picture '{image}' in {where} ({nearest_names(image, images)})" for image in lacking
    )
    raise InputError(f"'{name}' does not name a pair: there is {' and '.join(told)}.")
