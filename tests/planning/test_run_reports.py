"""What a run says at its end, from the logs of its jobs."""

import logging
import os
import time

import pytest

from alignment.planning.run_reports import (
    Terminal,
    after_failure,
    after_success,
    lines_said,
)


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
    page = tmp_path / "results/explorer/mine.html"
    page.parent.mkdir()
    page.touch()
    assert after_success(time.time() + 60) == (
        f"Done. Open {page} in a browser, or look at {tmp_path}/results/figures."
    )


def test_a_run_that_failed_ends_on_its_errors_and_those_of_slurm(folder):
    assert after_failure(folder, ["held"]).splitlines() == [
        "What to know (more in results/logs/):",
        "Warning: of b",
        "Warning: twice",
        "What went wrong (more in results/logs/):",
        "Error: of a",
        "slurmstepd-node1: error: *** JOB 7 ON node1 CANCELLED ***",
    ]


def test_a_job_that_was_killed_without_a_word_is_told_as_snakemake_does(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert after_failure(0, ["CalledProcessError: ..."]).splitlines() == [
        "What went wrong (more in results/logs/):",
        "CalledProcessError: ...",
    ]


def test_what_snakemake_says_of_failed_jobs_is_kept_from_the_terminal_and_held():
    unrepeated = Terminal()
    records = {
        "Finished jobid: 3": True,
        "RuleException:\nCalledProcessError in file x, line 3:\nCommand ...": False,
        "RuleException:\nValueError in file x": True,
        "Exiting because a job execution failed. Look above for error messages": False,
        "WorkflowError:\nAt least one job did not complete successfully.": False,
        "WorkflowError:\nTarget rules may not contain wildcards.": True,
    }
    for message, passes in records.items():
        record = logging.LogRecord("x", logging.ERROR, "x", 1, message, (), None)
        assert unrepeated.filter(record) == passes, message
    assert unrepeated.held == [list(records)[1]]


def test_a_target_that_nothing_makes_is_explained_where_something_can():
    text = "MissingRuleException:\nNo rule to produce a/b c.png (if you use input functions ...)."
    terminal = Terminal()
    record = logging.LogRecord("snakemake", logging.ERROR, "", 0, text, (), None)
    assert terminal.filter(record)
    assert record.getMessage() == text
    terminal.explain_missing = "there is no target {}; try 100 % of it.".format
    assert terminal.filter(record)
    assert record.getMessage() == "there is no target a/b c.png; try 100 % of it."
