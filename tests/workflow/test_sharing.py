"""Checkouts that share what their networks make: what is found again, and what is not."""

import hashlib
import re

import pytest
import torch
import yaml
from PIL import Image
from project import OVERLAY, make_project

from alignment.networks.networks import load_network

pytestmark = pytest.mark.workflow

MODEL = "own_random"
NETWORK = f"results/networks/{MODEL}.safetensors"
ACTIVATIONS = f"results/activations/tiny/{MODEL}.h5"
PERTURBATION = f"results/perturbation/tiny/{MODEL}.h5"
ALL = {NETWORK, ACTIVATIONS, PERTURBATION}
SHARED_RULES = ("prepare_network", "extract_activations", "perturb_maps")


def write_weights(project, seed=1):
    """Write a file of weights; return the overlay that names it."""
    path = project / "data/weights.pth"
    network = load_network("shufflenet_v2_x0_5", {"random": seed}, cache_dir=path.parent)
    torch.save(network.module.state_dict(), path)
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    return of_model(weights={"file": "data/weights.pth", "sha256": digest})


def of_model(name=MODEL, **options):
    return {"models": {name: {"architecture": "shufflenet_v2_x0_5", "input_size": 64, **options}}}


@pytest.fixture(scope="module")
def share(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        folder = tmp_path_factory.mktemp("share")
        patch.setenv("SNAKEMAKE_OUTPUT_CACHE", str(folder))
        yield folder


@pytest.fixture(scope="module")
def first(share, tmp_path_factory):
    """A checkout that has put what it made into the share, and the overlay of its model."""
    project = make_project(tmp_path_factory.mktemp("first"))
    overlay = write_weights(project)
    run(project, overlay)
    return project, overlay


@pytest.fixture
def second(first, tmp_path):
    """Another checkout, with the same pictures and weights, that has made nothing yet."""
    project = make_project(tmp_path / "second")
    return project, write_weights(project)


def run(project, *overlays, target=PERTURBATION, flags=("--cache",)):
    done = project.snakemake(target, overlays=overlays, flags=["--cores", "2", *flags])
    assert done.code == 0, done.said
    return done


def jobs_run(project):
    """The shared rules of which a script ran, by what it said: a link is made without a word."""
    logs = project / "results/logs"
    return {
        rule for rule in SHARED_RULES for log in (logs / rule).rglob("*.log") if log.read_text()
    }


def missing(project, *overlays, target=PERTURBATION):
    """The files of the shared rules that would have to be made."""
    flags = ["--dry-run", "--workflow-profile", "none", "--quiet", "host", "--cache"]
    done = project.snakemake(target, overlays=overlays, flags=flags)
    assert done.code == 0, done.said
    found = dict(re.findall(r"^Output file (\S+) will be (obtained|written)", done.said, re.M))
    assert len(found) == len(ALL)
    return {path for path, how in found.items() if how == "written"}


def test_a_second_checkout_computes_no_activation_and_no_perturbation(first, second):
    (made, overlay), (project, same) = first, second
    assert jobs_run(made) == set(SHARED_RULES)
    assert same == overlay
    assert missing(project, overlay) == set()
    scores = f"results/ais/tiny/{MODEL}/seed-111/fold-0.csv"
    run(project, overlay, target=scores)
    assert jobs_run(project) == set()
    for path in ALL:
        assert (project / path).read_bytes() == (made / path).read_bytes()
    # What comes from the share vouches for itself as well, and gives the same scores.
    run(made, overlay, target=scores)
    assert (project / scores).read_bytes() == (made / scores).read_bytes()
    for flags in (("--cache",), ()):
        assert project.planned(scores, overlays=[overlay], flags=flags) == []


def test_values_are_those_that_are_made_without_a_share(first, second, monkeypatch):
    (made, _), (project, overlay) = first, second
    monkeypatch.delenv("SNAKEMAKE_OUTPUT_CACHE")
    run(project, overlay, flags=())
    assert jobs_run(project) == set(SHARED_RULES)
    for path in (ACTIVATIONS, PERTURBATION):
        assert not (project / path).is_symlink()
        assert (project / path).read_bytes() == (made / path).read_bytes()
    # Turning to the share later makes nothing anew.
    monkeypatch.undo()
    assert project.planned(PERTURBATION, overlays=[overlay], flags=["--cache"]) == []


def test_other_weights_are_made_and_leave_the_shared_ones_alone(first, second, share):
    (made, _), (project, overlay) = first, second
    before = {path: (made / path).read_bytes() for path in ALL}
    run(project, overlay)
    overlay = write_weights(project, seed=2)
    assert missing(project, overlay) == ALL
    run(project, overlay)
    assert jobs_run(project) == set(SHARED_RULES)
    for path in ALL:
        assert (made / path).read_bytes() == before[path] != (project / path).read_bytes()


@pytest.mark.parametrize(
    ("overlay", "expected"),
    [
        (of_model(layers={"feature_maps": "stage4.3.cat", "embedding": "mean"}), ALL),
        (of_model(mean=[0.5, 0.5, 0.5]), ALL),
        ({"framing": "crop"}, {ACTIVATIONS, PERTURBATION}),
        ({"similarity": "cosine"}, {PERTURBATION}),
        ({"fit": "spearman", "crossvalidation": {"seeds": [7], "n_folds": 2}}, set()),
        ({"cohorts": {"tiny-a": {"query": "image != '03'"}}}, set()),
    ],
    ids=["layer", "preparation", "framing", "similarity", "fit", "cohort"],
)
def test_another_setting_is_made_from_where_it_matters(second, overlay, expected):
    project, own = second
    assert missing(project, own, overlay) == expected


def test_names_count_since_they_stand_in_the_files(second):
    project, own = second
    renamed = {"models": {"other": own["models"][MODEL]}}
    target = "results/perturbation/tiny/other.h5"
    assert len(missing(project, renamed, target=target)) == len(ALL)

    tiny = yaml.safe_load(OVERLAY.read_text())
    renamed = {
        "datasets": {"other": tiny["datasets"]["tiny"]},
        "cohorts": {
            f"other-{name}": {**cohort, "dataset": "other"}
            for name, cohort in tiny["cohorts"].items()
            if cohort is not None
        },
    }
    target = f"results/perturbation/other/{MODEL}.h5"
    assert missing(project, own, renamed, target=target) == {
        f"results/activations/other/{MODEL}.h5",
        target,
    }


def invert(pictures):
    with Image.open(pictures / "05.png") as picture:
        inverted = picture.point(lambda value: 255 - value)
    inverted.save(pictures / "05.png")


def rename(pictures):
    (pictures / "05.png").rename(pictures / "05b.png")


def exchange(pictures):
    (pictures / "05.png").rename(pictures / "aside")
    (pictures / "06.png").rename(pictures / "05.png")
    (pictures / "aside").rename(pictures / "06.png")


@pytest.mark.parametrize("change", [invert, rename, exchange])
def test_other_pictures_are_looked_at_anew(second, change):
    project, overlay = second
    change(project / "data/tiny/pictures")
    assert missing(project, overlay) == {ACTIVATIONS, PERTURBATION}


@pytest.mark.parametrize(
    ("edited", "expected"),
    [
        ("alignment/networks/state_dicts.py", ALL),
        ("alignment/datasets/pictures.py", {ACTIVATIONS, PERTURBATION}),
        ("perturb_maps.py", {PERTURBATION}),
        ("alignment/importance/selection.py", set()),
    ],
)
def test_edited_code_is_run_anew(second, edited, expected):
    project, overlay = second
    with open(project / "workflow_scripts" / edited, "a") as file:
        file.write("\n\ndef added():\n    return 1\n")
    assert missing(project, overlay) == expected


@pytest.mark.parametrize("package", ["torch", "numpy"])
def test_another_version_of_a_package_is_run_anew(second, package):
    project, overlay = second
    with open(project / "rules/common.smk", "a") as file:
        file.write(
            "\n\ndef versions(*packages):\n"
            f"    return {{name: 'other' if name == '{package}' else version(name) "
            "for name in packages}\n"
        )
    expected = ALL if package == "torch" else {ACTIVATIONS, PERTURBATION}
    assert missing(project, overlay) == expected


def test_a_damaged_shared_file_is_named_and_can_be_made_anew(first, second):
    (made, _), (project, overlay) = first, second
    run(project, overlay)
    kept = (made / PERTURBATION).resolve()
    whole = kept.read_bytes()
    kept.write_bytes(whole[:-5])
    scores = f"results/ais/tiny/{MODEL}/seed-111/fold-0.csv"
    flags = ["--cores", "2", "--cache"]
    done = project.snakemake(scores, overlays=[overlay], flags=flags)
    assert done.code != 0
    assert (
        f"Error: {PERTURBATION} was changed or cut short after it was written; "
        f"delete it and {kept}, and run snakemake again."
    ) in done.said.splitlines()
    kept.unlink()
    (project / PERTURBATION).unlink()
    run(project, overlay, target=scores)
    assert kept.read_bytes() == whole
    assert made.planned(PERTURBATION, overlays=[overlay], flags=["--cache"]) == []


@pytest.mark.parametrize("folder", ["share", "/nowhere/share"])
def test_a_share_that_links_could_not_point_to_is_refused(second, monkeypatch, folder):
    project, overlay = second
    (project / "share").mkdir()
    monkeypatch.setenv("SNAKEMAKE_OUTPUT_CACHE", folder)
    done = project.snakemake(PERTURBATION, overlays=[overlay], flags=["--dry-run", "--cache"])
    assert done.code != 0
    assert (
        f"SNAKEMAKE_OUTPUT_CACHE: {folder} is not the absolute path of a folder that exists."
        in done.said
    )
