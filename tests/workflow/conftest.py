"""Projects in which the workflow was run, or not yet."""

import fcntl
import os
import shutil

import pytest
from project import Project, make_project


@pytest.fixture(scope="session")
def finished(tmp_path_factory):
    """A project after a whole run: to be read, and to be planned in, but not to be changed."""
    folder = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        folder = folder.parent  # common to all processes that run tests
    made = folder / "finished.made"
    with open(folder / "finished.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # the first makes it, the others wait
        if made.exists():
            return Project(folder / "finished")
        project = make_project(folder / "finished")
        second = ["datasets/second/summary.txt", "activations/second/efficientnet_lite0.h5"]
        project.run("all", *(f"results/{path}" for path in second))
        made.touch()
    return project


@pytest.fixture(scope="session")
def all_jobs(finished):
    """Every job of a whole run in the finished project."""
    return finished.planned("all", flags=["--forceall"])


@pytest.fixture
def copied(finished, tmp_path):
    """The finished project in another folder, where a test may change it."""
    project = finished.copy(tmp_path / "copied")
    yield project
    shutil.rmtree(project.folder)


@pytest.fixture
def fresh(tmp_path):
    """A project in which nothing has been run."""
    return make_project(tmp_path / "fresh")
