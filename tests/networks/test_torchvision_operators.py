"""torchvision is importable whether or not its compiled operators load."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

LIBRARY = Path(__file__).parents[2] / "workflow_scripts"

# A torchvision that declares an operator, as a healthy one does, and one that finds it missing.
DECLARE = """
import torch
library = torch.library.Library("torchvision", "DEF")
library.define("nms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
"""
NEED_BOTH = """
import torch
for name in ("nms", "qnms"):
    if not hasattr(torch.ops.torchvision, name):
        raise RuntimeError(f"operator torchvision::{name} does not exist")
"""
REPORT = """
from alignment.networks import torchvision_operators
torchvision = torchvision_operators.import_torchvision()
print(torchvision.__file__, len(torchvision_operators._libraries))
"""


def run(code, *folders):
    path = os.pathsep.join(map(str, [*folders, LIBRARY]))
    return subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "PYTHONPATH": path},
        capture_output=True,
        text=True,
        check=False,
    )


def fake_torchvision(folder, source):
    package = folder / "torchvision"
    package.mkdir()
    (package / "__init__.py").write_text(source)
    return folder


def test_models_and_transforms_work_in_a_fresh_process():
    done = run(
        "from alignment.networks.torchvision_operators import import_torchvision\n"
        "torchvision = import_torchvision()\n"
        "import torch, torchvision as again\n"
        "assert again is torchvision is import_torchvision()\n"
        "network = torchvision.models.squeezenet1_1().eval()\n"
        "torchvision.transforms.Resize(8)\n"
        "print(tuple(network(torch.zeros(1, 3, 64, 64)).shape))\n"
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "(1, 1000)"


def test_a_healthy_torchvision_is_left_untouched(tmp_path):
    done = run(REPORT, fake_torchvision(tmp_path, DECLARE))
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == [str(tmp_path / "torchvision" / "__init__.py"), "0"]


@pytest.mark.parametrize("before", ["", DECLARE], ids=["both missing", "one missing"])
def test_only_missing_operators_are_declared(tmp_path, before):
    # A second declaration of nms would raise.
    done = run(before + REPORT, fake_torchvision(tmp_path, NEED_BOTH))
    assert done.returncode == 0, done.stderr
    assert done.stdout.split()[1] == "1"


def test_another_failure_is_not_hidden(tmp_path):
    done = run(REPORT, fake_torchvision(tmp_path, "raise RuntimeError('wrong version of torch')"))
    assert done.returncode != 0
    assert "RuntimeError: wrong version of torch" in done.stderr


def test_the_compiler_waits_until_it_is_asked():
    done = run(
        "import sys\n"
        "from alignment.networks.torchvision_operators import import_torchvision\n"
        "torchvision = import_torchvision()\n"
        "print(*(name for name in sys.modules if name.startswith('torch._dynamo')))\n"
        "asked = sys.modules['torchvision.ops.roi_align'].is_compile_supported('cpu')\n"
        "from torch._dynamo.utils import is_compile_supported, counters\n"
        "print(asked == is_compile_supported('cpu'))\n"
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == ["", "True"]


@pytest.mark.parametrize(
    "more", ["from torch._dynamo.utils import counters", "import torch._dynamo.eval_frame"]
)
def test_a_torchvision_that_needs_more_of_the_compiler_gets_it(tmp_path, more):
    done = run(REPORT, fake_torchvision(tmp_path, more))
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == [str(tmp_path / "torchvision" / "__init__.py"), "0"]


def test_a_compiler_that_is_there_already_stays(tmp_path):
    """Also where torchvision then fails."""
    done = run(
        "import torch._dynamo\n"
        "from alignment.networks.torchvision_operators import import_torchvision\n"
        "try:\n    import_torchvision()\n"
        "except ImportError:\n    import sys\n"
        "    print(sys.modules.get('torch._dynamo') is torch._dynamo)\n",
        fake_torchvision(tmp_path, "import pillow_of_old"),
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == ["True"]


def test_a_torchvision_that_cannot_be_imported_says_why(tmp_path):
    done = run(REPORT, fake_torchvision(tmp_path, "import pillow_of_old"))
    assert done.returncode != 0
    assert "No module named 'pillow_of_old'" in done.stderr
