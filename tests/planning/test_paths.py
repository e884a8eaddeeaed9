"""Paths that lead nowhere are refused with where they were looked for."""

import pytest

from alignment.artifacts.errors import InputError
from alignment.planning.paths import check_file, check_folder, check_paths


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    (tmp_path / "here").mkdir()
    (tmp_path / "here/a.csv").touch()
    monkeypatch.chdir(tmp_path)
    return tmp_path


def said(check, *arguments):
    with pytest.raises(InputError) as refused:
        check("config: x", *arguments)
    return str(refused.value)


def test_what_is_there_is_taken(folder):
    check_file("x", "here/a.csv")
    check_folder("x", "here")
    check_folder("x", str(folder / "here"), " of maps")


def test_a_relative_path_is_told_with_where_it_was_looked_for(folder):
    assert said(check_file, "here/b.csv") == (
        "config: x: there is no file here/b.csv: relative paths start in the folder of the run, so "
        f"it was looked for at {folder}/here/b.csv."
    )
    assert said(check_folder, "no", " of maps") == (
        "config: x: there is no folder no of maps: relative paths start in the folder of the run, "
        f"so it was looked for at {folder}/no."
    )


def test_an_absolute_path_is_told_as_it_is(folder):
    assert said(check_file, f"{folder}/no.csv") == f"config: x: there is no file {folder}/no.csv."


def test_a_folder_is_no_file_and_a_file_no_folder(folder):
    assert said(check_file, "here") == (
        f"config: x: {folder}/here is a folder, where a file is needed."
    )
    assert said(check_folder, "here/a.csv", " of maps") == (
        f"config: x: {folder}/here/a.csv is a file, where a folder of maps is needed."
    )


def test_braces_are_refused():
    check_paths("x", "a.csv", None)
    assert said(check_paths, "a{1}.csv").startswith("config: x: a{1}.csv: braces in the paths of ")
