"""Targets of the command line that nothing makes, and those that were perhaps meant."""

import re
from collections.abc import Iterable, Mapping
from difflib import get_close_matches

from alignment.datasets.picture_names import same_text

# What the config has of what wildcards stand for, as sentences call it
SECTIONS = {name: name for name in ("dataset", "cohort", "model", "source", "image", "condition")}
SECTIONS["strength"] = "lambda"
# Pictures in folders have the folder in their name.
IN_FOLDERS = ("image", "pair")
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
                if key == "image" and (said := _spelled_otherwise(target, values[key], names[key])):
                    return said
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


def _spelled_otherwise(target, name, images):
    """Return a sentence where the name of a picture is the same text in other characters."""
    alike = dict.fromkeys(image for image in images if same_text(image) == same_text(name))
    if not alike:
        return ""
    before, _, after = target.rpartition(name)
    meant = [_for_shell(f"{before}{image}{after}") for image in alike]
    return (
        f"{target}: the name of the picture '{name}' is spelled with other letters, which look the "
        "same, such as an a and its dots apart. Copy the name from the folder of the pictures, or "
        f"ask for {', or '.join(meant)}."
    )


def _for_shell(path):
    """Return a path as bash and zsh read it, in letters that any keyboard has."""
    plain = path.replace("\\", "\\\\").replace("'", "\\'")
    shown = (
        letter if letter.isascii() else "".join(f"\\x{byte:02x}" for byte in letter.encode())
        for letter in plain
    )
    return f"$'{''.join(shown)}'"


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
            letters = "." if part in IN_FOLDERS else "[^/]"
            expression += f"(?P<{part}>{letters}+)"
    found = re.fullmatch(expression, target)
    return found and found.groupdict()


def nearest_names(name: str, names: Iterable[str]) -> str:
    """Return the names most like one, or all where they are few; none twice that look the same."""
    shown = {same_text(known): known for known in reversed(list(names))}
    close = get_close_matches(same_text(name), shown, n=3, cutoff=0.4)
    if close or len(shown) > _MANY:
        nearest = ", ".join(shown[text] for text in close)
        return f"the nearest are {nearest}" if close else "none is like it"
    return f"there is {', '.join(reversed(shown.values()))}"
