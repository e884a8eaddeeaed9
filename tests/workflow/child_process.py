"""What a child of a server does to be the command that somebody asked for."""

import atexit
import os
import sys
import traceback
from importlib.machinery import SourceFileLoader
from pathlib import Path
from types import CodeType

CHECKOUT = Path(__file__).parents[2]


def client_of_jobs(server):
    """Return the command that lets a server run a script, whose path and arguments follow."""
    return [sys.executable, "-I", "-S", str(Path(__file__).with_name("job_client.py")), server]


def compile_ahead(files):
    """Compile modules of the checkout once for all children, which import copies of them.

    A copy that was edited is another text, and compiled where it is imported.
    """
    compiled = {}
    for file in files:
        text = file.read_bytes()
        compiled[text] = compile(text, file, "exec", dont_inherit=True)
    compile_one = SourceFileLoader.source_to_code

    def source_to_code(self, data, path, **options):
        known = compiled.get(data)
        return moved(known, path) if known else compile_one(self, data, path, **options)

    SourceFileLoader.source_to_code = source_to_code


def moved(code, path):
    """Return code as it would have been compiled from a file elsewhere."""
    parts = (moved(part, path) if isinstance(part, CodeType) else part for part in code.co_consts)
    return code.replace(co_filename=os.fspath(path), co_consts=tuple(parts))


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
