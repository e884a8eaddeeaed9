"""Runs Snakemake for the tests: its import takes longer than most plans, so it is imported once.

Every line of stdin is a request, a JSON object with `arguments`, `folder`, `environment`, `log` and
`apart`, whether the run gets a session of its own.  A child does what it says as `python -m
snakemake` would; its process id is the first line that answers, its exit code the second.
The scripts of its jobs are run by the server of jobs.
"""

import gc
import hashlib
import importlib
import json
import marshal
import os
import shlex
import shutil
import sys
import tempfile
from pathlib import Path

from child_process import (
    CHECKOUT,
    client_of_jobs,
    compile_ahead,
    take_the_place_of_a_command,
)
from snakemake.cli import get_argument_parser, main
from snakemake.script import PythonScript

# What Snakemake and the rules import late: with the plugins, half of the time of a plan.
PACKAGES = [
    *("jinja2", "jsonschema", "nbformat", "PIL.Image", "platformdirs", "smart_open", "yte"),
    "snakemake.benchmark",
]


def parse_once(folder):
    """Let children find what another has made of a file of rules that holds the same.

    What Snakemake makes of it is Python, in which the path of the file stands.
    """
    reader = importlib.import_module("snakemake.workflow")
    parse = reader.parse

    def parse_or_find(path, workflow, linemap, rulecount=0):
        own = path.get_path_or_uri(secret_free=True)
        with workflow.sourcecache.open(path) as file:
            text = f"{rulecount} {file.read()}"
        kept = Path(folder, hashlib.sha256(text.encode()).hexdigest())
        if kept.is_file():
            there, python, lines, rulecount = marshal.loads(kept.read_bytes())
            linemap.update(lines)
            return python.replace(repr(there), repr(own)), rulecount
        python, rulecount = parse(path, workflow, linemap, rulecount=rulecount)
        partial = kept.with_suffix(f".{os.getpid()}")
        partial.write_bytes(marshal.dumps((own, python, linemap, rulecount)))
        partial.replace(kept)
        return python, rulecount

    reader.parse = parse_or_find


def serve(server_of_jobs, folder):
    command = f"{shlex.join(client_of_jobs(server_of_jobs))} {{fname:q}}"

    def execute_script(self, fname, edit=False):
        self._execute_cmd(command, fname=fname, is_python_script=True)

    PythonScript.execute_script = execute_script
    for package in PACKAGES:
        importlib.import_module(package)
    get_argument_parser()  # imports all plugins
    parse_once(folder)
    compile_ahead((CHECKOUT / "workflow_scripts/alignment").glob("*/*.py"))
    gc.freeze()  # what is there stays, and no child has to look through it
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            run(**json.loads(line))
        print(child, flush=True)
        _, status = os.waitpid(child, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)


def run(arguments, folder, environment, log, apart):
    """Take the place of `python -m snakemake`."""
    if apart:
        os.setsid()
    nothing = os.open(os.devnull, os.O_RDONLY)
    said = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    sys.path[0] = folder
    sys.argv = ["snakemake", *arguments]
    streams = nothing, said, said
    take_the_place_of_a_command(lambda: main(arguments), streams, folder, environment)


if __name__ == "__main__":
    # Not one that cleans up when a child ends
    parsed = tempfile.mkdtemp(prefix="rules-")
    try:
        serve(sys.argv[1], parsed)
    finally:
        shutil.rmtree(parsed)
