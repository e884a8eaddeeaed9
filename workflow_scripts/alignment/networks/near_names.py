"""Names of networks like one that is not known, of which perhaps only the beginning was given."""

from collections.abc import Iterable
from difflib import SequenceMatcher


def names_like(name: str, known: Iterable[str], n: int, cutoff: float) -> list[str]:
    """Return the names whose beginning is most like a name, the most alike first.

    ``difflib.get_close_matches`` compares whole names, so that ``vit_tinny`` would be nearer to
    ``gcvit_tiny`` than to ``vit_tiny_patch16_224``.

    Parameters
    ----------
    name : str
    known : iterable of str
    n : int
        How many at most.
    cutoff : float
        From 0, nothing in common, to 1: how alike they have to be at least.
    """
    matcher = SequenceMatcher()
    matcher.set_seq2(name)

    def likeness(part):
        matcher.set_seq1(part)
        # The bound is quick.
        return matcher.ratio() if matcher.quick_ratio() >= cutoff else 0.0

    found = []
    for other in known if name else ():
        # As long as the name, or with a letter that it has too many or too few
        beginnings = {other[: len(name) + more] for more in (-1, 0, 1)}
        alike = max(map(likeness, beginnings))
        if alike >= cutoff:
            # Of beginnings that are as much alike, the shorter name first
            found.append((-round(alike, 2), len(other), other))
    return [other for *_, other in sorted(found)[:n]]
