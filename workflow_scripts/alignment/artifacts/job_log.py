"""What a job says: to its log file, and to the terminal where that helps a person."""

import fcntl
import gc
import os
import re
import resource
import sys
import time
import traceback
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from alignment.artifacts.errors import InputError

WARNING = "Warning: "
_terminal = None
_bars = 0  # progress bars being drawn, each on an unfinished line


@contextmanager
def job_log(path: str | Path) -> Iterator[None]:
    """Send stdout and stderr to a log file while a job runs.

    File descriptors are redirected, so that output of compiled code is caught too.  An InputError
    ends the process with its sentence in the log, any other exception with its traceback and a line
    that says where that is.  The run's last words repeat these lines on the terminal, so that they
    stand there once and where people look.  Where the log cannot be written, on a full disk, the
    line goes to the terminal at once.
    """
    global _terminal
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    _terminal = os.fdopen(os.dup(2), "w", encoding="utf-8", errors="replace")
    with open(path, "w", encoding="utf-8") as log:
        os.dup2(log.fileno(), 1)
        os.dup2(log.fileno(), 2)
    for stream in (sys.stdout, sys.stderr):  # whatever the locale
        stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    sys.stdout.reconfigure(line_buffering=True)  # in the order in which things were said
    # Imported modules stay until the end: the garbage collector need not search them.
    gc.freeze()
    try:
        yield
    except InputError as error:
        _end(f"Error: {error}")
    except Exception as error:
        with suppress(OSError):
            traceback.print_exc()
        said = " ".join(str(error).split())
        _end(f"Error: {type(error).__name__}: {said} (traceback in {path})")
    finally:
        with suppress(OSError):
            sys.stdout.flush()
            sys.stderr.flush()
        # Nor at the end, where a search takes an eighth of a short job, or a quarter of a drawing.
        gc.freeze()


def _end(sentence):
    try:
        _say(sentence)
    except OSError:
        print(sentence, file=_terminal, flush=True)
    sys.exit(1)


@contextmanager
def usage_noted() -> Iterator[None]:
    """Note in the log what a job took, for the rules that Snakemake keeps no benchmark of."""
    start = time.monotonic()
    yield
    print(f"took {time.monotonic() - start:.1f} s and at most {_peak_mb():.0f} MB of memory")


def _peak_mb():
    status = Path("/proc/self/status")
    if status.exists():
        # What getrusage says on Linux begins with the peak of the process that started this one.
        (peak,) = re.findall(r"VmHWM:\s+(\d+) kB", status.read_text())
        return int(peak) * 1024 / 1e6
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6  # macOS


def warn(*sentences: str) -> None:
    """Say in the log what a person should know, which the run's last words repeat.

    An empty sentence says nothing.
    """
    for sentence in filter(None, sentences):
        _say(f"{WARNING}{sentence}")


def _say(sentence):
    """Write a line of its own, by which it is found, also where a bar is being drawn."""
    print("\n" * bool(_bars) + sentence, file=sys.stderr, flush=True)


def warnings_in(logs: Iterable[str | Path]) -> list[str]:
    """Return what jobs warned of, each sentence once; a log that is not there says nothing."""
    present = (log for log in map(Path, logs) if log.is_file())
    lines = (
        line
        for log in present
        for line in log.read_text(encoding="utf-8", errors="replace").splitlines()
    )
    return list(dict.fromkeys(line for line in lines if line.startswith(WARNING)))


def progress(iterable: Iterable, description: str, total: int | None = None) -> Iterator:
    """Show how far a long stage is: in the log, and on the terminal unless another job uses it.

    Of the jobs that run at the same time, the first to lock the terminal draws its bar there.
    """
    from tqdm import tqdm  # most jobs show no progress

    global _bars
    bars = [tqdm(desc=description, total=_length(iterable, total), mininterval=5, ascii=True)]
    _bars += 1
    with _own_terminal() as terminal:
        if terminal:
            bars.append(tqdm(desc=description, total=bars[0].total, file=terminal, leave=False))
        for item in iterable:
            yield item
            for bar in bars:
                bar.update()
        for bar in bars:
            bar.close()
    _bars -= 1


def no_progress(iterable: Iterable, description: str) -> Iterable:
    """Take the place of :func:`progress` where nobody watches."""
    return iterable


def _length(iterable, total):
    return total if total is not None else getattr(iterable, "__len__", lambda: None)()


@contextmanager
def _own_terminal():
    """Give the terminal to one job at a time, None to the others and where there is none."""
    if _terminal is None or not _terminal.isatty():
        yield None
        return
    # Opened anew: jobs inherit the workflow's own descriptor, and a lock on that would be shared.
    with open(os.ttyname(_terminal.fileno()), "w", encoding="utf-8") as terminal:
        try:
            fcntl.flock(terminal, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            terminal = None
        yield terminal
