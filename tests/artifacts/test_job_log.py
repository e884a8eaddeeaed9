"""What a job leaves in its log and on the terminal, in a process of its own."""

import os
import re
import subprocess
import sys
from pathlib import Path
from textwrap import dedent, indent

import pytest

from alignment.artifacts.job_log import warnings_in

LIBRARY = Path(__file__).parents[2] / "workflow_scripts"
PREAMBLE = """
import os, sys
from alignment.artifacts.errors import InputError
from alignment.artifacts.job_log import job_log, progress, warn
with job_log("logs/score_maps/job.log"):
"""


@pytest.fixture
def job(tmp_path):
    """Run the body of a job; returns exit code, stdout, stderr and log."""

    def run(body):
        (tmp_path / "job.py").write_text(PREAMBLE + indent(dedent(body), "    "))
        done = subprocess.run(
            [sys.executable, "job.py"],
            cwd=tmp_path,
            env={**os.environ, "PYTHONPATH": str(LIBRARY)},
            capture_output=True,
            text=True,
            check=False,
        )
        log = (tmp_path / "logs/score_maps/job.log").read_text(encoding="utf-8")
        return done.returncode, done.stdout, done.stderr, log

    return run


def test_everything_said_lands_in_the_log(job):
    code, stdout, stderr, log = job(
        """
        print("plain é")
        print("to stderr", file=sys.stderr)
        os.write(1, b"from compiled code\\n")
        os.write(2, b"and its errors\\n")
        os.system("echo a child process")
        """
    )
    assert (code, stdout, stderr) == (0, "", "")
    expected = ["plain é", "to stderr", "from compiled code", "and its errors", "a child process"]
    assert sorted(log.splitlines()) == sorted(expected)


def test_letters_of_any_kind_can_be_said_whatever_the_locale(job, monkeypatch):
    monkeypatch.setenv("PYTHONIOENCODING", "ascii")
    code, stdout, stderr, log = job(
        """
        print("é 日本")
        print("a name that is no text: \\udcff", flush=True)
        warn("ä.")
        """
    )
    assert (code, stdout, stderr) == (0, "", "")
    assert log == "é 日本\na name that is no text: \\udcff\nWarning: ä.\n"


def test_an_input_error_is_one_sentence_for_the_user(job):
    sentence = "labels.csv has no column 'image' but é."
    code, stdout, stderr, log = job(
        f"""
        print("before")
        raise InputError("{sentence}")
        """
    )
    assert code == 1
    assert (stdout, stderr) == ("", "")
    assert sorted(log.splitlines()) == [f"Error: {sentence}", "before"]


def test_any_other_exception_leaves_its_traceback_in_the_log(job):
    code, stdout, stderr, log = job(
        """
        def score():
            return {}["missing"]
        score()
        """
    )
    assert code == 1
    assert (stdout, stderr) == ("", "")
    assert "Traceback (most recent call last)" in log
    assert 'return {}["missing"]' in log
    assert log.endswith("Error: KeyError: 'missing' (traceback in logs/score_maps/job.log)\n")


def test_an_error_that_the_log_has_no_room_for_goes_to_the_terminal(job):
    code, stdout, stderr, log = job(
        """
        full = os.open("/dev/full", os.O_WRONLY)
        os.dup2(full, 1)
        os.dup2(full, 2)
        raise InputError("a.csv cannot be written (é).")
        """
    )
    assert (code, stdout, log) == (1, "", "")
    assert stderr == "Error: a.csv cannot be written (é).\n"


def test_what_is_said_while_a_bar_is_drawn_stands_in_lines_of_its_own(job):
    code, _, stderr, log = job(
        """
        for k in progress(range(3), "pictures"):
            if k == 1:
                warn("the heatmap of cat is empty.")
            if k == 2:
                raise InputError("bad.")
        """
    )
    assert (code, stderr) == (1, "")
    assert "pictures" in log
    assert {"Warning: the heatmap of cat is empty.", "Error: bad."} <= set(log.splitlines())


def test_a_warning_lands_in_the_log(job):
    code, stdout, stderr, log = job("warn('the heatmap of cat is empty.')")
    assert (code, stdout) == (0, "")
    assert (stderr, log) == ("", "Warning: the heatmap of cat is empty.\n")


def test_warnings_of_several_logs_are_read_once_each(tmp_path):
    first, second = tmp_path / "a.log", tmp_path / "b.log"
    first.write_text("Warning: one.\n12 pictures\nWarning: two.\n")
    second.write_text("Warning: two.\n a Warning: none\n")
    found = warnings_in([first, second, tmp_path / "none.log"])
    assert found == ["Warning: one.", "Warning: two."]


def test_a_job_can_note_what_it_took(job):
    code, stdout, stderr, log = job(
        """
        from alignment.artifacts.job_log import usage_noted
        with usage_noted():
            block = bytearray(300_000_000)
            block[::1000] = bytes(300_000)
        """
    )
    assert (code, stdout, stderr) == (0, "", "")
    seconds, megabytes = re.fullmatch(
        r"took ([\d.]+) s and at most (\d+) MB of memory\n", log
    ).groups()
    assert 0 <= float(seconds) < 20
    assert 300 < int(megabytes) < 600


def test_progress_yields_everything_and_stays_off_a_terminal_that_is_none(job):
    code, stdout, stderr, log = job(
        """
        assert list(progress(range(3), "maps")) == [0, 1, 2]
        assert list(progress((k for k in "ab"), "seeds", total=2)) == ["a", "b"]
        """
    )
    assert (code, stdout, stderr) == (0, "", "")
    assert "maps: 100%" in log
    assert "3/3" in log
    assert "seeds: 100%" in log


def test_a_later_run_replaces_the_log(job):
    job("print('first run, with a longer line')")
    assert job("print('second')")[3] == "second\n"
