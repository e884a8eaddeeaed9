"""Which modules of the library a script imports, found in its text, and what they hold."""

import ast
import hashlib
import re
from functools import cache
from pathlib import Path

# Statements that import, wherever they stand.  Parsing whole files would take a good part of the
# time of a plan, and every job on a cluster makes one.
_STATEMENT = re.compile(
    r"^[ \t]*((?:from[ \t]+[\w.]+[ \t]+import[ \t]+(?:\([^)]*\)|[^\n(]+))|import[ \t]+[^\n]+)",
    re.MULTILINE,
)


@cache
def imports_in(path: Path, scripts: Path) -> tuple[Path, ...]:
    """Return the modules of the library that a file imports itself, also within functions."""
    names = []
    for node in _imports(path.read_text(encoding="utf-8")):
        if isinstance(node, ast.ImportFrom) and node.module:
            names += [f"{node.module}.{alias.name}" for alias in node.names]
            names.append(node.module)
        elif isinstance(node, ast.Import):
            names += [alias.name for alias in node.names]
    modules = (_module(name, scripts) for name in names)
    return tuple(module for module in modules if module)


@cache
def _module(name, scripts):
    """Return the file of a module of the library; None for any other name."""
    file = Path(scripts, f"{name.replace('.', '/')}.py")
    return file if file.is_file() else None


@cache
def _behind(path: Path, scripts: Path) -> frozenset[Path]:
    """Return the modules of the library that a file imports, directly or not."""
    found, queue = set(), [path]
    while queue:
        for module in imports_in(queue.pop(), scripts):
            if module not in found:
                found.add(module)
                queue.append(module)
    return frozenset(found)


def _imports(text):
    for statement in _STATEMENT.findall(text):
        yield from _parsed(statement)


@cache  # since most statements stand in many files
def _parsed(statement):
    try:
        return ast.parse(statement).body
    except SyntaxError:  # a sentence of a docstring, such as "import it first"
        return []


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
    _, *named = files
    found = set(named).union(*(_behind(file, scripts) for file in files))
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
    # As paths are sorted, folder by folder, which is not how their text is
    ordered = sorted({*map(str, files), *modules}, key=lambda file: file.split("/"))
    return {file.removeprefix(f"{scripts}/"): _fingerprint(file) for file in ordered}


@cache
def _fingerprint(path):
    return hashlib.sha256(Path(path).read_bytes()).hexdigest()[:12]
