"""What importing costs: short jobs must not pay for what they do not use.

Many modules share a fresh process, which imports them one after the other and names the first that
brings something heavy.
"""

import os
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

SCRIPTS = Path(__file__).parents[2] / "workflow_scripts"
LIBRARY = SCRIPTS / "alignment"
MODULES = {
    "alignment." + ".".join(path.relative_to(LIBRARY).with_suffix("").parts)
    for path in LIBRARY.rglob("*.py")
    if path.name != "__init__.py"
}
# Packages in which torch lives, and what in them is used without it.
OF_TORCH = tuple(f"alignment.{package}." for package in ("networks", "cutting", "heads"))
OF_TORCH += ("alignment.topography.",)
RUN_LAYERS = {
    "connected",
    "connected_layers",
    "embeddings",
    "foresight",
    "forward",
    "gradients",
    "places",
    "recorded",
    "running",
    "split",
    "written_out",
}
TRAIN = {"losses", "networks", "optimisers", "training", "robustness", "colour"}
# Packages that compute on arrays alone: neither tables of pandas nor pictures of matplotlib.
PLAIN = tuple(
    f"alignment.{package}."
    for package in (
        *("artifacts", "comparison", "faithfulness", "importance", "planning", "prediction"),
        *("saliency", "similarity", "statistics"),
    )
)
# Scripts that run networks; all others wait for no torch.
NETWORKS = {"prepare_network", "extract_activations", "list_layers", "check_inputs"}
NETWORKS |= {
    "judge_heatmaps",
    "train_network",
    "measure_networks",
    "align_units",
}
HEAVY = {"pandas", "matplotlib", "torch", "torchvision"}

PROBE = """
import importlib, sys
before = set()
for module in sys.argv[1:]:
    importlib.import_module(module)
    names = {name.partition(".")[0] for name in sys.modules}
    print(module, *sorted(names - before))
    before |= names
"""


def bringing(modules, unwanted):
    """Return what each of some modules is the first to bring of what is not wanted."""
    brought = (line.split() for line in brought_by(tuple(sorted(modules))))
    found = ([module, *(name for name in names if name in unwanted)] for module, *names in brought)
    return [" ".join(line) for line in found if len(line) > 1]


@cache  # a process of its own
def brought_by(modules):
    """Return a line for each module: its name, and all that it is the first to bring."""
    done = subprocess.run(
        [sys.executable, "-c", PROBE, *modules],
        cwd=SCRIPTS,
        env={**os.environ, "PYTHONPATH": str(SCRIPTS)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert [line.split()[0] for line in lines] == [*modules]  # and none says anything else
    return lines


def test_the_probe_sees_what_is_brought():
    modules = ["alignment.statistics.holm", "alignment.heads.split", "alignment.datasets.labels"]
    assert bringing(modules, HEAVY) == [
        "alignment.datasets.labels pandas",
        "alignment.heads.split torch",
    ]


def test_modules_that_compute_on_arrays_import_nothing_heavy():
    modules = {module for module in MODULES if module.startswith(PLAIN)}
    assert {module.split(".")[1] for module in modules} == {p.split(".")[1] for p in PLAIN}
    assert bringing(modules, HEAVY) == []


def test_modules_that_run_no_network_import_no_torch():
    outside = {module for module in MODULES if not module.startswith(OF_TORCH + PLAIN)}
    heads = {m for m in MODULES if m.startswith("alignment.heads.")}
    topography = {m for m in MODULES if m.startswith("alignment.topography.")}
    for package, of_torch in ((heads, RUN_LAYERS), (topography, TRAIN)):
        names = {module.rpartition(".")[2] for module in package}
        assert of_torch < names
        outside |= {module for module in package if module.rpartition(".")[2] not in of_torch}
    assert bringing(outside, {"torch", "torchvision"}) == []


def test_scripts_that_run_no_network_import_no_torch():
    scripts = {path.stem for path in SCRIPTS.glob("*.py")}
    assert scripts > NETWORKS
    assert bringing(scripts - NETWORKS, {"torch", "torchvision"}) == []


def test_scripts_wait_for_scipy_and_scikit_learn_where_they_use_them_alone():
    scripts = {path.stem for path in SCRIPTS.glob("*.py")}
    assert bringing(scripts - NETWORKS, {"scipy", "sklearn", "seaborn", "numba"}) == []


@pytest.mark.parametrize(
    ("modules", "unwanted"),
    [
        # Read by every job, since the rules import it.
        (["alignment.topography.design"], {"numpy", "torch", "scipy"}),
        (["train_network"], {"torchvision", "pandas", "matplotlib", "sklearn"}),
    ],
)
def test_what_is_imported_often_is_light(modules, unwanted):
    assert bringing(modules, unwanted) == []
