"""The files of a user's function: its own, and those beside it that it imports, directly or not."""

import ast
from collections.abc import Iterator
from pathlib import Path


def function_parts(function: str) -> tuple[str, str]:
    """Return where a user's function is, and its name, of ``nets.py:build`` or ``nets:build``."""
    source, _, name = function.rpartition(":")
    return source, name


def function_files(function: str) -> list[str]:
    """Return the files of a user's function; none where it is in an installed package.

    Parameters
    ----------
    function : str
        ``nets.py:build``: then what the file imports is looked for in its folder.  Or
        ``lab.nets:build``, in the folder that the workflow runs in.

    Returns
    -------
    list of str
        First the file that holds the function, then, sorted, what Python reads of that folder when
        it imports the file, at once or when a function of it is called.
    """
    source, _ = function_parts(function)
    if source.endswith(".py"):
        root, entry = Path(source).parent, Path(source)
        found = [entry] if entry.is_file() else []
    else:
        root, entry = Path(), Path(*source.split("."))
        found = [file for file in _files_of(entry) if file.is_file()][:1]
        found = found and [*found, *_with_packages(root, source.split("."))]
    own = list(dict.fromkeys(found))
    queue = list(own)
    while queue:
        for file in _imported_by(queue.pop(), root):
            if file not in own:
                own.append(file)
                queue.append(file)
    return [str(file) for file in [*own[:1], *sorted(own[1:])]]


def _imported_by(file: Path, root: Path) -> Iterator[Path]:
    """Yield the files under a folder that one of them imports."""
    try:
        nodes = ast.walk(ast.parse(file.read_bytes()))
    except (SyntaxError, ValueError):
        return  # which is said when the function is called
    for node in nodes:
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield from _with_packages(root, alias.name.split("."))
        if not isinstance(node, ast.ImportFrom):
            continue
        base = root
        if node.level:  # from . import, from .. import
            folders = [file.parent, *file.parent.parents]
            if node.level > len(folders):
                continue
            base = folders[node.level - 1]
            if not base.is_relative_to(root):
                continue
        parts = node.module.split(".") if node.module else []
        for alias in node.names:
            yield from _with_packages(base, [*parts, alias.name])


def _with_packages(base: Path, parts: list[str]) -> Iterator[Path]:
    """Yield the files of a dotted name that are there: of its packages, and of itself."""
    for end in range(1, len(parts) + 1):
        yield from (file for file in _files_of(base.joinpath(*parts[:end])) if file.is_file())


def _files_of(path: Path) -> tuple[Path, Path]:
    """Return where the code of a name can be: Python prefers a package."""
    return path / "__init__.py", path.with_name(f"{path.name}.py")
