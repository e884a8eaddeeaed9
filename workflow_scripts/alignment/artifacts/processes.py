"""Work shared out among processes, for functions that hold the interpreter's lock."""

from collections.abc import Callable, Iterable
from multiprocessing import Pipe, Process
from typing import Any


def in_processes(function: Callable[[Any], None], parts: Iterable[Any]) -> None:
    """Call a function with each part of the work, each in a process of its own.

    Parameters
    ----------
    function : callable
        Its result is dropped.
    parts : iterable
        As many as processes.

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
    started = []
    for part in parts:
        receiver, sender = Pipe(duplex=False)
        process = Process(target=_call, args=(function, part, sender), daemon=True)
        process.start()
        sender.close()  # so that the end of the process is seen here
        started.append((process, receiver))
    errors = [error for process, receiver in started if (error := _outcome(process, receiver))]
    if errors:
        raise errors[0]


def _call(function, part, sender):
    try:
        function(part)
    except Exception as error:  # raised again where the result is waited for
        sender.send(error)
    else:
        sender.send(None)


def _outcome(process, receiver):
    try:
        error = receiver.recv()
    except EOFError:
        error = RuntimeError("a process was killed; it may have run out of memory")
    process.join()
    return error
