"""Commands that a person is told to run: the one that was given, changed where it has to be."""

import os
import re
import shlex
from collections.abc import Sequence
from pathlib import Path

# How many cores a run is told to take where the command says nothing of them
CORES = ("--cores", "4")
# What makes the command one that runs jobs: -c4 is a way to write --cores 4
_RUNS = re.compile(r"--(cores|jobs|profile)(=.*)?|-[cj].*")
_REPORT = "--report"
_OF_REPORTS = ("--report-stylesheet", "--report-metadata", "--reporter")


def unlocking(arguments: Sequence[str]) -> str:
    """Return the command that removes the lock of a command that was killed.

    Parameters
    ----------
    arguments : sequence of str
        The command that was given, its program first.
    """
    program, *rest = arguments
    # In front, since behind `--` it would be a target.
    return _shown([program, "--unlock", *rest])


def given(arguments: Sequence[str]) -> str:
    """Return a command as a shell reads it."""
    return _shown(arguments)


def making(arguments: Sequence[str]) -> str:
    """Return the command that makes what a report is to show.

    Parameters
    ----------
    arguments : sequence of str
        The command that asks for the report, its program first.
    """
    program, *rest = arguments
    end = rest.index("--") if "--" in rest else len(rest)
    flags, targets = rest[:end], rest[end:]
    kept, k = [], 0
    while k < len(flags):
        name, equals, _ = flags[k].partition("=")
        k += 1
        if name == _REPORT or name in _OF_REPORTS:
            # Its value, if one follows
            k += not equals and k < len(flags) and not flags[k].startswith("-")
        else:
            kept.append(flags[k - 1])
    runs = any(map(_RUNS.fullmatch, kept))
    return _shown([program, *(() if runs else CORES), *kept, *targets])


def _shown(arguments):
    program, *rest = arguments
    path = Path(program)
    if path.name == "__main__.py":
        program = path.parent.name  # python -m snakemake
    elif path.is_absolute():
        beside = os.path.relpath(path)
        program = path.name if beside.startswith("..") else beside
    return shlex.join([program, *rest])
