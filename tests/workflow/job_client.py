"""Asks the server of jobs to run a script in the folder, environment and terminal of this process.

It is started for every job, with `python -I -S`, and so imports little.
"""

import array
import json
import os
import socket
import sys

server, script = sys.argv[1:]
with socket.socket(socket.AF_UNIX) as connection:
    connection.connect(server)
    request = {"script": script, "folder": os.getcwd(), "environment": dict(os.environ)}  # noqa: PTH109
    streams = array.array("i", [0, 1, 2])
    message = json.dumps(request).encode() + b"\n"
    sent = connection.sendmsg([message], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, streams)])
    connection.sendall(message[sent:])
    answer = connection.recv(16)
sys.exit(int(answer) if answer else 1)
