"""The Makefile: what it refuses, what it says, and what it asks of Snakemake."""

import os
import subprocess
import sys
from itertools import takewhile
from pathlib import Path

import pytest
from snakemake.cli import parse_args

CHECKOUT = Path(__file__).parents[2]


def make(*words, folder=None):
    """Run make with the words as from a plain shell: under `make test`, it would inherit options.

    Returns
    -------
    subprocess.CompletedProcess
        With its exit status, and what it said as text.
    """
    where = ["--directory", folder] if folder else ["--file", CHECKOUT / "Makefile"]
    plain = {name: value for name, value in os.environ.items() if not name.startswith("MAKE")}
    command = ["make", "--no-print-directory", *where, *words]
    return subprocess.run(command, env=plain, capture_output=True, text=True, check=False)


def test_make_names_a_config_that_is_not_there():
    done = make("help", "CONFIG=nowhere.yaml")
    assert done.returncode != 0
    assert f"CONFIG: there is no file {Path.cwd()}/nowhere.yaml" in done.stderr


def test_make_refuses_a_folder_with_a_blank_in_its_path():
    done = make("help", "DIRECTORY=my study")
    assert done.returncode != 0
    assert "DIRECTORY: my study: make takes no folder with a blank in its path" in done.stderr


def test_make_help_prints_the_header_of_the_makefile_and_this_names_every_target():
    makefile = (CHECKOUT / "Makefile").read_text(encoding="utf-8")
    header = list(takewhile(lambda line: line.startswith("#"), makefile.splitlines()))
    said = make("help").stdout
    assert said.splitlines() == [line.removeprefix("# ") for line in header]
    (targets,) = [line for line in makefile.splitlines() if line.startswith(".PHONY: ")]
    for target in targets.split()[1:]:
        assert f"make {target} " in f"{said} ", target


@pytest.mark.parametrize(
    ("version", "is_fit"), [((3, 10), 0), ((3, 11), 1), ((3, 14), 1), ((3, 15), 0)]
)
def test_make_refuses_a_python_that_packages_are_not_made_for(tmp_path, version, is_fit):
    (tmp_path / "Makefile").symlink_to(CHECKOUT / "Makefile")
    python = tmp_path / "python"
    lines = [f"#!{sys.executable}", "import sys", f"sys.version_info = {version}"]
    lines += [
        "if sys.argv[1] == '-c':",
        "    exec(sys.argv[2])",
        "print('asked for', sys.argv[1:])",
    ]
    python.write_text("\n".join(lines))
    python.chmod(0o755)
    done = make(".venv/bin/python", f"PYTHON={python}", folder=tmp_path)
    assert (done.returncode == 0) == bool(is_fit)
    assert ("asked for ['-m', 'venv', '.venv']" in done.stdout) == bool(is_fit)
    assert ("make PYTHON=python3.13" in done.stdout) != bool(is_fit)


def test_make_tells_what_to_do_where_a_package_cannot_be_installed(tmp_path):
    """Of the newest Python some packages have no wheels yet."""
    for path in ("Makefile", "envs"):
        (tmp_path / path).symlink_to(CHECKOUT / path)
    python = tmp_path / ".venv/bin/python"
    python.parent.mkdir(parents=True)
    python.write_text("#!/bin/sh\necho error: failed-wheel-build >&2\nexit 1\n")
    python.chmod(0o755)
    done = make("run", folder=tmp_path)
    assert done.returncode != 0
    assert "make PYTHON=python3.13 run" in done.stdout
    assert not (tmp_path / ".venv/installed").exists()


@pytest.mark.parametrize("target", ["run", "explore", "topography", "faithfulness", "report"])
def test_make_asks_snakemake_for_its_target_also_on_a_terminal(target):
    """Options that take several values, such as a progress bar and a config, come after it."""
    options = ["PROGRESS=--logger rich", f"CONFIG={CHECKOUT / 'config.yaml'}", "DIRECTORY=mine"]
    said = make("--dry-run", target, *options).stdout
    asked = [line.split()[1:] for line in said.splitlines() if "bin/snakemake " in line]
    named = {"run": set(), "explore": {"explorer"}, "report": set()}.get(target, {target})
    for words in asked:
        _, args = parse_args(words)
        assert (set(args.targets), args.directory) == (named, Path("mine"))
    assert len(asked) == 1 + (target == "report")


def test_make_lists_layers_in_the_folder_of_a_study_with_options_that_may_be_empty(tmp_path):
    options = [f"DIRECTORY={tmp_path}", "MODEL=nets.py:build", "INPUT_SIZE="]
    said = make("--dry-run", "layers", *options).stdout
    listing = " ".join(said[said.rindex("mkdir") :].replace("\\\n", " ").split())
    assert f'cd "{tmp_path}" && ' in listing
    assert listing.endswith(
        'list_layers.py "nets.py:build" --input-size "" --feature-maps "" --embedding ""'
    )
