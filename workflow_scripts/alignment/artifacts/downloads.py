"""Downloads: kept between runs, outside the results, and checked by their SHA-256."""

import os
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from platformdirs import user_cache_path

from alignment.artifacts.errors import InputError
from alignment.artifacts.files import let_umask_decide, sha256_of_file

ATTEMPTS = 3
PAUSE_S = 1.0  # before the second attempt; twice that before the third


def cache_folder() -> Path:
    """Return the folder of downloads.

    The environment variable ``ALIGNMENT_CACHE`` names it; by default it is ``alignment-importance``
    in the user's cache folder.
    """
    if folder := os.environ.get("ALIGNMENT_CACHE"):
        return Path(folder)
    return user_cache_path("alignment-importance")


def keep(path: str | Path, digest: str, fetch: Callable[[Path], None]) -> Path:
    """Return a file of the cache, fetched if no intact copy is there.

    Parameters
    ----------
    path : path
        Where the file is kept.
    digest : str
        Its SHA-256, or the first digits of it where no more is known.
    fetch : callable
        ``fetch(folder)`` puts a file of that name into a folder or raises OSError.

    Raises
    ------
    OSError
        None of three attempts brought the file.
    InputError
        The folder cannot be made.
    """
    path = Path(path)
    if path.is_file() and sha256_of_file(path).startswith(digest):
        return path
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(
            f"the folder of downloads {path.parent} cannot be made ({error}); name another one in "
            "the environment variable ALIGNMENT_CACHE."
        ) from error
    problem = None
    for attempt in range(1, ATTEMPTS + 1):
        print(f"Downloading {path.name}, attempt {attempt} of {ATTEMPTS}", flush=True)
        try:
            with tempfile.TemporaryDirectory(dir=path.parent) as folder:
                fetched = Path(folder, path.name)
                fetch(Path(folder))
                if not fetched.is_file():
                    raise OSError(f"{path.name} did not arrive")
                if not (found := sha256_of_file(fetched)).startswith(digest):
                    raise OSError(f"it has SHA-256 {found} where {digest} is right")
                let_umask_decide(fetched)
                fetched.replace(path)
                return path
        except OSError as error:
            problem = error
            print(f"The download failed: {error}", flush=True)
            if attempt < ATTEMPTS:
                time.sleep(PAUSE_S * attempt)
    raise OSError(str(problem)) from problem
