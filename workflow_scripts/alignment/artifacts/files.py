"""Files that are whole or absent, and their checksums."""

import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from alignment.artifacts.errors import InputError


@contextmanager
def replacing(path: str | Path) -> Iterator[Path]:
    """Give a temporary path beside `path`, and move it there only if all went well.

    What a process that was killed left of an earlier attempt is removed.
    """
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    # Looked through by hand: of folders with thousands of pictures a glob would take its time.
    with os.scandir(path.parent) as entries:
        names = [entry.name for entry in entries if entry.name.startswith(f".{path.name}.")]
    for name in names:
        if name.endswith(".partial"):
            path.with_name(name).unlink(missing_ok=True)
    partial = path.with_name(f".{path.name}.{os.getpid()}.partial")
    try:
        yield partial
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)


def let_umask_decide(path: Path) -> None:
    """Give a file the permissions of a new one: temporary files are their owner's alone."""
    umask = os.umask(0)
    os.umask(umask)
    path.chmod(0o666 & ~umask)


def sha256_of_file(path: str | Path) -> str:
    """Return the SHA-256 of a file as 64 hexadecimal digits."""
    with open(path, "rb") as file:
        return sha256_of_rest(file)


def sha256_of_rest(file: BinaryIO) -> str:
    """Return the SHA-256 of what an open file holds from its present position on."""
    return hashlib.file_digest(file, "sha256").hexdigest()


def make_anew(path: str | Path) -> str:
    """Tell how to have a result made again, also where it is a link to a shared copy."""
    path = Path(path)
    doomed = f"it and {path.resolve()}," if path.is_symlink() else "it"
    return f"delete {doomed} and run snakemake again."


def altered(path: str | Path) -> InputError:
    """Return the error of a result that is not what was once written."""
    return InputError(f"{path} was changed or cut short after it was written; {make_anew(path)}")


def unsealed(path: str | Path) -> InputError:
    """Return the error of a result that carries no checksum by which to trust it."""
    return InputError(
        f"{path} was written without a checksum, by an earlier version of this workflow; "
        f"{make_anew(path)}"
    )
