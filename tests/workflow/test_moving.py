"""Finished results that are copied, moved, packed, or that lost what Snakemake knew of them."""

import os
import shutil
from pathlib import Path

import pytest
from project import Project, dependents, make_project, names

pytestmark = pytest.mark.workflow


def copy_with_other_times(folder, to):
    shutil.copytree(folder, to, copy_function=shutil.copyfile)


def copy_without_snakemakes_folder(folder, to):
    shutil.copytree(folder, to)
    shutil.rmtree(to / ".snakemake")


def copy_into_a_fresh_checkout(folder, to):
    """As one who clones the workflow and gets the results and pictures by post."""
    make_project(to)
    for part in ("results", "data"):
        shutil.rmtree(to / part, ignore_errors=True)
        shutil.copytree(folder / part, to / part, copy_function=shutil.copyfile)


def pack_and_unpack(folder, to):
    """Times in a zip archive are of two seconds."""
    archive = Path(shutil.make_archive(str(to), "zip", folder))
    shutil.unpack_archive(archive, to)
    archive.unlink()


def look_through_a_link(folder, to):
    shutil.copytree(folder, to.with_name("real"), symlinks=True)
    to.symlink_to(to.with_name("real"), target_is_directory=True)


WAYS = [
    copy_with_other_times,
    copy_without_snakemakes_folder,
    copy_into_a_fresh_checkout,
    pack_and_unpack,
    look_through_a_link,
]


# Another fit and other seeds
CHANGED = [{"fit": "pearson", "crossvalidation": {"seeds": [111, 333]}}]


@pytest.fixture(scope="module")
def changed_jobs(finished):
    """The jobs of a change where nothing was moved."""
    return names(finished.planned(overlays=CHANGED))


@pytest.fixture(params=WAYS, ids=lambda way: way.__name__)
def moved(request, finished, tmp_path):
    request.param(finished.folder, tmp_path / "moved")
    yield Project(tmp_path / "moved")
    shutil.rmtree(tmp_path)


def test_of_moved_results_nothing_is_done_again_but_what_changed(moved, changed_jobs, all_jobs):
    assert moved.planned() == []
    # Settings, code and inputs are seen as they are where nothing was moved.
    assert names(moved.planned(overlays=CHANGED)) == changed_jobs
    judgments = moved / "data/tiny/judgments.npy"
    judgments.write_bytes(judgments.read_bytes()[:-8] + b"\0" * 8)
    os.utime(judgments, (10, 10))
    expected = dependents(all_jobs, lambda job: job.rule == "import_judgments")
    assert names(moved.planned()) == expected


def test_a_result_that_was_altered_on_the_way_is_made_again(finished, tmp_path, all_jobs):
    project = Project(tmp_path / "moved")
    copy_without_snakemakes_folder(finished.folder, project.folder)
    table = "results/ais/tiny/efficientnet_lite0/seed-111/fold-1.csv"
    with open(project / table, "a") as file:
        file.write("9999,1.0\n")
    expected = dependents(all_jobs, lambda job: table in job.output)
    assert names(project.planned()) == expected


def test_results_of_which_nothing_is_known_are_made_again(finished, tmp_path, all_jobs):
    project = Project(tmp_path / "moved")
    copy_without_snakemakes_folder(finished.folder, project.folder)
    (project / "results/records.json.gz").unlink()
    assert names(project.planned()) == names(all_jobs)


def test_results_in_a_folder_of_their_own_are_those_of_the_checkout(finished, tmp_path):
    """Where results lie apart, files of the workflow have other paths, and another order."""
    for part in ("results", "data"):
        shutil.copytree(finished / part, tmp_path / part, copy_function=shutil.copyfile)
    assert finished.planned(flags=["--directory", str(tmp_path)]) == []
    changed = finished.planned(flags=["--directory", str(tmp_path)], overlays=CHANGED)
    assert names(changed) == names(finished.planned(overlays=CHANGED))
