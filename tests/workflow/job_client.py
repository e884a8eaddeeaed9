"""Asks the server of jobs to run a script in the folder, environment and terminal of this process.

It is started for every job, with `python -I -S`, and so imports nothing that is not built in: the
module `socket` alone takes as long as all else here.
"""

import array
import marshal
import os
import sys
from _socket import AF_UNIX, SCM_RIGHTS, SOL_SOCKET, socket

server, *command = sys.argv[1:]
connection = socket(AF_UNIX)
connection.connect(server)
request = {"command": command, "folder": os.getcwd(), "environment": dict(os.environ)}  # noqa: PTH109
message = marshal.dumps(request)
message = len(message).to_bytes(4, "little") + message
streams = array.array("i", [0, 1, 2])
sent = connection.sendmsg([message], [(SOL_SOCKET, SCM_RIGHTS, streams)])
connection.sendall(message[sent:])
answer = connection.recv(16)
sys.exit(int(answer) if answer else 1)
