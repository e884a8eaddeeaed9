"""What a run says at its end, from the logs of its jobs."""

import os
import time

import pytest

from alignment.planning.run_reports import after_failure, after_success, lines_said


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """Logs of this run, and one of an earlier run."""
    logs = {
        "results/logs/stage/b.log": "Warning: of b\nplain\nWarning: twice\n",
        "results/logs/stage/deep/a.log": "Warning: twice\n  Warning: indented\nError: of a\n",
        "results/logs/stage/notes.txt": "Warning: no log\n",
        ".snakemake/slurm_logs/x/1.log": (
            "slurmstepd-node1: error: *** JOB 7 ON node1 CANCELLED ***\nWarning: of slurm\n"
        ),
        "results/logs/old.log": "Warning: old\nError: old\n",
    }
    for name, text in logs.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(text.encode() + b"\xff\n")
    since = time.time() - 60
    os.utime(tmp_path / "results/logs/old.log", (since - 1, since - 1))
    monkeypatch.chdir(tmp_path)
    return since


def test_lines_are_told_once_in_the_order_of_their_logs(folder):
    assert lines_said(["results/logs"], folder, "Warning: ") == [
        "Warning: of b",
        "Warning: twice",
    ]
    assert lines_said(["results/logs"], folder, "Error: |plain") == ["plain", "Error: of a"]
    assert lines_said(["nowhere"], folder, "Warning: ") == []


def test_a_run_that_went_well_ends_on_its_warnings_and_where_to_look(folder, tmp_path):
    assert after_success(folder).splitlines() == [
        "What to know (more in results/logs/):",
        "Warning: of b",
        "Warning: twice",
        f"Done. Look at {tmp_path}/results/figures first.",
    ]
    assert after_success(time.time() + 60) == f"Done. Look at {tmp_path}/results/figures first."


def test_a_run_that_failed_ends_on_its_errors_and_those_of_slurm(folder):
    assert after_failure(folder).splitlines() == [
        "What went wrong (more in results/logs/):",
        "Error: of a",
        "slurmstepd-node1: error: *** JOB 7 ON node1 CANCELLED ***",
    ]
