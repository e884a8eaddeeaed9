"""Work shared out among processes, for functions that hold the interpreter's lock."""

import os
from collections.abc import Callable, Sequence
from multiprocessing import Pipe, Process
from typing import Any

# By which libraries of linear algebra are told how many threads to use when they are loaded
THREADS = [f"{library}_NUM_THREADS" for library in ("OMP", "OPENBLAS", "GOTO", "MKL")]
THREADS.append("VECLIB_MAXIMUM_THREADS")


def shares(n: int, processes: int) -> list[range]:
    """Cut the numbers 0..n-1 into as many runs as processes, of which none has nothing to do."""
    processes = min(n, processes)
    return [range(n * k // processes, n * (k + 1) // processes) for k in range(processes)]


def in_processes(function: Callable[[Any], Any], parts: Sequence[Any]) -> list:
    """Call a function with each part of the work, each in a process of its own.

    Parameters
    ----------
    function : callable
        In a process of its own the linear algebra that it calls has one thread, so that numbers
        do not depend on how work was shared out.
    parts : sequence
        As many as processes.  A single one is done here.

    Returns
    -------
    list
        What the function returned for each part.

    Raises
    ------
    Exception
        What the function raised for the first part that failed, once all have ended.
    RuntimeError
        A process was killed.

    Notes
    -----
    A pool of `concurrent.futures` would wait for work forever where the process that owns it is
    killed; these end when their part is done.
    """
    if len(parts) == 1:
        return [function(parts[0])]
    started = []
    for part in parts:
        receiver, sender = Pipe(duplex=False)
        process = Process(target=_call, args=(function, part, sender), daemon=True)
        process.start()
        sender.close()  # so that the end of the process is seen here
        started.append((process, receiver))
    outcomes = [_outcome(process, receiver) for process, receiver in started]
    errors = [error for error, _ in outcomes if error]
    if errors:
        raise errors[0]
    return [result for _, result in outcomes]


def _call(function, part, sender):
    try:
        from threadpoolctl import threadpool_limits

        # Of libraries that are loaded later, such as SciPy's own; the others are limited below.
        os.environ |= dict.fromkeys(THREADS, "1")
        with threadpool_limits(1):
            result = function(part)
    except Exception as error:  # raised again where the result is waited for
        sender.send((error, None))
    else:
        sender.send((None, result))


def _outcome(process, receiver):
    try:
        outcome = receiver.recv()
    except EOFError:
        outcome = RuntimeError("a process was killed; it may have run out of memory"), None
    process.join()
    return outcome
