"""What importing a module costs: short jobs must not pay for what they do not use."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

LIBRARY = Path(__file__).parents[2] / "workflow_scripts"
WITHOUT_TORCH = [
    "fits",
    "pooled_head",
    "folds",
    "selection",
    "storage",
    "lineage",
    "saved_networks",
    "tables",
    "heads",
    "heatmaps",
    "pictures",
    "pairs",
    "predictions",
    "controls",
    "reweighting",
    "observers",
    "resampling",
    "paired_tests",
    "distributions",
    "reliability",
    "image_scores",
    "labels",
    "overlays",
    "mur92",
    "job_log",
    "cache",
    "judgments",
    "agreement",
    "activity",
    "cohort_agreement",
    "stability",
    "saliency_comparison",
    "saliency_maps",
    "saliency_measures",
    "saliency_sources",
    "saliency_summary",
]
WITHOUT_PANDAS = ["fits", "folds", "tables", "activity", "cohort_agreement", "stability"]
WITHOUT_PANDAS += ["saliency_comparison", "saliency_summary"]


def imported(module):
    """Top-level names of what a fresh process holds after importing a module."""
    code = f"import sys, alignment.{module}; print(*{{n.partition('.')[0] for n in sys.modules}})"
    environment = {**os.environ, "PYTHONPATH": str(LIBRARY)}
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True
    )
    return set(done.stdout.split())


def test_the_probe_sees_torch():
    assert "torch" in imported("torchvision_operators")


@pytest.mark.parametrize("module", WITHOUT_TORCH)
def test_modules_that_run_no_network_do_not_import_torch(module):
    names = imported(module)
    assert "alignment" in names
    assert not names & {"torch", "torchvision"}
    if module in WITHOUT_PANDAS:
        assert not names & {"pandas", "matplotlib"}
