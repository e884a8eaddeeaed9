"""Functions that a user has written in a file or a module: found, imported, and called."""

import contextlib
import importlib
import importlib.util
import inspect
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from types import ModuleType
from typing import Any

from alignment.artifacts.errors import InputError
from alignment.planning.own_code import function_files, function_parts
from alignment.planning.paths import check_file
from alignment.planning.targets import nearest_names

# Files of all functions that were loaded
_files: set[str] = set()
# Of more functions, such as those of a package, the nearest are told.
_MANY = 8


def load_function(function: str, where: str) -> Callable:
    """Import a user's function.

    What the import prints goes to stderr.  Modules that other functions imported from their folders
    are forgotten: two functions may each have a ``blocks.py`` beside them.

    Parameters
    ----------
    function : str
        ``nets.py:build``, a file relative to the folder that the workflow runs in, which finds
        what lies beside it; or ``package.module:build``, where modules of that folder are found.
    where : str
        What names the function, for messages.

    Raises
    ------
    InputError
        There is no such file, module or function, or importing it raises an error of any kind.
    """
    source, name = function_parts(function)
    is_file = source.endswith(".py")
    if is_file:
        check_file(where, source)
    _forget_others(_as_imported(function_files(function)))
    folder = Path(source).parent if is_file else Path()
    here = str(folder.resolve())
    sys.path[:] = [here, *(path for path in sys.path if path != here)]
    with contextlib.redirect_stdout(sys.stderr):
        try:
            module = _of_file(source) if is_file else importlib.import_module(source)
            found = getattr(module, name, None)
        except (Exception, SystemExit) as error:  # an import runs the user's code
            raise InputError(f"{where}: {source} cannot be imported: {_told(error)}.") from error
    if not callable(found):
        raise InputError(f"{where}: {source} has no function {_instead_of(name, module)}.")
    return found


def _instead_of(name: str, module: ModuleType) -> str:
    """Return a name that is no function of a module, and what to write instead."""
    if not name:
        return "(no name); write nets.py:build for the function build in nets.py"
    functions = [key for key, value in vars(module).items() if inspect.isfunction(value)]
    public = [key for key in functions if not key.startswith("_")]
    # What a file imports is rarely meant where it has functions of its own.
    own = [key for key in public if vars(module)[key].__module__ == module.__name__]
    known = own or public
    if not known:
        return f"{name}, nor any other"
    told = nearest_names(name, known) if len(known) > _MANY else f"it has {', '.join(known)}"
    return f"{name}; {told}"


def call_function(function: Callable, where: str, *arguments: Any, hint: str = "") -> Any:
    """Call a user's function; what it prints goes to stderr.

    Parameters
    ----------
    function : callable
    where : str
        The function, and what it is called for, for messages.
    hint : str
        What to add to the message.

    Raises
    ------
    InputError
        It raises an error of any kind.
    """
    with contextlib.redirect_stdout(sys.stderr):
        try:
            return function(*arguments)
        except (Exception, SystemExit) as error:  # whatever the user's code raises
            raise InputError(f"{where} raised {_told(error)}{hint}.") from error


def _forget_others(files: set[str]) -> None:
    """Forget the modules of other functions' files."""
    for name in _modules_of(_files - files):
        sys.modules.pop(name, None)
    _files.update(files)


def _modules_of(files: set[str]) -> set[str]:
    """Return the names of the modules that were imported from some files."""
    # Some modules import others when any attribute is looked up
    known = [(name, getattr(module, "__dict__", {})) for name, module in list(sys.modules.items())]
    return {name for name, own in known if own.get("__file__") in files}


def _as_imported(files: Iterable[str]) -> set[str]:
    """Return the paths that modules of some files may have, links followed or not."""
    found = set()
    for path in map(Path, files):
        found |= {str(path.absolute()), str(path.resolve()), str(path.parent.resolve() / path.name)}
    return found


def _of_file(source: str) -> ModuleType:
    # Under a name of its own: a file may be called like an installed package.
    name = f"own_{Path(source).stem}"
    spec = importlib.util.spec_from_file_location(name, source)
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    return module


def _told(error: BaseException) -> str:
    said = str(error).splitlines()
    return f"{type(error).__name__}: {said[0]}" if said else type(error).__name__
