"""What a run says at its end, from the logs of its jobs."""

import logging
import os
import time
from collections import namedtuple

import pytest

from alignment.planning.run_reports import (
    Terminal,
    after_failure,
    after_success,
    lines_said,
    of_lock,
    of_stale_report,
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


def make(folder, *paths):
    """Make files; return their names."""
    for path in paths:
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).touch()
    return list(paths)


def test_a_run_that_went_well_ends_on_its_warnings_and_where_to_look(folder, tmp_path):
    figures = make(tmp_path, *(f"results/figures/{name}.png" for name in "abcd"))
    assert after_success(folder, figures).splitlines() == [
        "What to know (more in results/logs/):",
        "Warning: of b",
        "Warning: twice",
        f"Done. Look at {tmp_path}/results/figures.",
    ]
    pages = make(tmp_path, "results/explorer/mine.html", "results/explorer/your.html")
    assert after_success(time.time() + 60, [*figures, *pages, "results/a.csv"]) == (
        f"Done. Open {tmp_path}/{pages[0]} or {tmp_path}/{pages[1]} in a browser, or look at "
        f"{tmp_path}/results/figures."
    )


def test_a_run_for_some_files_ends_on_these_alone(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    page, figure, *tables = make(
        tmp_path,
        *("results/explorer/mine.html", "results/figures/topography/a.png"),
        *(f"results/ais/m/{k}.csv" for k in range(4)),
    )
    for asked, said in {
        (page,): f"Open {tmp_path}/{page} in a browser.",
        (figure, "results/figures/none.png", *tables): f"Look at {tmp_path}/{figure}.",
        tuple(tables[:2]): f"Look at {tmp_path}/{tables[0]} and {tmp_path}/{tables[1]}.",
        tuple(tables): f"Look at {tmp_path}/results/ais/m.",
    }.items():
        assert after_success(0, asked) == f"Done. {said}"
    assert after_success(0, ["results/none.csv"]) == "Done."


def test_a_run_that_failed_ends_on_its_errors_and_those_of_slurm(folder):
    assert after_failure(folder, ["held"]).splitlines() == [
        "What to know (more in results/logs/):",
        "Warning: of b",
        "Warning: twice",
        "What went wrong (more in results/logs/stage/deep/a.log and "
        ".snakemake/slurm_logs/x/1.log):",
        "Error: of a",
        "slurmstepd-node1: error: *** JOB 7 ON node1 CANCELLED ***",
    ]


def test_many_logs_are_named_by_their_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for k in range(4):
        (tmp_path / f"results/logs/{k}").mkdir(parents=True)
        (tmp_path / f"results/logs/{k}/a.log").write_text(f"Error: {k}\n")
    said = after_failure(0).splitlines()
    assert said[0] == "What went wrong (more in results/logs/):"
    assert said[1:] == [f"Error: {k}" for k in range(4)]


def test_a_job_that_was_killed_without_a_word_is_told_as_snakemake_does(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert after_failure(0, ["CalledProcessError: ..."]).splitlines() == [
        "What went wrong (more in results/logs/):",
        "CalledProcessError: ...",
    ]


STOPPED = "The run was stopped: what is finished is kept, and the same command goes on from there."


def test_a_run_that_somebody_stopped_ends_on_that_alone(folder, tmp_path, monkeypatch):
    assert after_failure(folder, stopped=True).splitlines()[-3:] == [
        "Error: of a",
        "slurmstepd-node1: error: *** JOB 7 ON node1 CANCELLED ***",
        STOPPED,
    ]
    since = time.time() + 60
    assert after_failure(since, stopped=True) == STOPPED
    assert after_failure(since, ["died with <Signals.SIGKILL: 9>"], stopped=True).splitlines() == [
        "What went wrong (more in results/logs/):",
        "died with <Signals.SIGKILL: 9>",
        STOPPED,
    ]


@pytest.mark.parametrize(
    ("message", "passes", "stopped"),
    [
        ("Terminating processes on user request, this might take some time.", True, True),
        ("Will exit after finishing currently running jobs (scheduler).", True, True),
        ("RuleException:\nCalledProcessError: 'a' died with <Signals.SIGINT: 2>.", False, True),
        ("CalledProcessError: 'a' returned non-zero exit status 130.", False, True),
        ("CalledProcessError: 'a' returned non-zero exit status 1.", False, False),
        ("WorkflowError:\nno job: <Signals.SIGINT: 2>", True, False),
    ],
)
def test_it_is_noticed_that_somebody_stopped_the_run(message, passes, stopped):
    terminal = Terminal()
    record = logging.LogRecord("x", logging.INFO, "x", 1, message, (), None)
    assert terminal.filter(record) == passes
    assert terminal.stopped == stopped
    assert bool(terminal.held) == (not passes and not stopped)


def test_a_full_disk_is_told_where_jobs_could_not_say_a_word(folder, tmp_path, monkeypatch):
    usage = namedtuple("usage", "free")
    monkeypatch.setattr(
        "shutil.disk_usage", lambda path: usage(0 if "results" in str(path) else 9e9)
    )
    assert "no space" not in after_failure(folder, ["held"])  # a job said what it was
    since = time.time() + 60
    _, sentence = after_failure(since, ["held"]).splitlines()
    assert sentence == (
        f"Error: no space is left on the disk of {tmp_path}/results: make room there, or have "
        "results elsewhere (--directory), and run the same command again."
    )
    monkeypatch.setattr("shutil.disk_usage", lambda path: usage(9e9))
    assert after_failure(since, ["held"]).endswith("held")


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


def test_locks_and_reports_without_figures_are_explained_where_something_can():
    texts = {
        "LockException:\nError: Directory cannot be locked. Please make sure ...": "explain_locked",
        "WorkflowError:\nFile results/figures/a.png marked for report but does not exist.": (
            "explain_unmade"
        ),
    }
    for text, attribute in texts.items():
        terminal = Terminal()
        record = logging.LogRecord("snakemake", logging.ERROR, "", 0, text, (), None)
        assert terminal.filter(record)
        assert record.getMessage() == text
        setattr(terminal, attribute, lambda: "do 100 % of this.")
        assert terminal.filter(record)
        assert record.getMessage() == "do 100 % of this."


def test_what_the_rules_refuse_is_said_without_their_line():
    text = """WorkflowError in file "/a b/rules/common.smk", line 80:
config: fit: 'r3' is not possible; it is 100 % wrong.
config: there is no key 'b'.
  File "/a b/rules/common.smk", line 80, in <module>"""
    record = logging.LogRecord("snakemake", logging.ERROR, "", 0, text, (), None)
    assert Terminal().filter(record)
    assert record.getMessage() == (
        "Error: config: fit: 'r3' is not possible; it is 100 % wrong.\nconfig: there is no key 'b'."
    )


def test_what_is_refused_for_a_target_is_said_without_the_rule():
    text = """InputFunctionException in rule draw in file "/a b/rules/heatmaps.smk", line 138:
Error:
  InputError: 'a--a' names 'a' twice, 100 % wrong.
Wildcards:
  pair=a--a
Traceback:
  File "/a b/rules/common.smk", line 244, in checked"""
    record = logging.LogRecord("snakemake", logging.ERROR, "", 0, text, (), None)
    assert Terminal().filter(record)
    assert record.getMessage() == "Error: 'a--a' names 'a' twice, 100 % wrong."
    text = text.replace("InputError", "KeyError")
    record = logging.LogRecord("snakemake", logging.ERROR, "", 0, text, (), None)
    assert Terminal().filter(record)
    assert record.getMessage() == text


SYSTEM = {
    """ProtectedOutputException in rule x in file y, line 6:
Write-protected output files for rule x:
    output: results/a.png, results/a.pdf
    affected files:
        results/a.png
        results/a.pdf""": (
        "Error: results/a.png, results/a.pdf cannot be written (Permission denied): change the "
    ),
    """Traceback (most recent call last):
  os.remove(file)
PermissionError: [Errno 13] Permission denied: 'results/a.png'""": (
        "Error: results/a.png cannot be written (Permission denied): change the permissions of "
    ),
    """WorkflowError:
Error recording metadata for job ([Errno 28] No space left on device). Please ensure ...""": (
        "Error: a file in {folder}/.snakemake cannot be written (No space left on device): make "
    ),
    "OSError: [Errno 30] Read-only file system: '.snakemake/locks/0.input.lock'": (
        "Error: .snakemake/locks/0.input.lock cannot be written (Read-only file system): that disk"
    ),
    "PermissionError: [Errno 13] Permission denied: 'data/a.png'": None,
    "OSError: [Errno 5] Input/output error: 'results/a.png'": None,
}


@pytest.mark.parametrize("text", SYSTEM)
def test_what_snakemake_cannot_write_is_told_with_what_to_do(text, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    record = logging.LogRecord("snakemake", logging.ERROR, "", 0, text, (), None)
    assert Terminal().filter(record)
    expected = SYSTEM[text]
    if expected is None:
        assert record.getMessage() == text
    else:
        assert record.getMessage().startswith(expected.format(folder=tmp_path))
        assert record.getMessage().endswith(", and run the same command again.")


def test_a_lock_is_told_with_the_commands_that_unlock_and_go_on():
    first, *lines = of_lock(
        "/data/study", ["snakemake", "--cores", "2", "--", "a.csv"]
    ).splitlines()
    assert first.startswith("Error: a run in /data/study has locked it.")
    assert lines == ["  snakemake --unlock --cores 2 -- a.csv", "  snakemake --cores 2 -- a.csv"]


def test_a_stale_report_is_told_with_the_command_that_makes_it_new():
    said = of_stale_report(3, ["snakemake", "--report", "a.zip", "--configfile", "b.yaml"])
    assert "3 jobs are to be run first" in said
    assert "Run `snakemake --cores 4 --configfile b.yaml`, and then this command again" in said
    assert "\n" not in said
    assert said.endswith(" again.")
    assert of_stale_report(3, ["snakemake"], " (by hand)").endswith(" again (by hand).")
    assert "1 job is to be run first" in of_stale_report(1, ["snakemake", "--report"])
