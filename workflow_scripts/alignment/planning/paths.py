"""Paths that a user gives: refused where they lead nowhere, with where they were looked for."""

from pathlib import Path

from alignment.artifacts.errors import InputError
from alignment.planning.sources import is_pattern


def check_paths(where: str, *paths: str | None) -> None:
    """Refuse paths that Snakemake would take for patterns; one that is None is not given."""
    for path in paths:
        if path and is_pattern(path):
            raise InputError(
                f"{where}: {path}: braces in the paths of folders and files mean something to "
                "Snakemake; rename it."
            )


def check_file(where: str, path: str) -> None:
    """Refuse a file that is not there."""
    if not Path(path).is_file():
        raise InputError(f"{where}: {not_found('file', path)}.")


def check_folder(where: str, path: str, of: str = "") -> None:
    """Refuse a folder that is not there, or a file in its place; `of` says what it would hold."""
    if not Path(path).is_dir():
        raise InputError(f"{where}: {not_found('folder', path, of)}.")


def not_found(kind: str, path: str, of: str = "") -> str:
    """Return what is said of a file or folder that is not there, and of one in place of the other.

    Parameters
    ----------
    kind : 'file' or 'folder'
    path : str
        As it was given.
    of : str
        What it would hold, put behind it.
    """
    if Path(path).exists():
        other = "file" if kind == "folder" else "folder"
        return f"{Path(path).absolute()} is a {other}, where a {kind}{of} is needed"
    said = f"there is no {kind} {path}{of}"
    if Path(path).is_absolute():
        return said
    return (
        f"{said}: relative paths start in the folder of the run, so it was looked for at "
        f"{Path(path).absolute()}"
    )
