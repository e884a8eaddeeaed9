"""Runs the scripts of jobs for the tests: most of a small job's time goes into imports.

Packages are imported once; every script then runs in a child of its own, which starts with them
imported and with nothing of this project: each test has a copy of the library that it may edit.
What scripts import at all is tested with fresh interpreters.
"""

import array
import gc
import importlib.util
import json
import os
import runpy
import select
import socket
import sys
from pathlib import Path

from child_process import take_the_place_of_a_command

PACKAGES = [
    *("h5py", "matplotlib.pyplot", "numba", "pandas", "PIL.Image", "safetensors.torch", "scipy.io"),
    *("scipy.linalg", "scipy.stats", "seaborn", "sklearn.model_selection", "snakemake.script"),
]
# These as the library imports them: torchvision alone may fail.
OF_NETWORKS = ["efficientnet_lite_pytorch", "timm"]
OPERATORS = "workflow_scripts/alignment/networks/torchvision_operators.py"


def import_packages():
    for package in PACKAGES:
        importlib.import_module(package)
    path = Path(__file__).parents[2] / OPERATORS
    spec = importlib.util.spec_from_file_location("operators", path)
    operators = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(operators)
    operators.import_torchvision()
    sys.modules["operators"] = operators  # which keeps what it has declared
    for package in OF_NETWORKS:
        importlib.import_module(package)


def serve(listener):
    """Answer every connection with a child that runs one script, until stdin is closed."""
    import_packages()
    gc.freeze()  # what is there stays, and no child has to look through it
    while True:
        ready, _, _ = select.select([listener, sys.stdin], [], [])
        if sys.stdin in ready:
            return
        connection, _ = listener.accept()
        # The first child ends at once, so that the second, which stays, leaves no zombie.
        if (child := os.fork()) == 0:
            listener.close()
            if os.fork() == 0:
                attend(connection)
            os._exit(0)
        os.waitpid(child, 0)
        connection.close()


def attend(connection):
    """Run one script; it ends with who asked for it."""
    message, ancillary, _, _ = connection.recvmsg(1 << 20, socket.CMSG_SPACE(3 * 4))
    descriptors = array.array("i", ancillary[0][2])
    while not message.endswith(b"\n"):
        message += connection.recv(1 << 20)
    script = os.fork()
    if script == 0:
        connection.close()
        run(json.loads(message), descriptors)
    for descriptor in descriptors:
        os.close(descriptor)
    ended = os.pidfd_open(script)
    ready, _, _ = select.select([ended, connection], [], [])
    if ended not in ready:
        os.kill(script, 9)
    _, status = os.waitpid(script, 0)
    if ended in ready:
        connection.sendall(b"%d" % (os.waitstatus_to_exitcode(status) % 256))
    os._exit(0)


def run(request, streams):
    """Take the place of `python SCRIPT`."""
    script = request["script"]
    sys.argv = [script]
    sys.path[0] = str(Path(script).parent)
    take_the_place_of_a_command(
        lambda: runpy.run_path(script, run_name="__main__"),
        streams,
        request["folder"],
        request["environment"],
    )


if __name__ == "__main__":
    serve(socket.socket(fileno=int(sys.argv[1])))
