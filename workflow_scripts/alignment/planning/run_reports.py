"""What a run tells at its end: the warnings of its jobs, or the sentences with which they ended."""

import logging
import re
from collections.abc import Iterable
from pathlib import Path

_MISSING = re.compile(r"MissingRuleException.*?\nNo rule to produce (.+?) \(if you use", re.DOTALL)
LOGS, SLURM_LOGS = "results/logs", ".snakemake/slurm_logs"


class Terminal(logging.Filter):
    """What the terminal gets of Snakemake's own words.

    How it says that a job failed is kept from it, since the last words say why, and how it says
    that nothing makes a target is said in a better way.

    Attributes
    ----------
    held : list of str
        What was kept from it, for jobs that said nothing themselves.
    explain_missing : callable or None
        Returns a sentence on a target that no rule makes.
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
        self.explain_missing = None

    def filter(self, record: logging.LogRecord) -> bool:
        """Let all else pass."""
        message = record.getMessage().strip()
        repeated = message.startswith(self.BEGINNINGS)
        if repeated and "CalledProcessError" in message:
            self.held.append(message)
        missing = _MISSING.match(message)
        if missing and self.explain_missing:
            record.msg, record.args = self.explain_missing(missing[1]), ()
        return not repeated


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
    figures = Path("results/figures").absolute()
    pages = sorted(Path("results/explorer").absolute().glob("*.html"))
    look = f"Open {' or '.join(map(str, pages))} in a browser, or look at" if pages else "Look at"
    return "\n".join([*_warnings(since), f"Done. {look} {figures}{'' if pages else ' first'}."])


def after_failure(since: float, held: Iterable[str] = ()) -> str:
    """Return the warnings of jobs and the sentences with which they ended, SLURM's own among them.

    Parameters
    ----------
    since : float
        Seconds since the epoch.
    held : iterable of str
        What Snakemake says of failed jobs: shown where none said anything itself, for instance
        since it was killed for want of memory.
    """
    errors = lines_said([LOGS, SLURM_LOGS], since, r"Error: |slurmstepd\S*: error: ")
    return "\n".join([*_warnings(since), f"What went wrong (more in {LOGS}/):", *(errors or held)])


def _warnings(since):
    warnings = lines_said([LOGS], since, "Warning: ")
    return [f"What to know (more in {LOGS}/):", *warnings] if warnings else []
