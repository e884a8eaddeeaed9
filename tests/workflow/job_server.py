"""Runs the scripts of jobs for the tests: most of a small job's time goes into imports.

Packages are imported once; every script then runs in a child of its own, which starts with them
imported and with nothing of this project: each test has a copy of the library that it may edit.
What scripts import at all is tested with fresh interpreters.
"""

import array
import gc
import importlib.util
import io
import marshal
import os
import runpy
import signal
import socket
import sys
from contextlib import suppress
from pathlib import Path
from selectors import EVENT_READ, DefaultSelector

from child_process import CHECKOUT, compile_ahead, take_the_place_of_a_command

PACKAGES = [
    *("cv2", "h5py", "matplotlib.pyplot", "numba", "pandas", "PIL.Image", "platformdirs"),
    *("safetensors.numpy", "safetensors.torch", "scipy.io", "scipy.linalg", "scipy.stats"),
    *("seaborn", "sklearn.model_selection", "snakemake.script"),
]
# These as the library imports them: torchvision alone may fail.
OF_NETWORKS = ["efficientnet_lite_pytorch", "timm"]
OPERATORS = "workflow_scripts/alignment/networks/torchvision_operators.py"


def import_packages():
    for package in PACKAGES:
        importlib.import_module(package)
    spec = importlib.util.spec_from_file_location("operators", CHECKOUT / OPERATORS)
    operators = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(operators)
    operators.import_torchvision()
    sys.modules["operators"] = operators  # which keeps what it has declared
    for package in OF_NETWORKS:
        importlib.import_module(package)
    import_what_is_imported_late()


def import_what_is_imported_late():
    """Draw and compile something: half of what matplotlib and numba need they load at first use.

    Nothing of torch is run, since children would wait for threads that they do not have.
    """
    import numba
    from matplotlib.figure import Figure

    figure = Figure()
    figure.add_subplot().plot([0, 1], label="$a$")
    for suffix in ("png", "pdf"):
        figure.savefig(io.BytesIO(), format=suffix)
    numba.njit(lambda: 0)()


def serve(listener):
    """Answer every connection by a child that runs one script, until stdin is closed.

    A script ends with who asked for it. There is one child a job and no other beside it: to copy
    the memory of this process takes as long as most of the scripts run.
    """
    import_packages()
    compile_ahead((CHECKOUT / "workflow_scripts").rglob("*.py"))
    gc.freeze()  # what is there stays, and no child has to look through it
    running = DefaultSelector()
    running.register(sys.stdin, EVENT_READ)
    running.register(listener, EVENT_READ)
    while True:
        for key, _ in running.select():
            if key.fileobj is sys.stdin:
                return
            if key.fileobj is listener:
                begin(listener, running)
            elif key in running.get_map().values():  # and not ended by an event before
                end(running, *key.data)


def begin(listener, running):
    """Start the script that the next connection asks for."""
    connection, _ = listener.accept()
    request, streams = received(connection)
    script = os.fork() if request else None
    if script == 0:
        running.close()
        listener.close()
        connection.close()
        run(request, streams)
    for stream in streams:
        os.close(stream)
    if script is None:
        connection.close()
        return
    ended = os.pidfd_open(script)
    for waited_for in (ended, connection):
        running.register(waited_for, EVENT_READ, (script, ended, connection))


def received(connection):
    """Return what a client asks for and its streams; nothing if it was killed meanwhile."""
    message, ancillary, _, _ = connection.recvmsg(1 << 20, socket.CMSG_SPACE(3 * 4))
    streams = array.array("i", ancillary[0][2] if ancillary else b"")
    while len(message) < 4 or len(message) - 4 < int.from_bytes(message[:4], "little"):
        more = connection.recv(1 << 20)
        if not more:
            return None, streams
        message += more
    return marshal.loads(message[4:]), streams


def end(running, script, ended, connection):
    """Tell who asked for a script that it has ended, or end it with who asked."""
    for waited_for in (ended, connection):
        running.unregister(waited_for)
    os.close(ended)
    found, status = os.waitpid(script, os.WNOHANG)
    if not found:
        os.kill(script, signal.SIGKILL)
        _, status = os.waitpid(script, 0)
    with suppress(OSError):  # nobody asks any more
        connection.sendall(b"%d" % (os.waitstatus_to_exitcode(status) % 256))
    connection.close()


def run(request, streams):
    """Take the place of `python SCRIPT ...`."""
    sys.argv = request["command"]
    script = sys.argv[0]
    sys.path[0] = str(Path(script).parent)
    take_the_place_of_a_command(
        lambda: runpy.run_path(script, run_name="__main__"),
        streams,
        request["folder"],
        request["environment"],
    )


if __name__ == "__main__":
    serve(socket.socket(fileno=int(sys.argv[1])))
