"""Commands that a person is told to run."""

from pathlib import Path

import pytest

from alignment.planning.commands import given, making, unlocking


def test_a_lock_is_removed_by_the_command_that_was_given():
    arguments = [
        "snakemake",
        "--cores",
        "4",
        "--configfile",
        "my study.yaml",
        "--",
        "results/a.png",
    ]
    assert unlocking(arguments) == (
        "snakemake --unlock --cores 4 --configfile 'my study.yaml' -- results/a.png"
    )
    assert given(arguments) == "snakemake --cores 4 --configfile 'my study.yaml' -- results/a.png"


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ("--report", "--cores 4"),
        ("--report results/report.zip", "--cores 4"),
        ("--report=a.html --cores 2", "--cores 2"),
        (
            "--configfile a.yaml --report a.zip --directory d",
            "--cores 4 --configfile a.yaml --directory d",
        ),
        ("--report a.zip --report-stylesheet b.css -j1 -- results/a.png", "-j1 -- results/a.png"),
        ("--reporter html --profile slurm -- --report", "--profile slurm -- --report"),
    ],
)
def test_what_a_report_shows_is_made_by_the_same_command_without_it(asked, told):
    assert making(["snakemake", *asked.split()]) == f"snakemake {told}"


def test_the_program_is_named_as_it_can_be_called(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    here = tmp_path / ".venv/bin/snakemake"
    assert given([str(here)]) == ".venv/bin/snakemake"
    assert given([".venv/bin/snakemake"]) == ".venv/bin/snakemake"
    assert given(["/opt/bin/snakemake", "-n"]) == "snakemake -n"
    assert given([str(Path("/opt/lib/snakemake/__main__.py")), "-n"]) == "snakemake -n"
