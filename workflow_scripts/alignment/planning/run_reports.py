"""What a run tells at its end: the warnings of its jobs, or the sentences with which they ended."""

import re
from collections.abc import Iterable
from pathlib import Path


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
