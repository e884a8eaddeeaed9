"""Parts of the work done in processes of their own, and how these end."""

import os
import signal
import subprocess
import sys
import time
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from threadpoolctl import threadpool_info, threadpool_limits

from alignment.artifacts.errors import InputError
from alignment.artifacts.processes import THREADS, in_processes, shares

LIBRARY = Path(__file__).parents[2] / "workflow_scripts"


def write_process(folder, name):
    (folder / name).write_text(str(os.getpid()))
    if name == "bad":
        raise InputError("there is no colour map 'bad'.")
    if name == "killed":
        os.kill(os.getpid(), signal.SIGKILL)


def test_every_part_has_a_process_of_its_own(tmp_path):
    in_processes(partial(write_process, tmp_path), ["a", "b", "c"])
    processes = {path.read_text() for path in tmp_path.iterdir()}
    assert len(processes) == 3
    assert str(os.getpid()) not in processes


@pytest.mark.parametrize(("n", "processes"), [(7, 3), (2, 5), (4, 1), (0, 2)])
def test_every_number_is_in_one_share(n, processes):
    dealt = shares(n, processes)
    assert sorted(number for share in dealt for number in share) == list(range(n))
    assert len(dealt) == min(n, processes)
    assert all(share for share in dealt)


def large(number):
    """More than a pipe holds."""
    return np.full(100_000, number)


def test_results_come_back_in_the_order_of_the_parts():
    assert [result[-1] for result in in_processes(large, [3, 1, 2])] == [3, 1, 2]


def process_of(part):
    return os.getpid()


def test_a_single_part_is_done_here():
    assert in_processes(process_of, [1]) == [os.getpid()]
    assert in_processes(process_of, []) == []


def threads_of_algebra(part):
    return [library["num_threads"] for library in threadpool_info()]


def test_linear_algebra_has_one_thread_in_each_process():
    with threadpool_limits(2):
        assert set(threads_of_algebra(0)) == {2}
        for threads in in_processes(threads_of_algebra, range(2)):
            assert set(threads) == {1}
        assert set(threads_of_algebra(0)) == {2}


LOADED_LATER = """
import numpy
from alignment.artifacts.processes import in_processes

def threads(part):
    import scipy.linalg.lapack
    from threadpoolctl import threadpool_info
    return [library["num_threads"] for library in threadpool_info()]

if __name__ == "__main__":
    print(*(len(found) > 1 and set(found) == {1} for found in in_processes(threads, range(2))))
"""


def test_linear_algebra_that_is_loaded_in_a_process_has_one_thread_there(tmp_path):
    script = tmp_path / "script.py"
    script.write_text(LOADED_LATER)
    environment = {**os.environ, "PYTHONPATH": str(LIBRARY)} | dict.fromkeys(THREADS, "2")
    done = subprocess.run(
        [sys.executable, script], env=environment, capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == ["True", "True"]


def test_an_error_is_raised_once_all_have_ended(tmp_path):
    with pytest.raises(InputError, match=r"^there is no colour map 'bad'\.$"):
        in_processes(partial(write_process, tmp_path), ["bad", "a", "b"])
    assert {path.name for path in tmp_path.iterdir()} == {"bad", "a", "b"}


def test_a_process_that_is_killed_is_an_error(tmp_path):
    with pytest.raises(RuntimeError, match="a process was killed"):
        in_processes(partial(write_process, tmp_path), ["a", "killed"])


KILLED = """
import os, sys, time
from pathlib import Path
from alignment.artifacts.processes import in_processes

def work(part):
    Path(sys.argv[1], str(os.getpid())).touch()
    time.sleep(2)

if __name__ == "__main__":
    in_processes(work, range(2))
"""


def alive(number):
    """Tell whether a process runs; what only waits to be reaped does not."""
    try:
        state = Path(f"/proc/{number}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="needs /proc")
def test_no_process_outlives_its_part_when_the_first_is_killed(tmp_path):
    script = tmp_path / "script.py"
    script.write_text(KILLED)
    folder = tmp_path / "processes"
    folder.mkdir()
    environment = {**os.environ, "PYTHONPATH": str(LIBRARY)}
    first = subprocess.Popen([sys.executable, script, folder], env=environment)
    deadline = time.monotonic() + 60
    while len(list(folder.iterdir())) < 2:
        assert time.monotonic() < deadline
        time.sleep(0.05)
    first.kill()
    first.wait()
    while any(alive(path.name) for path in folder.iterdir()):
        assert time.monotonic() < deadline
        time.sleep(0.05)
