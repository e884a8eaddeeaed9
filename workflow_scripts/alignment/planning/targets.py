"""Targets of the command line that nothing makes, and those that were perhaps meant."""

import re
from collections.abc import Iterable, Mapping
from difflib import get_close_matches

# What the config has of what wildcards stand for, as sentences call it
SECTIONS = {name: name for name in ("dataset", "cohort", "model", "source", "image", "condition")}
SECTIONS["strength"] = "lambda"
# Of more names a few are shown.
_MANY = 8


def explain_missing(
    target: str,
    rules: Mapping[str, Iterable[str]],
    known: Iterable[str],
    names: Mapping[str, Iterable[str]],
    own_config: bool = True,
) -> str:
    """Return a sentence on a target that no rule makes, with those that were perhaps meant.

    Parameters
    ----------
    target : str
        A rule or a file, as given on the command line.
    rules : mapping of str to iterable of str
        The outputs of every rule, with their wildcards.
    known : iterable of str
        The files of a whole run.
    names : mapping of str to iterable of str
        What the wildcards may stand for: keys of `SECTIONS`; ``image`` where all pictures are
        known.
    own_config : bool
        Whether the command names a config beside the default one.
    """
    for pattern in (pattern for outputs in rules.values() for pattern in outputs):
        values = wildcards_of(target, pattern) or {}
        for key, word in SECTIONS.items():
            if key in values and key in names and values[key] not in names[key]:
                nearest = nearest_names(values[key], names[key])
                lacking = "there is no picture" if key == "image" else f"the config has no {word}"
                hint = "" if own_config else " Your own config is named by --configfile."
                return f"{target}: {lacking} '{values[key]}'; {nearest}.{hint}"
    folder, results, path = target.partition("/results/")
    if results:
        return (
            f"there is no target {target}; targets are named from the folder of the run: "
            f"--directory {folder} results/{path}."
        )
    return f"there is no target {target}; {nearest_names(target, [*rules, *known])}."


def wildcards_of(target: str, pattern: str) -> dict[str, str] | None:
    """Return what wildcards stand for in a path, None where the pattern is that of other paths."""
    parts = re.split(r"{(\w+)}", pattern)
    seen, expression = set(), ""
    for k, part in enumerate(parts):
        if k % 2 == 0:
            expression += re.escape(part)
        elif part in seen:
            expression += f"(?P={part})"
        else:
            seen.add(part)
            expression += f"(?P<{part}>[^/]+)"
    found = re.fullmatch(expression, target)
    return found and found.groupdict()


def nearest_names(name: str, names: Iterable[str]) -> str:
    """Return the names most like one, or all where they are few."""
    names = list(names)
    close = get_close_matches(name, names, n=3, cutoff=0.4)
    if close or len(names) > _MANY:
        return f"the nearest are {', '.join(close)}" if close else "none is like it"
    return f"there is {', '.join(names)}"
