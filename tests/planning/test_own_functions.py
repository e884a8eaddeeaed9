"""Functions of the user's are imported and called, and what goes wrong is one sentence."""

import sys

import pytest

from alignment.artifacts.errors import InputError
from alignment.planning.own_functions import call_function, load_function

GAZE = """
from dataclasses import dataclass
from near import ADDED

print("imported")

@dataclass
class Settings:
    added: int = ADDED

def look(picture):
    print("called")
    return picture + Settings().added

def raises(picture):
    raise RuntimeError("no weights\\nsecond line")

number = 5
"""


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", list(sys.path))
    before = set(sys.modules)
    (tmp_path / "own_gaze_model.py").write_text(GAZE)
    (tmp_path / "near.py").write_text("ADDED = 3\n")
    yield tmp_path
    for name in set(sys.modules) - before:
        del sys.modules[name]


@pytest.mark.parametrize("source", ["own_gaze_model.py", "own_gaze_model"])
def test_a_function_of_a_file_or_a_module_is_found(source, capsys):
    function = load_function(f"{source}:look", "here")
    assert call_function(function, "look", 1) == 4
    said = capsys.readouterr()
    assert (said.out, said.err) == ("", "imported\ncalled\n")


def test_a_file_in_another_folder_finds_what_lies_beside_it(folder):
    (folder / "lab").mkdir()
    for name in ("own_gaze_model.py", "near.py"):
        (folder / name).rename(folder / "lab" / name)
    assert load_function("lab/own_gaze_model.py:look", "here")(1) == 4


def test_a_file_may_be_called_like_a_package(folder):
    (folder / "json.py").write_text(GAZE)
    assert load_function("json.py:look", "here")(1) == 4


REFUSED = {
    "no.py:look": r"^here: there is no file no\.py: relative paths start in",
    "no_module:look": r"^here: no_module cannot be imported: ModuleNotFoundError: No module named",
    "broken.py:look": r"^here: broken\.py cannot be imported: SyntaxError: expected ':'",
    "reading.py:look": r"^here: reading\.py cannot be imported: FileNotFoundError: .*weights\.bin",
    "leaving.py:look": r"^here: leaving\.py cannot be imported: SystemExit: 2\.$",
    "own_gaze_model.py:see": r"^here: own_\w+\.py has no function see; it has look, raises\.$",
    "many.py:look9": r"has no function look9; the nearest are look\d, look\d, look\d\.$",
    "own_gaze_model.py:number": "has no function number",
    "near.py:look": r"^here: near\.py has no function look, nor any other\.$",
    "own_gaze_model.py:": r"has no function \(no name\); write nets\.py:build for",
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_imported_is_refused_in_one_sentence(folder, name):
    (folder / "broken.py").write_text("def look(picture)\n    return 1\n")
    (folder / "many.py").write_text("".join(f"def look{k}(): ...\n" for k in range(9)))
    (folder / "leaving.py").write_text("import sys\nsys.exit(2)\n")
    (folder / "reading.py").write_text("open('weights.bin')\n")
    with pytest.raises(InputError, match=REFUSED[name]):
        load_function(name, "here")


def test_an_error_of_the_function_is_one_sentence():
    function = load_function("own_gaze_model.py:raises", "here")
    with pytest.raises(InputError, match=r"^gaze for '01' raised RuntimeError: no weights\.$"):
        call_function(function, "gaze for '01'", 1)


def test_functions_of_two_folders_each_have_the_files_beside_them(folder):
    """As a check of the whole config meets them, in one process."""
    for name, added in (("first", 3), ("second", 7)):
        (folder / name).mkdir()
        (folder / name / "near.py").write_text(f"ADDED = {added}\n")
        (folder / name / "gaze.py").write_text(GAZE)
    for name, added in (("first", 3), ("second", 7), ("first", 3)):
        assert load_function(f"{name}/gaze.py:look", "here")(0) == added
