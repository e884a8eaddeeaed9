"""The workflow as a whole: what a run leaves behind, and what a change makes it do again."""

import ast
import csv
import json
import os
import re
import shutil
import subprocess
import sys
import zipfile
from collections import Counter
from modulefinder import ModuleFinder
from pathlib import Path

import h5py
import numpy as np
import pytest
from PIL import Image
from project import CHECKOUT, GROUPS

pytestmark = pytest.mark.workflow

COHORTS = {"tiny": 16, "tiny-a": 10}
MODELS = ["efficientnet_lite0", "efficientnet_lite1"]
SEEDS, FOLDS = [111, 222], range(3)
N_MAPS, N_UNITS, N_CLASSES = 1280, 1280, 1000
OVERLAY_PICTURE = "results/heatmaps/tiny/efficientnet_lite0/p80/03.png"

PER_COHORT_AND_MODEL = [(cohort, model) for cohort in COHORTS for model in MODELS]
FIGURES = ["prediction", "controls", "selection_curves", "distributions"] + [
    f"heatmaps-{cohort}-{threshold}" for cohort in COHORTS for threshold in ("full", "p80")
]
FIGURES += ["relative_risk", *(f"saliency-{cohort}" for cohort in COHORTS)]
# What follows when the predictions of some cohorts, models or seeds change.
PREDICTION_ENDS = dict.fromkeys(
    [
        *("summarize_predictions", "plot_prediction", "plot_selection_curves"),
        *("collect_controls", "plot_controls"),
    ],
    1,
)
DISTRIBUTION_ENDS = dict.fromkeys(
    ["describe_distributions", "compare_distributions", "compare_images", "plot_distributions"], 1
)
SALIENCY_ENDS = {"summarize_saliency": 1, "plot_relative_risk": 1}
ENDS = PREDICTION_ENDS | DISTRIBUTION_ENDS | SALIENCY_ENDS | {"estimate_ceiling": 1}


def rules(jobs):
    return Counter(job.rule for job in jobs)


def values_of(wildcard, jobs):
    return {job.wildcards[wildcard] for job in jobs if wildcard in job.wildcards}


def rows_of(path):
    with open(path, newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


# What a run leaves behind


def test_a_finished_run_has_nothing_left_to_do(finished):
    assert finished.planned() == []


def test_a_finished_run_that_is_moved_elsewhere_has_nothing_left_to_do(copied):
    assert copied.planned() == []


CONTROLS = (
    "seed,fold,n_train,n_test,n_retained,full,retained,random_mean,random_sd,random_share,activity,"
    "reweighted,penalty,n_observers,observer_full,observer_retained,observer_lower,observer_upper"
)
TABLES = {
    "datasets/tiny/images.csv": ("index,image,group", 16),
    "predictions/summary.csv": (
        "cohort,model,weights,train_full,train_retained,n_folds,test_full,test_retained,difference,"
        "within_subject_se,difference_se,t,p,t_corrected,p_corrected,p_holm,difference_low,"
        "difference_high,n_retained_mean,n_retained_sd",
        4,
    ),
    "predictions/controls.csv": (f"cohort,model,{CONTROLS},ceiling", 24),
    "predictions/control_tests.csv": (
        "cohort,model,control,n_folds,test_control,test_retained,difference,t_corrected,"
        "p_corrected,p_holm",
        12,
    ),
    "predictions/observers.csv": (
        "cohort,model,correlation,n_observers,n_folds,observer_full,observer_retained,"
        "observer_lower,observer_upper",
        0,  # nobody is told apart
    ),
    "statistics/paired_tests.csv": (
        "cohort,statistic,model_a,model_b,n,median_difference,w,p,p_holm",
        4,
    ),
    "predictions/ceiling.csv": ("cohort,n_observers,reliability,ceiling", 2),
    "statistics/ks_tests.csv": ("cohort,statistic,model_a,model_b,n_a,n_b,d,p,p_holm", 10),
    "saliency/summary.csv": (
        "cohort,model,source,kind,measure,n_images,n_empty_heatmaps,n_flat_maps,"
        "n_zero_denominators,n,mean,sd,statistic,value,low,high,null,null_low,null_high,p,p_holm",
        72,
    ),
}
for cohort, model in PER_COHORT_AND_MODEL:
    TABLES[f"predictions/{cohort}/{model}.csv"] = (
        "seed,fold,n_train,n_test,n_retained,train_full,train_retained,test_full,test_retained",
        6,
    )
    TABLES[f"controls/{cohort}/{model}.csv"] = (CONTROLS, 6)
    TABLES[f"resamples/{cohort}/{model}.csv"] = ("resample,n_folds,test_full,test_retained", 20)
    TABLES[f"saliency/{cohort}/{model}.csv"] = (
        "image,source,empty_heatmap,flat_map,relative_risk_5,relative_risk_10,relative_risk_15,"
        "cc,sim,kl,nss,auc_judd,saliency_nss,saliency_auc_judd",
        3 * COHORTS[cohort],
    )
    for fold in [f"seed-{seed}/fold-{fold}.csv" for seed in SEEDS for fold in FOLDS]:
        where = f"{cohort}/{model}/{fold}"
        TABLES[f"ais/{where}"] = ("map,fit_full,fit_without,ais,rank", N_MAPS)
        TABLES[f"selection/{where}"] = ("k,map,train_fit,test_fit", N_MAPS)
        TABLES[f"retained/{where}"] = ("rank,map,ais", None)


def test_tables_have_the_columns_and_rows_that_are_promised(finished):
    for path, (header, n_rows) in TABLES.items():
        lines = (finished / "results" / path).read_text(encoding="utf-8").splitlines()
        assert lines[0] == header, path
        assert n_rows in (None, len(lines) - 1), path


def test_tables_hold_full_double_precision(finished):
    longest = 0
    for path in TABLES:
        for row in rows_of(finished / "results" / path):
            for column, field in row.items():
                if "." in field and column != "image" and not column.startswith("model"):
                    assert repr(float(field)) == field, (path, column)
                    longest = max(longest, len(field.partition("e")[0].lstrip("-0.")))
    assert longest >= 16


def test_the_tables_of_a_fold_agree_with_one_another(finished):
    for cohort, model in PER_COHORT_AND_MODEL:
        predictions = iter(rows_of(finished / f"results/predictions/{cohort}/{model}.csv"))
        for seed in SEEDS:
            for fold in FOLDS:
                scores, curve, retained = (
                    rows_of(
                        finished / f"results/{stage}/{cohort}/{model}/seed-{seed}/fold-{fold}.csv"
                    )
                    for stage in ("ais", "selection", "retained")
                )
                row = next(predictions)
                assert (int(row["seed"]), int(row["fold"])) == (seed, fold)
                assert int(row["n_train"]) + int(row["n_test"]) == COHORTS[cohort]
                assert [int(score["map"]) for score in scores] == list(range(N_MAPS))
                assert {int(score["rank"]) for score in scores} == set(range(1, N_MAPS + 1))
                by_rank = sorted(scores, key=lambda score: int(score["rank"]))
                ais = [float(score["ais"]) for score in by_rank]
                assert ais == sorted(ais, reverse=True)
                assert [step["map"] for step in curve] == [score["map"] for score in by_rank]
                n = int(row["n_retained"])
                assert [kept["map"] for kept in retained] == [step["map"] for step in curve[:n]]
                assert [kept["ais"] for kept in retained] == [score["ais"] for score in by_rank[:n]]
                assert row["test_full"] == curve[-1]["test_fit"]
                assert row["test_retained"] == curve[n - 1]["test_fit"]
                best = max(float(step["train_fit"]) for step in curve if step["train_fit"])
                assert float(row["train_retained"]) == best


def test_the_controls_are_those_of_the_same_folds(finished):
    tables = rows_of(finished / "results/predictions/controls.csv")
    ceilings = rows_of(finished / "results/predictions/ceiling.csv")
    ceilings = {row["cohort"]: row["ceiling"] for row in ceilings}
    for cohort, model in PER_COHORT_AND_MODEL:
        rows = [row for row in tables if (row["cohort"], row["model"]) == (cohort, model)]
        folds = rows_of(finished / f"results/predictions/{cohort}/{model}.csv")
        for row, fold in zip(rows, folds, strict=True):
            for name in ("seed", "fold", "n_train", "n_test", "n_retained"):
                assert row[name] == fold[name]
            assert (row["full"], row["retained"]) == (fold["test_full"], fold["test_retained"])
            assert row["ceiling"] == ceilings[cohort]
            # Few maps may be too few for any fit, however they are chosen.
            for name in ("random_share", "random_mean", "activity", "reweighted"):
                assert not row[name] or 0 <= float(row[name]) <= 1
            assert float(row["penalty"]) > 0


ACTIVATIONS = {
    "feature_maps": ((16, N_MAPS, 2, 2), "f4"),
    "embedding": ((16, N_UNITS), "f4"),
    "logits": ((16, N_CLASSES), "f4"),
    "images": ((16,), "O"),
}
PERTURBATION = {
    "rsm": ((120,), "f8"),
    "rsm_without": ((N_MAPS, 120), "f8"),
    "rsm_without_one_side": ((16, N_MAPS, 16), "f8"),
}
MADE_BY = {
    *("model", "architecture", "weights", "weights_sha256", "input_size", "mean", "std", "framing"),
    *("feature_maps_layer", "embedding_layer", "dataset", "torch_version", "torchvision_version"),
}
ARRAYS = {
    "datasets/tiny/similarity.h5": (
        {"similarity": ((16, 16), "f8"), "images": ((16,), "O")},
        {"source", "options", "notes"},
    )
}
for model in MODELS:
    ARRAYS[f"activations/tiny/{model}.h5"] = (ACTIVATIONS, MADE_BY)
    ARRAYS[f"perturbation/tiny/{model}.h5"] = (PERTURBATION, MADE_BY | {"similarity"})
    for cohort, n in COHORTS.items():
        made_by = MADE_BY | {"similarity", "cohort"}
        ARRAYS[f"image_ais/{cohort}/{model}.h5"] = (
            {"ais": ((n, N_MAPS), "f8"), "fit_full": ((n,), "f8"), "images": ((n,), "O")},
            made_by,
        )
        ARRAYS[f"heatmaps/{cohort}/{model}/heatmaps.h5"] = (
            {"heatmap": ((n, 2, 2), "f4"), "images": ((n,), "O")},
            made_by | {"negative_scores"},
        )


@pytest.mark.parametrize("path", ARRAYS)
def test_arrays_have_the_shapes_types_and_provenance_that_are_promised(finished, path):
    arrays, attributes = ARRAYS[path]
    with h5py.File(finished / "results" / path) as file:
        assert {name: (array.shape, array.dtype) for name, array in file.items()} == {
            name: (shape, np.dtype(kind)) for name, (shape, kind) in arrays.items()
        }
        assert attributes <= set(file.attrs)
        if "images" in file:
            assert list(file["images"].asstr()) == [f"{k:02}" for k in range(len(file["images"]))]
        if "model" in attributes:
            assert (
                file.attrs["model"]
                == file.attrs["architecture"]
                == re.search(r"\w+_lite\d", path)[0]
            )
            assert re.fullmatch(r"[0-9a-f]{64}", file.attrs["weights_sha256"])
            assert file.attrs["input_size"] == 64


def test_pictures_keep_their_pixels_and_overlays_their_size(finished):
    for k in range(len(GROUPS)):
        given = Image.open(finished / f"data/tiny/pictures/{k:02}.png")
        kept = Image.open(finished / f"results/datasets/tiny/images/{k:02}.png")
        np.testing.assert_array_equal(np.asarray(kept), np.asarray(given))
        for (cohort, model), threshold in zip(PER_COHORT_AND_MODEL, ("full", "p80"), strict=False):
            if k < COHORTS[cohort]:
                drawn = f"results/heatmaps/{cohort}/{model}/{threshold}/{k:02}.png"
                assert Image.open(finished / drawn).size == given.size


@pytest.mark.parametrize("figure", FIGURES)
def test_figures_are_drawn_as_png_and_pdf(finished, figure):
    with Image.open(finished / f"results/figures/{figure}.png") as image:
        image.load()
        assert min(image.size) > 300
    assert (finished / f"results/figures/{figure}.pdf").read_bytes().startswith(b"%PDF")


def test_every_job_leaves_a_log_and_nothing_is_left_half_written(finished):
    results = finished / "results"
    logs, benchmarks = (
        {path.relative_to(results / folder).with_suffix("") for path in files}
        for folder, files in (
            ("logs", (results / "logs").rglob("*.log")),
            ("benchmarks", (results / "benchmarks").rglob("*.tsv")),
        )
    )
    shared = {log for log in logs if log.parts[0] in SHARED}
    assert len(shared) == 2 + 3 + 2
    assert logs - shared == benchmarks
    for log in shared:
        said = (results / "logs" / log).with_suffix(".log").read_text()
        assert re.search(r"^took [\d.]+ s and at most \d+ MB of memory$", said, re.MULTILINE), log
    assert not list(results.rglob("*.partial"))


# What a change makes the workflow do again


def test_another_seed_is_computed_alone(finished):
    jobs = finished.planned(overlays=[{"crossvalidation": {"seeds": [111, 222, 333]}}])
    assert rules(jobs) == {
        **{"score_maps": 4, "select_maps": 4, "collect_predictions": 4, "estimate_ceiling": 1},
        **{"measure_controls": 4, "resample_images": 4, **PREDICTION_ENDS},
    }
    assert values_of("seed", jobs) == {"333"}


def test_a_changed_cohort_hides_nothing_else_that_is_stale(copied):
    """What Snakemake would not look at if a network waited for the cohorts of its dataset."""
    changed = {"cohorts": {"tiny-a": {"query": "image != '03'"}}}
    figure = "results/figures/heatmaps-tiny-p80.png"
    (copied / figure).unlink()
    assert rules(copied.planned(figure, overlays=[changed])) == {"plot_heatmaps": 1}
    jobs = copied.planned(overlays=[changed, {"heatmaps": {"colours": "viridis"}}])
    drawn = [job for job in jobs if job.rule == "draw_heatmaps"]
    assert values_of("cohort", drawn) == {"tiny", "tiny-a"}


def test_another_cohort_is_computed_alone(finished):
    jobs = finished.planned(overlays=[{"cohorts": {"tiny-b": {"dataset": "tiny"}}}])
    assert rules(jobs) == {
        **{"define_cohort": 1, "describe_dataset": 1},
        **{"measure_controls": 2, "resample_images": 2},
        **{"score_maps": 4, "select_maps": 4, "collect_predictions": 2},
        **{"score_images": 2, "compute_heatmaps": 2, "draw_heatmaps": 4, "plot_heatmaps": 2},
        **{"compare_saliency": 2, "plot_saliency": 1},
        **ENDS,
    }
    assert values_of("cohort", jobs) == {"tiny-b"}


def test_another_model_is_computed_alone(finished):
    overlay = {"models": {"third": {"architecture": "efficientnet_lite2", "weights": "imagenet"}}}
    jobs = finished.planned(overlays=[overlay])
    assert rules(jobs) == {
        **{"prepare_network": 1, "extract_activations": 1, "perturb_maps": 1},
        **{"measure_controls": 2, "resample_images": 2},
        **{"score_maps": 4, "select_maps": 4, "collect_predictions": 2},
        # The grids show every model.
        **{"score_images": 2, "compute_heatmaps": 2, "draw_heatmaps": 4, "plot_heatmaps": 4},
        **{"compare_saliency": 2, "plot_saliency": 2},
        **(PREDICTION_ENDS | DISTRIBUTION_ENDS | SALIENCY_ENDS),
    }
    assert values_of("model", jobs) == {"third"}


def test_another_percentile_is_only_drawn(finished):
    jobs = finished.planned(overlays=[{"heatmaps": {"percentiles": [80, 85.5]}}])
    assert rules(jobs) == {"draw_heatmaps": 4, "plot_heatmaps": 2}
    assert values_of("threshold", jobs) == {"p85.5"}


@pytest.mark.parametrize(
    ("overlay", "expected"),
    [
        ({"heatmaps": {"colours": "viridis"}}, {"draw_heatmaps": 8, "plot_heatmaps": 4}),
        ({"figures": {"grid_pictures": 4}}, {"plot_heatmaps": 4, "plot_saliency": 2}),
        (
            {"heatmaps": {"negative_scores": True}},
            {
                **{"compute_heatmaps": 4, "draw_heatmaps": 8, "plot_heatmaps": 4},
                **{"compare_saliency": 4, "plot_saliency": 2, **SALIENCY_ENDS},
            },
        ),
        (
            {"fit": "spearman"},
            {
                **{"score_maps": 8, "select_maps": 8, "collect_predictions": 4},
                **{"measure_controls": 4, "resample_images": 4},
                **{"estimate_ceiling": 1, **PREDICTION_ENDS},
            },
        ),
        (
            {"controls": {"random_draws": 6}},
            {"measure_controls": 4, "collect_controls": 1, "plot_controls": 1},
        ),
        (
            {"statistics": {"resamples": 30}},
            {
                **{"resample_images": 4, "summarize_predictions": 1},
                **{"plot_prediction": 1, "plot_controls": 1},
            },
        ),
    ],
    ids=lambda value: next(iter(value)),
)
def test_another_setting_reruns_what_it_concerns(finished, overlay, expected):
    assert rules(finished.planned(overlays=[overlay])) == expected


def test_controls_and_statistics_that_are_switched_off_cost_nothing(finished):
    off = {
        "controls": {
            "random_draws": 0,
            "activity": False,
            "reweighting": "none",
            "observers": False,
        },
        "statistics": {"resamples": 0, "paired_tests": False},
    }
    jobs = finished.planned(overlays=[off], flags=["--forceall"])
    stages = {"measure_controls", "collect_controls", "plot_controls", "resample_images"}
    assert not (stages | {"compare_images"}) & set(rules(jobs))
    # The summary loses its intervals, and nothing else is made again.
    assert rules(finished.planned(overlays=[off])) == {
        "summarize_predictions": 1,
        "plot_prediction": 1,
    }


AFTER_JUDGMENTS = {
    "describe_dataset": 1,
    **{"define_cohort": 2, "score_maps": 8, "select_maps": 8, "collect_predictions": 4},
    **{"score_images": 4, "compute_heatmaps": 4, "draw_heatmaps": 8, "plot_heatmaps": 4},
    **{"measure_controls": 4, "resample_images": 4},
    **{"compare_saliency": 4, "plot_saliency": 2},
    **ENDS,
}


def test_other_judgments_leave_pictures_and_networks_alone(copied):
    path = copied / "data/tiny/judgments.npy"
    np.save(path, np.load(path) ** 2)
    assert rules(copied.planned()) == {"import_judgments": 1, **AFTER_JUDGMENTS}


def test_other_labels_leave_pictures_and_networks_alone(copied):
    path = copied / "data/tiny/labels.csv"
    path.write_text(path.read_text().replace("15,b", "15,a"))
    assert rules(copied.planned()) == {"label_images": 1, **AFTER_JUDGMENTS}


def test_another_picture_redoes_its_dataset_and_no_other(copied):
    path = copied / "data/tiny/pictures/05.png"
    Image.fromarray(255 - np.asarray(Image.open(path))).save(path)
    jobs = copied.planned("all", "results/activations/second/efficientnet_lite0.h5")
    assert rules(jobs) == {
        **{"import_images": 1, "label_images": 1, "import_judgments": 1},
        **{"extract_activations": 2, "perturb_maps": 2, "compute_saliency": 3},
        **AFTER_JUDGMENTS,
    }
    assert values_of("dataset", jobs) == {"tiny"}


def test_a_picture_more_or_less_is_noticed(copied):
    (copied / "data/tiny/pictures/15.png").unlink()
    assert rules(copied.planned())["import_images"] == 1


# Edits of the code


@pytest.fixture(scope="session")
def all_jobs(finished):
    """Every job of the tiny project, and one that draws a single overlay."""
    picture = OVERLAY_PICTURE.replace("p80", "p77")
    return finished.planned("all", picture, flags=["--forceall"])


def imported_modules(scripts, rule):
    """The modules that a script imports, found in its bytecode."""
    finder = ModuleFinder(path=[str(scripts)])
    finder.run_script(str(scripts / f"{rule}.py"))
    files = (Path(module.__file__) for module in finder.modules.values() if module.__file__)
    modules = {str(path.relative_to(scripts.parent)) for path in files if path.parent != scripts}
    return modules - {"workflow_scripts/alignment/__init__.py"}


def test_the_package_itself_holds_no_code():
    # It is imported by every script and declared by none.
    tree = ast.parse((CHECKOUT / "workflow_scripts/alignment/__init__.py").read_text())
    assert [type(node) for node in tree.body] == [ast.Expr]


def test_every_rule_declares_the_modules_that_its_script_imports(finished, all_jobs):
    # What is fetched is checked by its SHA-256: an edit is no reason to download it again.
    expected = {rule for rule, (file, _) in RULES.items() if file not in SWITCHED_OFF}
    assert set(rules(all_jobs)) == expected - {"all", "fetch_mur92"}
    for job in all_jobs:
        declared = {path for path in job.input if path.endswith(".py")}
        assert declared == imported_modules(finished / "workflow_scripts", job.rule), job.rule


def test_the_finder_of_imports_finds_what_is_imported_late_or_indirectly(tmp_path):
    library = tmp_path / "workflow_scripts/alignment"
    library.mkdir(parents=True)
    (library / "__init__.py").touch()
    (library / "first.py").write_text("def call():\n    from alignment.second import name\n")
    (library / "second.py").write_text("name = 1\n")
    (library / "third.py").touch()
    (library.parent / "stage.py").write_text("from alignment import first\n")
    assert imported_modules(library.parent, "stage") == {
        "workflow_scripts/alignment/first.py",
        "workflow_scripts/alignment/second.py",
    }


@pytest.mark.parametrize("module", ["heatmaps", "fits", "mur92"])
def test_an_edited_module_reruns_the_stages_that_import_it(copied, all_jobs, module):
    path = f"workflow_scripts/alignment/{module}.py"
    with open(copied / path, "a") as file:
        file.write("\n\ndef added():\n    return 1\n")
    stale, files = set(), {path}
    while len(stale) < len(
        more := {job.name for job in all_jobs if job.input & files and job.rule != "draw_heatmap"}
    ):
        stale = more
        files = files.union(*(output for _, output in stale))
    assert 0 < len(stale) < len(all_jobs)
    assert {job.name for job in copied.planned()} == stale


def test_files_that_are_only_touched_rerun_nothing(copied):
    for folder in ("workflow_scripts/alignment", "data", "rules", "envs"):
        for path in (copied / folder).rglob("*.*"):
            path.touch()
    for path in ("config.yaml", "Snakefile", "workflow_scripts/figures.mplstyle"):
        (copied / path).touch()
    assert copied.planned() == []


def test_another_look_redraws_every_figure_and_computes_nothing(copied):
    with open(copied / "workflow_scripts/figures.mplstyle", "a") as file:
        file.write("\nlines.linewidth: 3\n")
    jobs = copied.planned()
    assert set().union(*(job.output for job in jobs)) == {
        f"results/figures/{figure}.{kind}" for figure in FIGURES for kind in ("png", "pdf")
    }


# Lost files, and targets of their own


def test_a_lost_overlay_is_drawn_alone(copied):
    before = (copied / OVERLAY_PICTURE).read_bytes()
    (copied / OVERLAY_PICTURE).unlink()
    (job,) = copied.planned()
    assert (job.rule, job.output) == ("draw_heatmap", {OVERLAY_PICTURE})
    copied.run()
    assert (copied / OVERLAY_PICTURE).read_bytes() == before
    assert copied.planned() == []


def test_one_overlay_can_be_asked_for_alone(copied):
    folder = (copied / OVERLAY_PICTURE).parent
    before = (copied / OVERLAY_PICTURE).read_bytes()
    shutil.rmtree(folder)
    copied.run(OVERLAY_PICTURE)
    assert [path.name for path in folder.iterdir()] == ["03.png"]
    assert (copied / OVERLAY_PICTURE).read_bytes() == before


def test_an_overlay_at_any_percentile_can_be_asked_for(finished):
    (job,) = finished.planned(OVERLAY_PICTURE.replace("p80", "p92.5"))
    assert job.rule == "draw_heatmap"


@pytest.mark.parametrize(
    ("lost", "expected"),
    [
        (
            "predictions/summary.csv",
            {"summarize_predictions": 1, "plot_prediction": 1, "plot_controls": 1},
        ),
        ("predictions/control_tests.csv", {"collect_controls": 1, "plot_controls": 1}),
        ("statistics/ks_tests.csv", {"compare_distributions": 1, "plot_distributions": 1}),
        ("figures/heatmaps-tiny-p80.pdf", {"plot_heatmaps": 1}),
        ("heatmaps/tiny/efficientnet_lite0/p80/index.csv", {"draw_heatmaps": 1}),
    ],
)
def test_a_lost_result_is_made_anew_with_what_shows_it(copied, lost, expected):
    (copied / "results" / lost).unlink()
    assert rules(copied.planned()) == expected


def test_lost_tables_can_be_asked_for_alone(copied):
    lost = {
        "results/ais/tiny/efficientnet_lite0/seed-111/fold-1.csv": "score_maps",
        "results/predictions/tiny-a/efficientnet_lite1.csv": "collect_predictions",
        "results/statistics/ks_tests.csv": "compare_distributions",
    }
    for path in lost:
        (copied / path).unlink()
    assert rules(copied.planned(*lost)) == Counter(lost.values())


def test_every_figure_is_a_target_of_its_own(copied):
    targets = [f"results/figures/{figure}.{kind}" for figure in FIGURES for kind in ("png", "pdf")]
    assert copied.planned(*targets) == []
    for target in targets:
        (copied / target).unlink()
    (job,) = copied.planned("results/figures/prediction.png")
    assert job.rule == "plot_prediction"
    assert len(copied.planned(*targets)) == len(FIGURES)


# How the rules are written

RULES = {
    name: (path.name, body)
    for path in [CHECKOUT / "Snakefile", *sorted((CHECKOUT / "rules").glob("*.smk"))]
    for name, body in re.findall(
        r"^rule (\w+):\n((?:    .*\n|\n)+)", path.read_text(), flags=re.MULTILINE
    )
}
JOBS = sorted(set(RULES) - {"all"})
SHARED = {"fetch_mur92", "prepare_network", "extract_activations", "perturb_maps"}
# Stages that tests/workflow/config.yaml leaves out: they have workflow tests of their own.
SWITCHED_OFF = {"agreement.smk", "stability.smk"}


def directives(rule):
    """What a rule says under each of its directives."""
    parts = re.split(r"^    (\w+):", RULES[rule][1], flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


@pytest.mark.parametrize("rule", JOBS)
def test_every_rule_says_what_it_is_where_it_logs_and_what_it_needs(rule):
    said = directives(rule)
    assert re.match(r'    """[A-Z][^\n]+\."""\n', RULES[rule][1])
    assert f"results/logs/{rule}" in said["log"]
    # Snakemake keeps no benchmark of what may come from elsewhere.
    assert ("cache" in said) == (rule in SHARED)
    assert rule in SHARED or f"results/benchmarks/{rule}" in said["benchmark"]
    assert "../envs/alignment.yaml" in said["conda"]
    assert re.search(r"mem_mb=\w+", said["resources"])
    assert re.search(r"runtime=\w+", said["resources"])
    assert f'"../workflow_scripts/{rule}.py"' in said["script"]
    assert "message" not in said  # would hide the rule's name
    order = ["input", "output", "log", "benchmark", "cache", "priority", "localrule"]
    order += ["conda", "threads", "resources", "params", "script"]
    assert list(said) == [directive for directive in order if directive in said]


def test_every_script_belongs_to_a_rule_or_to_the_command_line():
    scripts = {path.stem for path in (CHECKOUT / "workflow_scripts").glob("*.py")}
    assert scripts == {*JOBS, "list_layers"}


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
    assert set(categories["Heatmaps"]) == set(COHORTS)
    caption = shown["results/figures/heatmaps-tiny-p80.png"]["caption"]
    assert "80th percentile" in caption


def test_a_run_ends_on_its_warnings_and_where_to_look(copied):
    flags = ["--cores", "1", "--forcerun", "define_cohort"]
    done = copied.snakemake("results/cohorts/tiny-a.csv", flags=flags)
    assert done.code == 0, done.said
    _, end = done.said.split("What to know (more in results/logs/):\n")
    assert end.startswith("Warning: a fold of the cohort 'tiny-a' is tested on 3 images, 3 pairs: ")
    assert f"Done. Look at {copied / 'results/figures'} first." in end.splitlines()


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
    ours = {name for name in imported if name.partition(".")[0] == "alignment"}
    assert ours == {"alignment", "alignment.artifacts.errors", "alignment.datasets.picture_names"}


def test_scripts_that_run_no_network_do_not_import_torch():
    networks = {"prepare_network", "extract_activations"}
    code = f"import sys, {', '.join(sorted(set(JOBS) - networks))}; print('torch' in sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=CHECKOUT / "workflow_scripts",
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == "False\n"
