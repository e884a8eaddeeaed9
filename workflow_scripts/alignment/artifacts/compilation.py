"""Loops that are compiled to machine code, and where that code is kept between processes."""

import hashlib
import os
import pickle
import platform
import tempfile
from collections.abc import Callable
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from alignment.artifacts.downloads import cache_folder

# Sums may be taken in any order, but always the same; NaN and infinity stay what they are.
FAST_MATH = frozenset({"reassoc", "contract", "nsz"})
LOCATOR = "alignment.artifacts.compiled_code.ByContent"


@cache
def compiled(function: Callable, signature: str) -> Callable:
    """Compile a function of numbers and arrays, or load what an earlier process compiled.

    Parameters
    ----------
    function : callable
        Loops in the part of Python that numba knows.  It calls and reads nothing of other modules
        of this library, so that the source of its own is all that it depends on.
    signature : str
        Types of its arguments, such as ``"(float64[:, ::1], int64)"``.

    Returns
    -------
    callable
        Releases the interpreter's lock while it runs, so that threads run it side by side.

    Notes
    -----
    The code is kept in the folder of :func:`alignment.artifacts.downloads.cache_folder`, or where
    ``NUMBA_CACHE_DIR`` says, below a folder of its own for each source, version of numba and kind
    of processor: computers that share a disk never load each other's instructions.  Processes that
    compile at the same time write the same code, each under a name of its own that it then moves
    into place.  Where the folder cannot be written every process compiles anew.
    """
    # Imported here: it takes a quarter of a second, and most jobs compile nothing.
    import numba

    options = {"nogil": True, "fastmath": set(FAST_MATH), "error_model": "numpy"}
    folder = _code_folder(Path(function.__code__.co_filename))
    if folder is None:
        return numba.njit(signature, **options)(function)
    with _kept_in(folder):
        try:
            return numba.njit(signature, cache=True, **options)(function)
        except (OSError, EOFError, pickle.UnpicklingError):  # a full disk, a file cut short
            return numba.njit(signature, **options)(function)


@contextmanager
def _kept_in(folder: Path):
    """Let numba keep its code in a folder, by what the source says and not where it lies."""
    from numba import config

    settings = {"CACHE_DIR": str(folder), "CACHE_LOCATOR_CLASSES": LOCATOR}
    before = {name: getattr(config, name) for name in settings}
    for name, value in settings.items():
        setattr(config, name, value)
    try:
        yield
    finally:
        for name, value in before.items():
            setattr(config, name, value)


def _code_folder(source: Path) -> Path | None:
    """Return the folder for the machine code of a module; None if it cannot be written."""
    import numba
    from llvmlite import binding

    made_of = (
        source.read_bytes(),
        numba.__version__,
        platform.python_version(),
        binding.get_process_triple(),
        binding.get_host_cpu_name(),
        binding.get_host_cpu_features().flatten(),
    )
    name = hashlib.sha256(repr(made_of).encode()).hexdigest()[:16]
    folder = Path(os.environ.get("NUMBA_CACHE_DIR") or cache_folder() / "compiled", name)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        tempfile.TemporaryFile(dir=folder).close()
    except OSError:
        return None
    return folder
