"""Functions of the user's: found, called, and refused in one sentence that names them."""

import sys

import pytest
import torch
from torch import nn

from alignment.artifacts.errors import InputError
from alignment.networks.architectures import build
from alignment.networks.own_networks import build_own
from alignment.networks.trials import output_for, trial_pictures

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
    for name in ("nets", "beside", "own_nets", "own_broken"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    (tmp_path / "nets.py").write_text(NETS)
    (tmp_path / "beside.py").write_text("WIDTH = 3\n")
    (tmp_path / "broken.py").write_text("import not_there\n")
    (tmp_path / "reading.py").write_text("open('table.csv')\n")
    yield tmp_path
    for name in ("nets", "beside", "own_nets", "own_wrapped"):
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
    "no.py:build": r"'no\.py:build': there is no file no\.py: relative paths",
    "no_module:build": r"no_module cannot be imported: ModuleNotFoundError: No module named",
    "reading.py:build": r"reading\.py cannot be imported: FileNotFoundError: .*'table\.csv'\.",
    "broken.py:build": r"broken\.py cannot be imported: ModuleNotFoundError: .* 'not_there'\.",
    "nets.py:bild": r"nets\.py has no function bild; it has build, half, loud",
    "nets.py:number": r"nets\.py has no function number",
    "nets.py:": r"has no function \(no name\)",
    "nets.py:needs": r"nets\.py:needs needs arguments \(missing a required argument: 'width'\)",
    "nets.py:raises": r"nets\.py:raises raised ValueError: no such weights\.$",
    "nets.py:nothing": r"nets\.py:nothing returns None, where a torch\.nn\.Module is needed",
    "nets.py:weights": r"nets\.py:weights returns a value of type OrderedDict, where",
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


WRAPPED = """
import torch
from torch import nn

def build():
    torch.manual_seed(0)
    maps = nn.Sequential(nn.Conv2d(3, 4, 3), nn.ReLU())
    return nn.Sequential(maps, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(4, 5))

def parallel(): return nn.DataParallel(build())
def compiled(): return torch.compile(build())
def both(): return nn.DataParallel(torch.compile(build()))
def in_place():
    module = build()
    module.compile()
    return module
def inside():
    module = build()
    module[0] = torch.compile(nn.DataParallel(module[0]))
    return module
def half(): return build().half()

def quantised():
    return torch.ao.quantization.quantize_dynamic(build(), {nn.Linear}, dtype=torch.qint8)
def scripted(): return torch.jit.trace(build(), torch.zeros(1, 3, 8, 8))
def lazy(): return nn.Sequential(build(), nn.LazyLinear(3))
def empty(): return build().to("meta")
def siamese():
    class Net(nn.Module):
        def forward(self, a, b):
            return a - b
    return Net()
"""


@pytest.mark.parametrize("name", ["parallel", "compiled", "both", "in_place", "inside", "half"])
def test_networks_are_taken_out_of_what_runs_them(folder, name):
    (folder / "wrapped.py").write_text(WRAPPED)
    plain, module = build_own("wrapped.py:build"), build_own(f"wrapped.py:{name}")
    assert list(module.state_dict()) == list(plain.state_dict())
    pictures = torch.rand(2, 3, 8, 8)
    tolerance = 1e-2 if name == "half" else 0
    torch.testing.assert_close(module(pictures), plain(pictures), rtol=0, atol=tolerance)
    assert [type(part) for part in module.modules()] == [type(part) for part in plain.modules()]
    assert module._compiled_call_impl is None


CLOSED = {
    "quantised": r"wrapped\.py:quantised returns a network that is quantised, .* in float32\.",
    "scripted": "that is TorchScript, whose layers cannot be reached: return the module it was",
    "lazy": "whose sizes are not known yet, such as LazyLinear: call it with pictures once",
    "empty": r"has no values \(it is on the device meta\)",
}


@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::UserWarning")
@pytest.mark.parametrize("name", CLOSED)
def test_networks_whose_layers_or_values_are_closed_are_refused(folder, name):
    (folder / "wrapped.py").write_text(WRAPPED)
    with pytest.raises(InputError, match=CLOSED[name]):
        build_own(f"wrapped.py:{name}")


FROZEN = """
import torch
from torch import nn

torch.set_float32_matmul_precision("high")
torch.set_default_dtype(torch.float64)
torch.set_grad_enabled(False)

class Frozen(nn.Sequential):
    def train(self, mode=True):
        super().train(mode)
        self[1].eval()  # and no word of what it returns

class Restless(nn.Sequential):
    def train(self, mode=True):
        return super().train(True)

parts = nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4), nn.Flatten()
def build(): return Frozen(*parts)
def restless(): return nn.Sequential(nn.ReLU(), Restless(*parts))
"""


def test_a_train_of_its_own_need_not_return_the_network(folder):
    (folder / "frozen.py").write_text(FROZEN)
    module = build("frozen.py:build", None, 8, {})
    assert not any(part.training for part in module.modules())
    assert not any(parameter.requires_grad for parameter in module.parameters())


def test_a_network_that_stays_in_training_mode_is_refused(folder):
    (folder / "frozen.py").write_text(FROZEN)
    with pytest.raises(InputError, match=r"stays in training mode \(1\) when .* let its train\(m"):
        build_own("frozen.py:restless")


def test_code_of_a_network_changes_no_setting_of_torch(folder):
    (folder / "frozen.py").write_text(FROZEN)
    build_own("frozen.py:build")
    assert torch.get_float32_matmul_precision() == "highest"
    assert torch.get_default_dtype() == torch.float32
    assert torch.is_grad_enabled()


def test_a_network_that_wants_more_than_pictures_is_refused_with_what_to_do(folder):
    (folder / "wrapped.py").write_text(WRAPPED)
    module = build_own("wrapped.py:siamese")
    with pytest.raises(InputError, match=r"missing 1 .* 'b'\): choose .* or let your function re"):
        output_for("wrapped.py:siamese", module, trial_pictures(8))
