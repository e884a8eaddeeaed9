"""A small project for the tests that run Snakemake: the workflow and pictures in a folder."""

import atexit
import csv
import json
import os
import re
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import yaml
from PIL import Image, ImageDraw

CHECKOUT = Path(__file__).parents[2]
PARTS = ("Snakefile", "config.yaml", "rules", "workflow_scripts", "envs", "profiles")
RERUN_TRIGGERS = yaml.safe_load((CHECKOUT / "profiles/default/config.yaml").read_text())[
    "rerun-triggers"
]
OVERLAY = Path(__file__).with_name("config.yaml")
GROUPS = ["a"] * 10 + ["b"] * 6
# What OVERLAY asks for
COHORTS = {"tiny": 16, "tiny-a": 10}  # images
MODELS = ["efficientnet_lite0", "efficientnet_lite1"]
DESIGNS = [(cohort, model) for cohort in COHORTS for model in MODELS]
SEEDS, FOLDS = [111, 222], range(3)
FIGURES = ["prediction", "controls", "selection_curves", "distributions", "relative_risk"]
FIGURES += [f"{figure}-{cohort}" for figure in ("heatmaps", "saliency") for cohort in COHORTS]


@dataclass(frozen=True)
class Outcome:
    """What a command came to.

    Attributes
    ----------
    code : int
        Exit code.
    said : str
        All that it wrote to the terminal.
    """

    code: int
    said: str


@dataclass(frozen=True)
class Job:
    """One job that Snakemake plans."""

    rule: str
    input: frozenset
    output: frozenset
    wildcards: dict

    @property
    def name(self):
        return self.rule, self.output


@dataclass(frozen=True)
class Project:
    """A folder with the workflow in it."""

    folder: Path

    def __truediv__(self, path):
        return self.folder / path

    def copy(self, folder):
        """Return a copy of the project."""
        # Times of change come along: without them large files would be taken for changed.
        shutil.copytree(self.folder, folder, copy_function=shutil.copy2, symlinks=True)
        return Project(folder)

    def snakemake(self, *arguments, overlays=(), flags=()):
        """Run Snakemake under tests/workflow/config.yaml and, on top of it, further overlays."""
        files = [OVERLAY]
        for k, overlay in enumerate(overlays):
            # Of this process alone: others may plan in the same project.
            files.append(self / f"overlay-{os.getpid()}-{k}.yaml")
            files[-1].write_text(yaml.safe_dump(overlay))
        return self.plain_snakemake(*flags, "--configfile", *map(str, files), "--", *arguments)

    def plain_snakemake(self, *arguments):
        """Run Snakemake as it comes, under config.yaml alone."""
        with tempfile.NamedTemporaryFile("r", encoding="utf-8") as log:
            run = Run(self, arguments, log.name, snakemake_server())
            return Outcome(run.wait(), log.read())

    def start(self, *arguments, log):
        """Start Snakemake as it comes in a session of its own; what it says goes to a file."""
        (self / log).write_text("")  # what an earlier run has said there is over
        return Run(self, arguments, str(self / log), snakemake_server(apart=True), apart=True)

    def run(self, *targets, overlays=()):
        """Run jobs; a failure fails the test."""
        done = self.snakemake(*targets, overlays=overlays, flags=["--cores", "2"])
        assert done.code == 0, done.said
        return done

    def planned(self, *targets, overlays=(), flags=()):
        """Return the jobs that Snakemake would run, the final `all` left out."""
        # Without the profile, which silences the listing of jobs.
        flags = ["--dry-run", "--workflow-profile", "none", "--quiet", "host", *flags]
        flags += ["--rerun-triggers", *RERUN_TRIGGERS]
        done = self.snakemake(*targets, overlays=overlays, flags=flags)
        assert done.code == 0, done.said
        jobs = parse_jobs(done.said)
        assert bool(jobs) != ("Nothing to be done" in done.said), done.said
        return [job for job in jobs if job.rule != "all"]


class Run:
    """A run of Snakemake by a server, as if it were a process that was started here.

    Attributes
    ----------
    pid : int
    returncode : int or None
        None until it is known to have ended.
    """

    def __init__(self, project, arguments, log, server, apart=False):
        request = {
            "arguments": arguments,
            "folder": str(project.folder),
            "environment": dict(os.environ),
            "log": log,
            "apart": apart,
        }
        server.stdin.write(json.dumps(request).encode() + b"\n")
        self._said = server.stdout
        self.pid, self.returncode = int(self._said.readline()), None

    def poll(self):
        """Return the exit code, or None while it runs."""
        if self.returncode is None and select.select([self._said], [], [], 0)[0]:
            self.wait()
        return self.returncode

    def wait(self):
        """Wait for the end; return the exit code."""
        if self.returncode is None:
            self.returncode = int(self._said.readline())
        return self.returncode

    def kill(self):
        os.kill(self.pid, signal.SIGKILL)


@cache
def snakemake_server(apart=False):
    """Return the process that runs Snakemake for this one, started at first use.

    It does one thing at a time: what is started apart, beside which others run, has its own.
    """
    command = [sys.executable, Path(__file__).with_name("snakemake_server.py"), server_of_jobs()]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    # Without buffers, so that what was not read yet can be waited for
    server = subprocess.Popen(command, bufsize=0, **pipes)
    atexit.register(server.stdin.close)  # at the end of its requests it ends
    return server


@cache
def server_of_jobs():
    """Return the socket of the process that runs the scripts of jobs, started at first use."""
    folder = tempfile.mkdtemp(prefix="jobs-")
    atexit.register(shutil.rmtree, folder)
    path = f"{folder}/socket"
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(path)
        listener.listen(100)
        script = Path(__file__).with_name("job_server.py")
        command = [sys.executable, script, str(listener.fileno())]
        # As the workflow sets it for its jobs: here the library that reads it is there before them.
        environment = {"OMP_WAIT_POLICY": "passive", **os.environ}
        pipes = {"stdin": subprocess.PIPE, "pass_fds": [listener.fileno()]}
        server = subprocess.Popen(command, env=environment, **pipes)
    atexit.register(server.stdin.close)
    return path


def parse_jobs(said):
    """Return the jobs of a dry run; Snakemake lists them as text only."""
    jobs = []
    # The jobs of a group are listed further to the right.
    found = re.findall(r"^( *)rule (\w+):\n((?:\1    .*\n)*)", said, flags=re.MULTILINE)
    for _, rule, body in found:
        fields = dict(re.findall(r"^ +(\w+): (.*)$", body, flags=re.MULTILINE))
        lists = {key: value.split(", ") for key, value in fields.items()}
        jobs.append(
            Job(
                rule,
                frozenset(lists.get("input", ())),
                frozenset(lists.get("output", ())),
                dict(pair.split("=", 1) for pair in lists.get("wildcards", ())),
            )
        )
    return jobs


def draw_dataset(folder, groups=GROUPS, seed=0, in_folders=False):
    """Write pictures of discs (a) and squares (b), the fourth not square; judgments; labels.

    Parameters
    ----------
    folder : path
    groups : sequence of str
        One per picture.
    seed : int
    in_folders : bool
        Whether pictures lie in a folder of their group.
    """
    names = [f"{group}/{k:02}" if in_folders else f"{k:02}" for k, group in enumerate(groups)]
    rng = np.random.default_rng(seed)
    pictures = folder / "pictures"
    pictures.mkdir(parents=True)
    for k, group in enumerate(groups):
        noise = rng.integers(0, 256, (48, 64 if k == 3 else 48, 3), dtype=np.uint8)
        picture = Image.fromarray(noise)
        pen = ImageDraw.Draw(picture)
        shape, colour = (
            (pen.ellipse, (220, 12 * k, 20)) if group == "a" else (pen.rectangle, (20, 12 * k, 220))
        )
        shape((4 + k % 5, 8, 28 + k, 38), fill=colour)
        path = pictures / f"{names[k]}.png"
        path.parent.mkdir(exist_ok=True)
        picture.save(path)
    similarity = np.equal.outer(groups, groups) / 2 + rng.uniform(0, 0.4, (len(groups),) * 2)
    similarity = (similarity + similarity.T) / 2
    np.fill_diagonal(similarity, 1)
    np.save(folder / "judgments.npy", similarity)
    rows = "".join(f"{name},{group}\n" for name, group in zip(names, groups, strict=True))
    (folder / "labels.csv").write_text(f"image,group\n{rows}")


def make_project(folder):
    """Copy the workflow, so that a test can edit it, and draw its datasets."""
    folder.mkdir(exist_ok=True)
    for part in PARTS:
        if (CHECKOUT / part).is_dir():
            ignored = shutil.ignore_patterns("__pycache__")
            shutil.copytree(CHECKOUT / part, folder / part, ignore=ignored)
        else:
            shutil.copy2(CHECKOUT / part, folder / part)
    draw_dataset(folder / "data/tiny")
    draw_dataset(folder / "data/second", GROUPS[:12], seed=1, in_folders=True)
    return Project(folder)


def dependents(jobs, is_changed):
    """Return the names of the jobs that a change concerns, directly or by what they read.

    Parameters
    ----------
    jobs : list of Job
        All that there are.
    is_changed : callable
        Tells whether a change concerns a job directly.
    """
    stale, files = set(), set()
    while True:
        more = {job.name for job in jobs if is_changed(job) or job.input & files}
        if more == stale:
            return stale
        stale = more
        files = set().union(*(output for _, output in stale))


def names(jobs):
    return {job.name for job in jobs}


def rows_of(path):
    """Return the rows of a table as dicts of text."""
    with open(path, newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))
