"""What a run tells at its end: the warnings of its jobs, or the sentences with which they ended."""

import re
from collections.abc import Iterable
from pathlib import Path

LOGS, SLURM_LOGS = "results/logs", ".snakemake/slurm_logs"


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
    logs = [
        log
        for folder in folders
        for log in sorted(Path(folder).rglob("*.log"))
        if log.stat().st_mtime >= since
    ]
    lines = (line for log in logs for line in log.read_text(errors="replace").splitlines())
    return list(dict.fromkeys(line for line in lines if re.match(pattern, line)))


def after_success(since: float) -> str:
    """Return what a person should know after a run: its warnings once more, and where to look."""
    warnings = lines_said([LOGS], since, "Warning: ")
    known = [f"What to know (more in {LOGS}/):", *warnings] if warnings else []
    return "\n".join([*known, f"Done. Look at {Path('results/figures').absolute()} first."])


def after_failure(since: float) -> str:
    """Return the sentences with which jobs ended, SLURM's own among them."""
    errors = lines_said([LOGS, SLURM_LOGS], since, r"Error: |slurmstepd\S*: error: ")
    return "\n".join([f"What went wrong (more in {LOGS}/):", *errors])
