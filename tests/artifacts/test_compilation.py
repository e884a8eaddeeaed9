"""Compiled code: kept between processes, and never needed from there."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from child_process import client_of_jobs
from project import server_of_jobs

LIBRARY = Path(__file__).resolve().parents[2] / "workflow_scripts"
MODULE = f"""
import sys
sys.path.insert(0, {str(LIBRARY)!r})
from alignment.artifacts.compilation import compiled


def add(a, b):
    return a + CONSTANT * b


signature = "(float64, float64)"
if __name__ == "__main__":
    function = compiled(add, signature)
    assert function is compiled(add, signature)
    assert function.py_func is add
    hits = sum(function.stats.cache_hits.values())
    print(function(2.0, 3.0), "loaded" if hits else "compiled")
"""


def of_constant(constant):
    return MODULE.replace("CONSTANT", str(constant))


@pytest.fixture
def module(tmp_path):
    path = tmp_path / "loops.py"
    path.write_text(of_constant(1))
    return path


def start(module, cache, python=None, **variables):
    """Start a process that has imported numba, or an interpreter, that runs a module."""
    command = python or client_of_jobs(server_of_jobs())
    environment = {k: v for k, v in os.environ.items() if k != "NUMBA_CACHE_DIR"}
    environment |= {"ALIGNMENT_CACHE": str(cache), **variables}
    return subprocess.Popen(
        [*command, str(module)], env=environment, stdout=subprocess.PIPE, text=True
    )


def run(*arguments, **options):
    process = start(*arguments, **options)
    out, _ = process.communicate()
    assert process.returncode == 0
    return out.split()


def test_another_process_loads_what_one_has_compiled(module, tmp_path):
    cache = tmp_path / "cache"
    assert run(module, cache) == ["5.0", "compiled"]
    assert run(module, cache) == ["5.0", "loaded"]
    module.write_text(of_constant(2))
    assert run(module, cache) == ["8.0", "compiled"]
    assert len(list((cache / "compiled").iterdir())) == 2
    assert list(tmp_path.glob("__pycache__/*.nbi")) == []


def test_a_copy_elsewhere_loads_what_the_original_has_compiled(module, tmp_path):
    cache = tmp_path / "cache"
    run(module, cache)
    copy = tmp_path / "elsewhere" / module.name
    copy.parent.mkdir()
    copy.write_text(module.read_text())
    assert run(copy, cache) == ["5.0", "loaded"]


def test_another_kind_of_processor_has_code_of_its_own(module, tmp_path, monkeypatch):
    from llvmlite import binding

    from alignment.artifacts import compilation

    monkeypatch.setenv("ALIGNMENT_CACHE", str(tmp_path / "cache"))
    monkeypatch.delenv("NUMBA_CACHE_DIR", raising=False)
    here = compilation._code_folder(module)
    monkeypatch.setattr(binding, "get_host_cpu_name", lambda: "another")
    assert compilation._code_folder(module) != here


def test_processes_that_compile_at_once_do_not_disturb_each_other(module, tmp_path):
    processes = [start(module, tmp_path / "cache") for _ in range(4)]
    for process in processes:
        out, _ = process.communicate()
        assert process.returncode == 0
        assert out.split()[0] == "5.0"
    assert run(module, tmp_path / "cache") == ["5.0", "loaded"]


def test_without_a_folder_every_process_compiles(module, tmp_path):
    (tmp_path / "file").touch()  # nobody can make a folder in a file
    for _ in range(2):
        assert run(module, tmp_path / "file") == ["5.0", "compiled"]


def test_a_file_that_was_cut_short_is_compiled_anew(module, tmp_path):
    cache = tmp_path / "cache"
    run(module, cache)
    (code,) = cache.rglob("*.nbc")
    code.write_bytes(code.read_bytes()[:100])
    assert run(module, cache) == ["5.0", "compiled"]


def test_the_variable_of_numba_says_where(module, tmp_path):
    folder = tmp_path / "elsewhere"
    fresh = {"python": [sys.executable], "NUMBA_CACHE_DIR": str(folder)}  # which reads it itself
    assert run(module, tmp_path / "cache", **fresh) == ["5.0", "compiled"]
    assert list(folder.rglob("*.nbc"))
    assert not (tmp_path / "cache").exists()
