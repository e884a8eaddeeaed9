"""Imports of scripts, found in their text: also late ones, indirect ones and those of packages."""

import ast
import hashlib
from pathlib import Path

import pytest
from project import CHECKOUT

from alignment.planning.imports import _imports, fingerprints, imports_in, modules_behind


@pytest.fixture
def scripts(tmp_path):
    """A folder of scripts beside a small library."""
    files = {
        "alignment/__init__.py": "",
        "alignment/one/__init__.py": "",
        "alignment/two/__init__.py": "",
        "alignment/one/first.py": "def call():\n    from alignment.two.second import name\n",
        "alignment/two/second.py": "import json\nimport alignment.two.third\n",
        "alignment/two/third.py": "from alignment.one import first\n",  # in a circle
        "alignment/two/alone.py": "import numpy\n",
        "alignment/one/named.py": "from alignment.two import alone\n",
        "stage.py": "from alignment.one.first import call\nimport sys\n",
        "plain.py": "import csv\nfrom . import nothing\n",
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    return tmp_path


def names(scripts, *files):
    found = modules_behind(scripts, *(scripts / file for file in files))
    return [str(path).removeprefix(f"{scripts}/") for path in found]


def test_modules_are_found_however_they_are_imported(scripts):
    assert names(scripts, "stage.py") == [
        "alignment/one/first.py",
        "alignment/two/second.py",
        "alignment/two/third.py",
    ]


def test_a_script_that_imports_nothing_of_the_library_has_none(scripts):
    assert names(scripts, "plain.py") == []


def test_modules_that_a_parameter_names_come_with_what_they_import(scripts):
    named = "alignment/one/named.py"
    assert names(scripts, "plain.py", named) == [named, "alignment/two/alone.py"]


def test_fingerprints_are_of_what_each_file_holds_folder_by_folder(scripts):
    (scripts / "alignment/one-look.mplstyle").write_text("lines.linewidth: 3")
    files = ["stage.py", "alignment/one/named.py", "alignment/one-look.mplstyle"]
    expected = {*files, *names(scripts, "stage.py"), *names(scripts, "plain.py", files[1])}
    found = fingerprints(scripts, *(scripts / file for file in files))
    assert found == {
        file: hashlib.sha256((scripts / file).read_bytes()).hexdigest()[:12] for file in expected
    }
    assert len(found) == 7
    # Snakemake compares parameters by their text, so the order counts.
    assert list(found) == [str(path) for path in sorted(map(Path, expected))]


def test_only_own_imports_are_in_a_file(scripts):
    (found,) = imports_in(scripts / "stage.py", scripts)
    assert found == scripts / "alignment/one/first.py"
    assert imports_in(scripts / "alignment/two/alone.py", scripts) == ()


def test_statements_are_those_of_the_parsed_files():
    """The fast search against Python's own parser, in every file of the library."""
    files = list((CHECKOUT / "workflow_scripts").rglob("*.py"))
    assert files
    for path in files:
        tree = ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        parsed = [ast.dump(n) for n in tree if isinstance(n, ast.Import | ast.ImportFrom)]
        found = [ast.dump(node) for node in _imports(path.read_text(encoding="utf-8"))]
        assert sorted(found) == sorted(parsed), path


def test_imports_over_several_lines_and_with_other_names_are_found():
    text = (
        "from a.b import (\n    c,  # so far\n    d as e,\n)\n"
        "def f():\n    import g.h, i as j  # late\n    'import nothing here'\n"
    )
    names = [alias.name for node in _imports(text) for alias in node.names]
    assert names == ["c", "d", "g.h", "i"]
