"""Files of a user's function: found by path or module, with all of the folder that they import."""

import subprocess
import sys

import pytest

from alignment.planning.own_code import function_files, function_parts

FILES = {
    "nets.py": "import torch, blocks\nfrom parts import heads as h\n",
    "blocks.py": "def f():\n    from parts.deep.layers import Layer\n    return Layer\n",
    "parts/__init__.py": "from .heads import Head\n",
    "parts/heads.py": "from . import shared\nfrom .deep import *\nclass Head: pass\n",
    "parts/shared.py": "from ..outside import nothing\n",
    "parts/deep/__init__.py": "",
    "parts/deep/layers.py": (
        "# -*- coding: latin-1 -*-\nfrom ..shared import \\\n  x  # \xe9t\xe9\nclass Layer: 1\n"
    ),
    "parts/alone.py": "import nets\n",
    "torch/__init__.py": "",  # a folder of the user's that is called like a package
    "other.py": "import json; from os import path\n",
    "broken.py": "import blocks\ndef f(:\n",
}
OF_PARTS = ["parts/__init__.py", "parts/deep/__init__.py", "parts/heads.py", "parts/shared.py"]


@pytest.fixture
def folder(tmp_path, monkeypatch):
    for name, text in FILES.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, encoding="latin-1")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_all_that_is_imported_beside_a_file_is_its_own(folder):
    expected = sorted(["blocks.py", *OF_PARTS, "parts/deep/layers.py", "torch/__init__.py"])
    assert function_files("nets.py:build") == ["nets.py", *expected]
    assert function_files("nets:build") == ["nets.py", *expected]
    there = folder / "nets.py"
    assert function_files(f"{there}:build") == [str(there), *(f"{folder}/{e}" for e in expected)]
    assert function_files("other.py:build") == ["other.py"]
    assert function_files("broken.py:build") == ["broken.py"]


def test_modules_of_a_package_come_with_the_packages_around_them(folder):
    assert function_files("parts.heads:build") == [
        "parts/heads.py",
        *(name for name in OF_PARTS if name != "parts/heads.py"),
    ]
    assert function_files("parts.alone:build")[:2] == ["parts/alone.py", "blocks.py"]


def test_what_is_imported_is_looked_for_in_the_folder_of_the_file(folder):
    """As Python does for a file: not where the workflow runs."""
    (folder / "lab").mkdir()
    (folder / "lab/net.py").write_text("import blocks, near\n")
    (folder / "lab/near.py").write_text("")
    assert function_files("lab/net.py:build") == ["lab/net.py", "lab/near.py"]
    assert function_files("lab.net:build") == [
        *("lab/net.py", "blocks.py", "parts/__init__.py", "parts/deep/__init__.py"),
        *("parts/deep/layers.py", "parts/heads.py", "parts/shared.py"),
    ]


def test_python_itself_reads_the_files_that_are_found(folder):
    """The files of a small package against what an interpreter says it has loaded."""
    (folder / "torch/__init__.py").unlink()
    (folder / "torch").rmdir()
    (folder / "parts/shared.py").write_text("x = 1\n")
    (folder / "nets.py").write_text(FILES["nets.py"].replace("torch, ", ""))
    code = (
        "import sys; sys.path.insert(0, '.'); import nets, blocks; blocks.f(); import os; print("
        "*sorted(os.path.relpath(m.__file__) for m in sys.modules.values() if "
        "getattr(m, '__file__', None) and m.__file__.startswith(os.getcwd())))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert sorted(function_files("nets.py:build")) == done.stdout.split()


def test_the_file_of_a_function_is_found_by_path_or_module(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "lab/models").mkdir(parents=True)
    for name in ("nets.py", "lab/nets.py", "lab/models/__init__.py"):
        (tmp_path / name).touch()
    for function, files in {
        "nets.py:build": ["nets.py"],
        "nets:build": ["nets.py"],
        "lab/nets.py:build": ["lab/nets.py"],
        "lab.nets:build": ["lab/nets.py"],
        "lab.models:build": ["lab/models/__init__.py"],
        "torchvision.models:resnet18": [],  # installed
        "no.py:build": [],
    }.items():
        assert function_files(function) == files, function
    assert function_parts("lab/nets.py:build") == ("lab/nets.py", "build")
