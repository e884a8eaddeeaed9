"""What a child of a server does to be the command that somebody asked for."""

import atexit
import os
import sys
import traceback


def take_the_place_of_a_command(call, streams, folder, environment):
    """Call a function as a process of its own would be run, and end with its exit code.

    Parameters
    ----------
    call : callable
    streams : three file descriptors
        Of stdin, stdout and stderr.
    folder : str
    environment : dict of str to str
    """
    for stream, descriptor in enumerate(streams):
        os.dup2(descriptor, stream)
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    try:
        call()
        code = 0
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else int(end.code is not None)
        if isinstance(end.code, str):
            print(end.code, file=sys.stderr)
    except BaseException:
        traceback.print_exc()
        code = 1
    atexit._run_exitfuncs()  # a forked child ends without
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)
