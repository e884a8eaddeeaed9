"""Pairs of pictures as files are named after them, first--second, and names that are none."""

from collections import Counter
from collections.abc import Callable, Sequence

from alignment.artifacts.errors import InputError
from alignment.datasets.picture_names import same_text
from alignment.planning.targets import nearest_names

BETWEEN = "--"


def named_pair(name: str, images: Sequence[str], where: str) -> tuple[int, int]:
    """Return the two images that a pair is named after, ``first--second``.

    Parameters
    ----------
    name : str
    images : sequence of str
        Their names, which may hold ``--`` themselves.  One that is not found letter for letter is
        found by the same text in other characters, unless several images are called so.
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
    width = len(BETWEEN)
    cuts = [(name[:k], name[k + width :]) for k in range(len(name)) if name.startswith(BETWEEN, k)]
    cuts = [cut for cut in cuts if all(cut)]
    if not cuts:
        raise InputError(
            f"'{name}' does not name a pair: write the names of two pictures with {BETWEEN} "
            "between them."
        )
    place = {image: k for k, image in enumerate(images)}
    by_text = _place_by_text(images)

    def as_text(image):
        return place.get(image, by_text.get(same_text(image)))

    known = _known(cuts, place.get) or _known(cuts, as_text)
    pairs = [(cut, found) for cut, found in known if found[0] != found[1]]
    if len(pairs) > 1:
        readings = ", or ".join(f"'{a}' and '{b}'" for (a, b), _ in pairs)
        raise InputError(f"'{name}' can be read in more than one way: {readings}; rename one.")
    if pairs:
        return pairs[0][1]
    if known:
        raise InputError(
            f"'{name}' names '{known[0][0][0]}' twice: a pair is two different pictures."
        )
    nearest = max(cuts, key=lambda cut: sum(as_text(image) is not None for image in cut))
    lacking = [image for image in dict.fromkeys(nearest) if as_text(image) is None]
    told = (
        f"no picture '{image}' in {where} ({nearest_names(image, images)})" for image in lacking
    )
    raise InputError(f"'{name}' does not name a pair: there is {' and '.join(told)}.")


def _known(cuts, place_of: Callable[[str], int | None]):
    """Return the cuts that give two images, each with where these stand."""
    found = [(cut, (place_of(cut[0]), place_of(cut[1]))) for cut in cuts]
    return [(cut, places) for cut, places in found if None not in places]


def _place_by_text(images: Sequence[str]) -> dict[str, int]:
    """Return where the image of a text stands, for texts that mean one image.

    macOS may name a file with letters and their accents apart, which no keyboard types.
    """
    texts = list(map(same_text, images))
    count = Counter(texts)
    return {text: k for k, text in enumerate(texts) if count[text] == 1}
