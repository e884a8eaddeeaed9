"""Functions of the user's: found, called, and refused in one sentence that names them."""

import sys

import pytest
import torch
from torch import nn

from alignment.artifacts.errors import InputError
from alignment.networks.own_networks import build_own

NETS = """
from dataclasses import dataclass
import torch
from beside import WIDTH

@dataclass
class Settings:
    width: int = WIDTH

def build(classes=5):
    return torch.nn.Linear(Settings().width, classes)

def half():
    return build().half()

def loud():
    print("a word from the user")
    return build()

class Net(torch.nn.Module):
    pass

def needs(width): return build(width)
def raises(): raise ValueError("no such weights\\nsecond line")
def nothing(): return None
def weights(): return build().state_dict()
number = 5
"""


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", list(sys.path))
    for name in ("nets", "beside", "own_networks_nets", "own_networks_broken"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    (tmp_path / "nets.py").write_text(NETS)
    (tmp_path / "beside.py").write_text("WIDTH = 3\n")
    (tmp_path / "broken.py").write_text("import not_there\n")
    yield tmp_path
    for name in ("nets", "beside", "own_networks_nets"):
        sys.modules.pop(name, None)


@pytest.mark.parametrize("source", ["nets.py", "nets"])
def test_a_function_of_a_file_or_a_module_gives_a_network(source):
    module = build_own(f"{source}:build")
    assert isinstance(module, nn.Linear)
    assert module.weight.shape == (5, 3)
    assert isinstance(build_own(f"{source}:Net"), nn.Module)
    assert build_own(f"{source}:half").weight.dtype == torch.float32


def test_a_file_in_another_folder_finds_what_lies_beside_it(folder):
    (folder / "sub").mkdir()
    for name in ("nets.py", "beside.py"):
        (folder / name).rename(folder / "sub" / name)
    assert build_own("sub/nets.py:build").in_features == 3


def test_a_file_may_be_called_like_a_package(folder):
    (folder / "torch.py").write_text(NETS.replace("import torch\n", "from torch import nn\n", 1))
    with pytest.raises(InputError, match=r"torch\.py cannot be imported"):
        build_own("torch.py:build")  # its own code no longer names torch
    (folder / "timm.py").write_text(NETS)
    assert build_own("timm.py:build").out_features == 5


def test_what_a_function_prints_is_no_output(capsys):
    build_own("nets.py:loud")
    said = capsys.readouterr()
    assert (said.out, said.err) == ("", "a word from the user\n")


REFUSED = {
    "no.py:build": r"'no\.py:build': there is no file no\.py\.",
    "no_module:build": r"no_module cannot be imported: ModuleNotFoundError: No module named",
    "broken.py:build": r"broken\.py cannot be imported: ModuleNotFoundError: .* 'not_there'\.",
    "nets.py:bild": r"nets\.py has no function bild; write nets\.py:build",
    "nets.py:number": r"nets\.py has no function number",
    "nets.py:": r"has no function \(no name\)",
    "nets.py:needs": r"nets\.py:needs needs arguments \(missing a required argument: 'width'\)",
    "nets.py:raises": r"nets\.py:raises raised ValueError: no such weights\.$",
    "nets.py:nothing": r"nets\.py:nothing returns None, where a torch\.nn\.Module is needed",
    "nets.py:weights": r"nets\.py:weights returns OrderedDict\(.*, where a torch\.nn\.Module",
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_no_network_is_refused_in_one_sentence(name):
    with pytest.raises(InputError, match=REFUSED[name]):
        build_own(name)


def test_networks_of_two_folders_each_have_the_files_beside_them(folder):
    """As `make check` meets them, in one process: and a folder that comes again has its own."""
    for name, width in (("first", 3), ("second", 7)):
        (folder / name / "parts").mkdir(parents=True)
        (folder / name / "beside.py").write_text("from parts.sizes import WIDTH\n")
        (folder / name / "parts/sizes.py").write_text(f"WIDTH = {width}\n")
        (folder / name / "nets.py").write_text(NETS)
    for name, width in (("first", 3), ("second", 7), ("first", 3)):
        assert build_own(f"{name}/nets.py:build").weight.shape == (5, width)
