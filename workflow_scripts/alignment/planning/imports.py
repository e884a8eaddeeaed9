"""Which modules of the library a script imports, found in its text, and what they hold."""

import ast
import hashlib
import re
from functools import cache
from pathlib import Path

# Statements that import, wherever they stand.  To parse whole files takes a good part of the time
# of a plan, and every job on a cluster makes one.
_STATEMENT = re.compile(
    r"^[ \t]*((?:from[ \t]+[\w.]+[ \t]+import[ \t]+(?:\([^)]*\)|[^\n(]+))|import[ \t]+[^\n]+)",
    re.MULTILINE,
)


@cache
def imports_in(path: Path, scripts: Path) -> tuple[Path, ...]:
    """Return the modules of the library that a file imports itself, also within functions."""
    found = []
    for node in _imports(path.read_text(encoding="utf-8")):
        if isinstance(node, ast.ImportFrom) and node.module:
            names = [f"{node.module}.{alias.name}" for alias in node.names]
            names.append(node.module)
        elif isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        else:
            continue
        candidates = [scripts.joinpath(*name.split(".")).with_suffix(".py") for name in names]
        found += [file for file in candidates if file.is_file()]
    return tuple(found)


def _imports(text):
    for statement in _STATEMENT.findall(text):
        try:
            yield from ast.parse(statement).body
        except SyntaxError:  # a sentence of a docstring, such as "import it first"
            continue


def modules_behind(scripts: Path, *files: Path) -> list[str]:
    """Return the modules of the library that some files import, directly or not.

    Parameters
    ----------
    scripts : path
        The folder of the scripts and of the library ``alignment``.
    *files : paths
        A script, and modules that it imports by a name that stands in no file; these are returned
        as well.
    """
    script, *named = files
    found, queue = set(named), [script, *named]
    while queue:
        for path in imports_in(queue.pop(), scripts):
            if path not in found:
                found.add(path)
                queue.append(path)
    return sorted(map(str, found))


def fingerprints(scripts: Path, *files: Path) -> dict[str, str]:
    """Return what the code of a stage holds, whatever the dates of its files.

    Parameters
    ----------
    scripts : path
        The folder of the scripts and of the library ``alignment``.
    *files : paths
        A script, what it imports by name, and files of other kinds that it reads.

    Returns
    -------
    dict of str to str
        Twelve digits of a SHA-256 each, by the path within the folder: of the files, and of all
        modules that they import, directly or not.
    """
    modules = modules_behind(scripts, *(file for file in files if file.suffix == ".py"))
    return {
        str(file.relative_to(scripts)): _fingerprint(file)
        for file in sorted({*files, *map(Path, modules)})
    }


@cache
def _fingerprint(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()[:12]
