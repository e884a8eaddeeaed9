"""Which modules need torch: measuring, comparing and drawing must not pay for its import."""

import subprocess
import sys
from pathlib import Path

SCRIPTS = Path(__file__).parents[2] / "workflow_scripts"
WITH_TORCH = {"losses", "networks", "training", "robustness", "colour"}


def imported(*modules):
    """Top-level names of what a fresh process holds after importing modules of the library."""
    code = f"import sys, {', '.join(modules)}; print(*{{n.partition('.')[0] for n in sys.modules}})"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=SCRIPTS, capture_output=True, text=True, check=True
    )
    return set(done.stdout.split())


def test_measures_comparisons_and_figures_need_no_torch():
    names = {path.stem for path in (SCRIPTS / "alignment/topography").glob("*.py")}
    assert names >= WITH_TORCH
    modules = [f"alignment.topography.{name}" for name in names - WITH_TORCH - {"__init__"}]
    figures = (SCRIPTS / "alignment/figures/topography").glob("[a-z]*.py")
    modules += [f"alignment.figures.topography.{path.stem}" for path in figures]
    assert "torch" not in imported(*modules, "alignment.datasets.digit_sources")


def test_rules_read_the_design_without_numpy():
    assert not imported("alignment.topography.design") & {"numpy", "torch", "scipy"}


def test_training_needs_no_torchvision_and_no_pandas():
    assert not imported("train_network") & {"torchvision", "pandas", "matplotlib", "sklearn"}
