"""The workflow for those who run it: its report, its closing words, and what planning costs."""

import json
import os
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import h5py
import pytest
from project import COHORTS, FIGURES

pytestmark = pytest.mark.workflow


def test_linter_of_snakemake_is_content(finished):
    done = finished.plain_snakemake("--lint")
    assert done.code == 0, done.said
    assert "good condition" in done.said


def test_report_shows_every_figure_with_a_caption_and_a_category(copied):
    done = copied.snakemake(flags=["--report", "report.zip"])
    assert done.code == 0, done.said
    with zipfile.ZipFile(copied / "report.zip") as archive:
        page = archive.read("report/report.html").decode()
        pictures = {Path(name).name for name in archive.namelist()}
    shown, categories = (
        json.JSONDecoder().raw_decode(page, page.index("{", page.index(f'<script id="{name}">')))[0]
        for name in ("results", "categories")
    )
    assert set(shown) == {f"results/figures/{figure}.png" for figure in FIGURES}
    assert {f"{figure}.png" for figure in FIGURES} <= pictures
    for path, figure in shown.items():
        assert len(figure["caption"]) > 100, path
        assert "{" not in figure["caption"], path
        assert figure["labels"], path
    assert set(categories) == {"Prediction", "Distributions", "Heatmaps", "Saliency"}
    for cohort in COHORTS:
        told = shown[f"results/figures/heatmaps-{cohort}.png"]["labels"].values()
        assert any(cohort in label for label in told)
    caption = shown["results/figures/heatmaps-tiny.png"]["caption"]
    assert "one of its own percentiles" in caption


def test_a_run_ends_on_its_warnings_and_where_to_look(copied):
    flags = ["--cores", "1", "--forcerun", "make_folds"]
    done = copied.snakemake("results/folds/tiny-a.h5", flags=flags)
    assert done.code == 0, done.said
    _, end = done.said.split("What to know (more in results/logs/):\n")
    assert end.startswith("Warning: a fold of the cohort 'tiny-a' is tested on 3 images, 3 pairs: ")
    assert f"Done. Look at {copied / 'results/folds/tiny-a.h5'}." in end.splitlines()


def test_jobs_that_wait_are_looked_at_when_one_has_ended_and_no_more_often(fresh):
    """Snakemake's own scheduler would look more and more often, the more jobs have ended."""
    targets = [f"results/folds/{cohort}.h5" for cohort in COHORTS]
    done = fresh.snakemake(*targets, flags=["--cores", "1", "--verbose"])
    assert done.code == 0, done.said
    n_ended = done.said.count("Finished jobid: ")
    assert n_ended >= 7
    assert done.said.count("Ready jobs: ") <= n_ended + 1


@pytest.mark.parametrize(
    ("n_pictures", "cores", "threads"), [(201, 4, 4), (201, 99, 8), (200, 4, 1)]
)
def test_the_folds_of_many_pictures_have_the_cores_that_cohorts_and_models_leave(
    fresh, n_pictures, cores, threads
):
    pictures = fresh / "data/tiny/pictures"
    for k in range(n_pictures - len(list(pictures.iterdir()))):
        (pictures / f"more-{k}.png").write_bytes((pictures / "05.png").read_bytes())
    alone = {
        "datasets": {"second": None},
        "cohorts": {"tiny-a": None},
        "models": {"efficientnet_lite1": None},
    }
    planned = ["--dry-run", "--workflow-profile", "none", "--quiet", "host"]
    done = fresh.snakemake(overlays=[alone], flags=[*planned, "--cores", str(cores)])
    assert done.code == 0, done.said
    for rule in ("score_maps", "select_maps", "measure_controls"):
        (job,) = re.findall(rf"^rule {rule}:\n((?: .*\n)+)", done.said, re.MULTILINE)
        found = re.findall(r"^ +threads: (\d+)", job, re.MULTILINE)
        assert found == ([str(threads)] if threads > 1 else [])


def test_a_limit_of_jobs_that_a_user_set_is_kept(copied):
    figures = [f"results/figures/{figure}.png" for figure in FIGURES[:2]]
    flags = ["--cores", "2", "--force", "--max-jobs-per-timespan", "1/15s"]
    done = copied.snakemake(*figures, flags=flags)
    assert done.code == 0, done.said
    assert "Job rate limit reached" in done.said


def test_a_summary_repeats_what_people_were_warned_of(copied):
    pictures = copied / "data/tiny/pictures"
    (pictures / "05.png").write_bytes((pictures / "06.png").read_bytes())
    done = copied.snakemake(
        "results/datasets/tiny/summary.txt",
        overlays=[{"cohorts": {"again": {"dataset": "tiny"}}}],
        flags=["--cores", "1"],
    )
    assert done.code == 0, done.said
    summary = (copied / "results/datasets/tiny/summary.txt").read_text().splitlines()
    (judgments,) = [line for line in summary if line.startswith("judgments: ")]
    assert ", dissimilarity, " in judgments or ", similarity, " in judgments
    assert " pairs, similarities " in judgments
    for beginning in (
        "Warning: 05 and 06 are the same picture: ",
        "Warning: the cohorts tiny and again compare the same images: ",
        "Warning: a fold of the cohort 'tiny-a' is tested on 3 images, 3 pairs: ",
    ):
        assert sum(line.startswith(beginning) for line in summary) == 1, summary
        # Once where people look, too
        assert sum(line.startswith(beginning) for line in done.said.splitlines()) == 1, done.said


def test_observers_with_names_keep_them(copied):
    images = sorted(path.stem for path in (copied / "data/tiny/pictures").iterdir())
    rows = [
        f"{a},{b},{len(who) + k + m},{who}"
        for who in ("bo", "ada")
        for k, a in enumerate(images)
        for m, b in enumerate(images[:k])
    ]
    (copied / "data/tiny/long.csv").write_text(
        "\n".join(["image_1,image_2,value,observer", *rows]) + "\n"
    )
    long = {"file": "data/tiny/long.csv", "kind": "similarity"}
    copied.run(
        "results/datasets/tiny/summary.txt", overlays=[{"datasets": {"tiny": {"judgments": long}}}]
    )
    summary = (copied / "results/datasets/tiny/summary.txt").read_text().splitlines()
    assert "observers: 2 (bo, ada)" in summary
    with h5py.File(copied / "results/datasets/tiny/similarity.h5") as file:
        assert list(file["observer_names"].asstr()) == ["bo", "ada"]
        assert len(file["observers"]) == 2


def test_planning_imports_nothing_heavy(finished):
    done = subprocess.run(
        [sys.executable, "-m", "snakemake", "--dry-run", "results/predictions/summary.csv"],
        cwd=finished.folder,
        env={**os.environ, "PYTHONPROFILEIMPORTTIME": "1"},
        capture_output=True,
        text=True,
        check=True,
    )
    imported = set(re.findall(r"^import time:.*\| +([\w.]+)$", done.stderr, flags=re.MULTILINE))
    assert "yaml" in imported
    assert not imported & {"torch", "torchvision", "scipy", "matplotlib"}
    ours = {name for name in imported if name.startswith("alignment.")}
    packages = {name.rpartition(".")[0] for name in ours}
    read = {name for name in ours - packages if not name.startswith("alignment.planning.")}
    assert read == {
        "alignment.artifacts.errors",
        "alignment.artifacts.files",
        "alignment.datasets.cell_text",
        "alignment.datasets.label_files",
        "alignment.datasets.picture_names",
        "alignment.datasets.query_text",
        "alignment.topography.design",
    }
