"""What a run tells at its end: the warnings of its jobs, or the sentences with which they ended."""

import errno
import logging
import os
import re
import shutil
from collections.abc import Iterable, Sequence
from pathlib import Path

from alignment.artifacts.files import ELSEWHERE, not_written
from alignment.planning.commands import given, making, unlocking

_MISSING = re.compile(r"MissingRuleException.*?\nNo rule to produce (.+?) \(if you use", re.DOTALL)
_LOCKED = re.compile(r".*?Directory cannot be locked", re.DOTALL)
_PROTECTED = re.compile(r"ProtectedOutputException.*?affected files:\n(.+)", re.DOTALL)
_BY_SYSTEM = re.compile(r".*\[Errno (\d+)\] [^:\n)]*(?:: '([^'\n]+)')?", re.DOTALL)
# What the rules refuse, without the line of a file that is not the user's
_REFUSED = re.compile(
    r'WorkflowError in file "[^"]+common\.smk", line \d+:\n(.+?)\n  File "', re.DOTALL
)
# And what is refused where the inputs of a target are found
_UNFIT = re.compile(
    r"InputFunctionException in rule .*?\n  InputError: (.+?)\nWildcards:", re.DOTALL
)
# Ctrl-C, which ends all jobs at once, and what asks a run to end after those that run
_STOPPED = re.compile(
    r"Terminating processes on user request|Will exit after finishing currently running jobs"
)
_INTERRUPTED = re.compile(r"Signals\.SIGINT|exit status 130\b")
_UNMADE = re.compile(r".*?File .+ marked for report but does not exist", re.DOTALL)
STOPPED = "The run was stopped: what is finished is kept, and the same command goes on from there."
FEW = 3  # files that are named one by one
FULL = 1_000_000  # bytes: where no more are free a job that ended without a word lacked room
OWN = ".snakemake"  # Snakemake's folder
FIGURES, PAGES = "results/figures", "results/explorer"
LOGS, SLURM_LOGS = "results/logs", f"{OWN}/slurm_logs"


class Terminal(logging.Filter):
    """What the terminal gets of Snakemake's own words.

    How it says that a job failed is kept from it, since the last words say why.  What it says of a
    target that nothing makes, of a lock, and of a report without its figures, is said in a way that
    tells what to do.

    Attributes
    ----------
    held : list of str
        What was kept from it, for jobs that said nothing themselves.
    stopped : bool
        Whether somebody has stopped the run: of jobs that ended by that nothing is held.
    explain_missing : callable or None
        Returns a sentence on a target that no rule makes.
    explain_locked, explain_unmade : callables or None
        Return a sentence on a folder that another run works in, or a killed one has locked, and on
        a report of figures that are not there.
    """

    BEGINNINGS = (
        "RuleException:\nCalledProcessError",
        "CalledProcessError",
        "Exiting because a job execution failed",
        "WorkflowError:\nAt least one job did not complete successfully",
    )

    def __init__(self):
        super().__init__()
        self.held = []
        self.stopped = False
        self.explain_missing = None
        self.explain_locked = None
        self.explain_unmade = None

    def filter(self, record: logging.LogRecord) -> bool:
        """Let all else pass."""
        message = record.getMessage().strip()
        repeated = message.startswith(self.BEGINNINGS)
        interrupted = bool(_INTERRUPTED.search(message)) and "CalledProcessError" in message
        self.stopped |= interrupted or bool(_STOPPED.match(message))
        if repeated and "CalledProcessError" in message and not interrupted:
            self.held.append(message)
        for pattern, explain in (
            (_MISSING, self.explain_missing),
            (_LOCKED, self.explain_locked),
            (_UNMADE, self.explain_unmade),
            (_REFUSED, "Error: {}".format),
            (_UNFIT, "Error: {}".format),
            (_PROTECTED, _of_protected),
            (_BY_SYSTEM, _of_system),
        ):
            found = pattern.match(message)
            if found and explain and (said := explain(*found.groups())):
                record.msg, record.args = said, ()
        return not repeated


def _of_protected(files):
    """Return a sentence on results that somebody has protected."""
    listed = ", ".join(line.strip() for line in files.strip().splitlines())
    return f"Error: {not_written(listed, errno.EACCES)}"


def _of_system(number, path):
    """Return a sentence on what Snakemake itself could not write; None of what it tells otherwise.

    Files of the user it may have wanted to read.
    """
    own = path is None or Path(path).parts[:1] in (("results",), (OWN,))
    own = own or Path(path).is_relative_to(Path(OWN).absolute())
    said = not_written(path or f"a file in {Path(OWN).absolute()}", int(number)) if own else None
    return said and f"Error: {said}"


def lines_said(folders: Iterable[str | Path], since: float, pattern: str) -> list[str]:
    """Return the lines of the logs written since some time that begin in some way, each once.

    Parameters
    ----------
    folders : iterable of paths
        Searched for ``*.log``.
    since : float
        Seconds since the epoch.
    pattern : str
        A regular expression, matched at the beginning of lines.
    """
    return list(_first_said(folders, since, pattern))


def _first_said(folders, since, pattern):
    """Return the lines that begin in some way, each with the log that says it first."""
    logs = [
        log
        for folder in folders
        for log in sorted(Path(folder).rglob("*.log"))
        if log.stat().st_mtime >= since
    ]
    found = {}
    for log in logs:
        for line in log.read_text(encoding="utf-8", errors="replace").splitlines():
            if re.match(pattern, line):
                found.setdefault(line, log)
    return found


def after_success(since: float, asked: Iterable[str]) -> str:
    """Return what a person should know after a run: its warnings once more, and where to look.

    Parameters
    ----------
    since : float
        Seconds since the epoch.
    asked : iterable of str
        The files that the run was to make: of these what people look at is named, the pages before
        the figures, and of a run that was to make neither all.
    """
    made = [path for path in sorted({Path(file).absolute() for file in asked}) if path.exists()]
    pages = [path for path in made if path.parent == Path(PAGES).absolute()]
    figures = [path for path in made if path.is_relative_to(Path(FIGURES).absolute())]
    look = [f"open {' or '.join(map(str, pages))} in a browser"] if pages else []
    if rest := figures or (made if not pages else []):
        look.append(f"look at {_briefly(rest)}")
    told = ", or ".join(look)
    end = f"Done. {told[0].upper()}{told[1:]}." if told else "Done."
    return "\n".join([*_warnings(since), end])


def _briefly(files):
    """Return the names of a few files, or of the folder in which many are."""
    if len(files) <= FEW:
        return " and ".join(map(str, files))
    return os.path.commonpath(files)


def after_failure(since: float, held: Iterable[str] = (), stopped: bool = False) -> str:
    """Return the warnings of jobs and the sentences with which they ended, SLURM's own among them.

    Parameters
    ----------
    since : float
        Seconds since the epoch.
    held : iterable of str
        What Snakemake says of failed jobs: shown where none said anything itself, for instance
        since it was killed for want of memory.
    stopped : bool
        Whether somebody has stopped the run.
    """
    errors = _first_said([LOGS, SLURM_LOGS], since, r"Error: |slurmstepd\S*: error: ")
    logs = list(dict.fromkeys(map(str, errors.values())))
    where = " and ".join(logs) if 0 < len(logs) <= FEW else f"{LOGS}/"
    # Where a disk is full the logs are empty.
    said = errors or _of_full_disks(["results", OWN]) or held
    wrong = [f"What went wrong (more in {where}):", *said] if said or not stopped else []
    return "\n".join([*_warnings(since), *wrong, *[STOPPED] * stopped])


def _of_full_disks(folders):
    """Return a sentence on the first folder on whose disk no job could have said a word."""
    for folder in map(Path, folders):
        if folder.is_dir() and shutil.disk_usage(folder).free < FULL:
            return [
                f"Error: no space is left on the disk of {folder.absolute()}: make room there, or "
                f"{ELSEWHERE}, and run the same command again."
            ]
    return []


def of_lock(folder: str | Path, arguments: Sequence[str]) -> str:
    """Return a sentence on a folder in which no second run can start.

    Parameters
    ----------
    folder : path
    arguments : sequence of str
        The command that was given, its program first.
    """
    return (
        f"Error: a run in {folder} has locked it. If that run still goes on, wait for its end. If "
        f"it was killed, remove its lock by the first line and go on by the second:\n"
        f"  {unlocking(arguments)}\n  {given(arguments)}"
    )


def of_stale_report(n_jobs: int, arguments: Sequence[str], hint: str = "") -> str:
    """Return a sentence on a report whose figures are not what the config and the code would make.

    Parameters
    ----------
    n_jobs : int
        Jobs that would have to run first.
    arguments : sequence of str
        The command that asks for the report, its program first.
    hint : str
        A shorter way, where there is one.
    """
    jobs = "1 job is" if n_jobs == 1 else f"{n_jobs} jobs are"
    return (
        f"Error: no report was made, since {jobs} to be run first: results are missing, or were "
        f"made with other settings, inputs or code. Run `{making(arguments)}`, and then this "
        f"command again{hint}."
    )


def _warnings(since):
    warnings = lines_said([LOGS], since, "Warning: ")
    return [f"What to know (more in {LOGS}/):", *warnings] if warnings else []
