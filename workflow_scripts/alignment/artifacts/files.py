"""Files that are whole or absent, and their checksums."""

import errno
import hashlib
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from alignment.artifacts.errors import InputError

ELSEWHERE = "have results elsewhere (--directory)"
_NO_ROOM = {
    errno.ENOSPC: f"make room on that disk, or {ELSEWHERE}",
    errno.EDQUOT: f"make room in what you may use of that disk, or {ELSEWHERE}",
    errno.EFBIG: "allow larger files (ulimit -f)",
}
_NO_RIGHT = {
    errno.EACCES: f"change the permissions of the file and its folders, or {ELSEWHERE}",
    errno.EPERM: f"change the permissions of the file and its folders, or {ELSEWHERE}",
    errno.EROFS: f"that disk can only be read; {ELSEWHERE}",
}


@contextmanager
def replacing(path: str | Path) -> Iterator[Path]:
    """Give a temporary path beside `path`, and move it there only if all went well.

    What a process that was killed left of an earlier attempt is removed.

    Raises
    ------
    InputError
        The disk is full, or the file may not be written: see :func:`telling_why_not`.
    """
    with telling_why_not(path):
        yield from _replacing(Path(path))


def _replacing(path):
    path.parent.mkdir(parents=True, exist_ok=True)
    # A digest: the name itself may be as long as the disk allows, or the beginning of another.
    own = f".{hashlib.sha256(os.fsencode(path.name)).hexdigest()[:16]}."
    # Looked through by hand: of folders with thousands of pictures a glob would take its time.
    with os.scandir(path.parent) as entries:
        names = [entry.name for entry in entries if entry.name.startswith(own)]
    for name in names:
        path.with_name(name).unlink(missing_ok=True)
    partial = path.with_name(f"{own}{os.getpid()}.partial")
    try:
        yield partial
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)


@contextmanager
def telling_why_not(path: str | Path) -> Iterator[None]:
    """Say in a sentence why the machine does not let a file be written.

    Raises
    ------
    InputError
        There is no room for it, or no right to write it.
    """
    try:
        yield
    except InputError:
        raise
    except Exception as error:
        # HDF5 and others fail once more when they close a file that they could not write.
        chain = [error]
        while (before := chain[-1].__cause__ or chain[-1].__context__) is not None:
            chain.append(before)
        for each in chain:
            number = _number_of(each)
            if number in _NO_ROOM or (number in _NO_RIGHT and _is_beside(each, Path(path))):
                raise InputError(not_written(path, number)) from error
        raise


def not_written(path: str | Path, number: int) -> str | None:
    """Return the sentence on a file that cannot be written; None where something else is wrong.

    Parameters
    ----------
    path : path
    number : int
        What the system calls the reason.
    """
    remedy = (_NO_ROOM | _NO_RIGHT).get(number)
    return remedy and (
        f"{path} cannot be written ({os.strerror(number)}): {remedy}, and run the same command "
        "again."
    )


def _number_of(error):
    """Return the system's number of an error, also where a library gives it in words alone."""
    if isinstance(error, OSError) and error.errno:
        return error.errno
    found = re.search(r"(?:errno = |Os { code: )(\d+)", str(error))
    return int(found[1]) if found else None


def _is_beside(error, path):
    """Tell an error of a file or of its folders from an error of a file that was read."""
    named = getattr(error, "filename", None)
    return named is None or path.is_relative_to(named) or path.parent == Path(named).parent


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
