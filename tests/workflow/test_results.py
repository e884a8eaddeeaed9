"""What a run leaves behind: tables, arrays, pictures, figures and logs."""

import re

import h5py
import numpy as np
import pytest
from PIL import Image
from project import CHECKOUT, COHORTS, DESIGNS, FIGURES, FOLDS, GROUPS, MODELS, SEEDS, rows_of

from alignment.artifacts.arrays import read_attributes

pytestmark = pytest.mark.workflow

N_MAPS, N_UNITS, N_CLASSES = 1280, 1280, 1000


def test_a_finished_run_has_nothing_left_to_do(finished):
    assert finished.planned() == []


def test_a_finished_run_that_is_moved_elsewhere_has_nothing_left_to_do(copied):
    assert copied.planned() == []


WHICH = "cohort,model,"
OF_FOLD = WHICH + "seed,fold,"
CONTROLS = (
    OF_FOLD + "n_train,n_test,n_retained,full,retained,random_mean,random_sd,random_share,activity,"
    "reweighted,penalty,n_observers,observer_full,observer_retained,observer_lower,"
    "observer_upper,best_map,full_without,retained_without"
)
TABLES = {
    "datasets/tiny/images.csv": ("index,image,group", 16),
    "predictions/summary.csv": (
        "cohort,model,weights,train_full,train_retained,n_folds,test_full,test_retained,difference,"
        "within_subject_se,difference_se,t,p,corrected_se,t_corrected,p_corrected,p_holm,"
        "difference_low,difference_high,n_retained_mean,n_retained_sd,corrected_low,corrected_high,"
        "interval_low,interval_high",
        4,
    ),
    "predictions/model_tests.csv": (
        "cohort,maps,model_a,model_b,n_folds,test_a,test_b,difference,t_corrected,p_corrected,"
        "p_holm,corrected_se,corrected_low,corrected_high,interval_low,interval_high",
        4,
    ),
    "predictions/controls.csv": (f"{CONTROLS},ceiling", 24),
    "predictions/control_tests.csv": (
        "cohort,model,control,n_folds,test_control,test_retained,difference,t_corrected,"
        "p_corrected,p_holm,corrected_se,corrected_low,corrected_high,interval_low,interval_high",
        12,
    ),
    "predictions/influence.csv": (
        "cohort,model,n_folds,best_map,best_share,difference,full_without,retained_without,"
        "difference_without,t_corrected,p_corrected,p_holm,interval_low,interval_high",
        4,
    ),
    "predictions/fit_tests.csv": (
        "cohort,model,n_images,n_pairs,correlation,chance_high,n_permutations,p,p_holm",
        4,
    ),
    "predictions/label_tests.csv": (
        "cohort,model,label,n_groups,n_folds,test_label,test_retained,difference,t_corrected,"
        "p_corrected,p_holm,corrected_se,corrected_low,corrected_high,interval_low,interval_high,"
        "between,n_within,within_full,within_retained",
        2,  # the other cohort is of one label
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
    "predictions/ceiling.csv": ("cohort,n_images,n_observers,reliability,ceiling", 2),
    "statistics/ks_tests.csv": ("cohort,statistic,model_a,model_b,n_a,n_b,d,p,p_holm", 10),
    "saliency/summary.csv": (
        "cohort,model,source,kind,measure,n_images,n_empty_heatmaps,n_flat_maps,"
        "n_zero_denominators,n,mean,sd,statistic,value,low,high,null,null_low,null_high,p,p_holm,"
        "n_undefined",
        72,
    ),
}
for cohort, model in DESIGNS:
    TABLES[f"predictions/{cohort}/{model}.csv"] = (
        OF_FOLD + "n_train,n_test,n_retained,train_full,train_retained,test_full,test_retained",
        6,
    )
    TABLES[f"controls/{cohort}/{model}.csv"] = (CONTROLS, 6)
    TABLES[f"resamples/{cohort}/{model}.csv"] = (
        WHICH + "resample,n_folds,test_full,test_retained",
        20,
    )
    TABLES[f"saliency/{cohort}/{model}.csv"] = (
        WHICH
        + "image,source,empty_heatmap,flat_map,relative_risk_5,relative_risk_10,relative_risk_15,"
        "cc,sim,kl,nss,auc_judd,saliency_nss,saliency_auc_judd",
        3 * COHORTS[cohort],
    )
    TABLES[f"saliency/{cohort}/{model}/tests.csv"] = (
        WHICH + "source,measure,n_images,null,null_low,null_high,p",
        2 * 6,
    )
    for fold in [f"seed-{seed}/fold-{fold}.csv" for seed in SEEDS for fold in FOLDS]:
        where = f"{cohort}/{model}/{fold}"
        TABLES[f"ais/{where}"] = (OF_FOLD + "map,fit_full,fit_without,ais,rank", N_MAPS)
        TABLES[f"selection/{where}"] = (OF_FOLD + "k,map,train_fit,test_fit", N_MAPS)
        TABLES[f"retained/{where}"] = (OF_FOLD + "rank,map,ais", None)


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
    for cohort, model in DESIGNS:
        predictions = iter(rows_of(finished / f"results/predictions/{cohort}/{model}.csv"))
        for seed in SEEDS:
            for fold in FOLDS:
                scores, curve, retained = (
                    rows_of(
                        finished / f"results/{stage}/{cohort}/{model}/seed-{seed}/fold-{fold}.csv"
                    )
                    for stage in ("ais", "selection", "retained")
                )
                for table in (scores, curve, retained):
                    which = {(r["cohort"], r["model"], r["seed"], r["fold"]) for r in table}
                    assert which == {(cohort, model, str(seed), str(fold))}
                row = next(predictions)
                assert (row["cohort"], row["model"]) == (cohort, model)
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


@pytest.mark.parametrize("number", [0, 5, 1279])
def test_a_score_by_hand_as_the_docs_have_it(finished, monkeypatch, number):
    docs = (CHECKOUT / "docs/numbers.md").read_text(encoding="utf-8")
    (code,) = re.findall(r"```python\n(.*?)```", docs, re.DOTALL)
    code = code.replace("mur92", "tiny").replace("111, 0, 5", f"111, 0, {number}")
    monkeypatch.chdir(finished.folder)
    made = {}
    exec(compile(code, "numbers.md", "exec"), made)
    assert (made["seed"], made["map_"]) == (111, number)
    assert made["ais"] == pytest.approx(made["saved"], abs=1e-14)


def test_chance_is_compared_with_the_correlation_of_a_cohorts_pairs(finished):
    for row in rows_of(finished / "results/predictions/fit_tests.csv"):
        cohort = rows_of(finished / f"results/cohorts/{row['cohort']}.csv")
        images = [int(image["index"]) for image in cohort]
        with h5py.File(finished / "results/activations/tiny" / f"{row['model']}.h5") as file:
            embeddings = file["embedding"][:][images].astype(np.float64)
        with h5py.File(finished / "results/datasets/tiny/similarity.h5") as file:
            human = file["similarity"][:][np.ix_(images, images)]
        pairs = np.triu_indices(len(images), 1)
        expected = np.corrcoef(np.corrcoef(embeddings)[pairs], human[pairs])[0, 1]
        assert float(row["correlation"]) == pytest.approx(expected, rel=1e-9)
        assert int(row["n_pairs"]) == len(pairs[0])
        assert 1 / 10_001 <= float(row["p"]) <= float(row["p_holm"]) <= 1


def test_the_controls_are_those_of_the_same_folds(finished):
    tables = rows_of(finished / "results/predictions/controls.csv")
    ceilings = rows_of(finished / "results/predictions/ceiling.csv")
    ceilings = {row["cohort"]: row["ceiling"] for row in ceilings}
    for cohort, model in DESIGNS:
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
# Of a pooled head the rest follows from the embedding.
PERTURBATION = {"rsm": ((120,), "f8")}
FOLDS_OF = {
    "unit": ((), "O"),
    "images": ((16,), "i8"),
    "seeds": ((2,), "i8"),
    "tested_in": ((2, 16), "i8"),
}
MADE_BY = {
    *("model", "architecture", "weights", "weights_sha256", "input_size", "mean", "std", "framing"),
    *("feature_maps_layer", "embedding_layer", "dataset", "torch_version", "torchvision_version"),
}
ARRAYS = {
    "datasets/tiny/similarity.h5": (
        {"similarity": ((16, 16), "f8"), "images": ((16,), "O")},
        {"source", "options", "notes", "dataset", "made_from"},
    ),
    "folds/tiny.h5": (FOLDS_OF, {"cohort", "n_folds", "made_from"}),
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
            {
                "heatmap": ((n, 2, 2), "f4"),
                "mean_of_maps": ((n, 2, 2), "f4"),
                "fit_full": ((n,), "f8"),
                "images": ((n,), "O"),
            },
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
        if "images" in file and arrays["images"][1] == "O":
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
        for (cohort, model), threshold in zip(DESIGNS, ("full", "p80"), strict=False):
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
    # Snakemake keeps no benchmark of what may come from elsewhere: those jobs say it themselves.
    assert benchmarks < logs
    noted = {"prepare_network", "extract_activations", "perturb_maps"}
    assert {log.parts[0] for log in logs - benchmarks} == noted
    for log in logs - benchmarks:
        said = (results / "logs" / log).with_suffix(".log").read_text()
        assert re.search(r"^took [\d.]+ s and at most \d+ MB of memory$", said, re.MULTILINE), log
    assert not list(results.rglob("*.partial"))


def test_the_log_of_a_network_says_which_weights_it_has(finished):
    activations = finished / "results/activations/tiny/efficientnet_lite0.h5"
    sha256 = read_attributes(activations)["weights_sha256"]
    log = finished / "results/logs/prepare_network/efficientnet_lite0.log"
    assert f", SHA-256 {sha256}\n" in log.read_text(encoding="utf-8")


@pytest.mark.parametrize("table", ["predictions/summary.csv", "statistics/distributions.csv"])
def test_rows_have_the_order_of_the_config(finished, table):
    rows = rows_of(finished / f"results/{table}")
    assert list(dict.fromkeys((row["cohort"], row["model"]) for row in rows)) == DESIGNS


def test_every_file_of_a_run_is_in_the_list_of_outputs(finished):
    listed = re.findall(r"`([^`]+)`", (CHECKOUT / "docs/outputs.md").read_text(encoding="utf-8"))
    patterns = ["[^/]+".join(map(re.escape, re.split(r"{[^}]*}", path))) for path in listed]
    folders = [pattern for pattern in patterns if pattern.endswith("/")]
    results = finished / "results"
    for file in results.rglob("*"):
        path = str(file.relative_to(results))
        # Figures are listed without suffix; logs and benchmarks by their folders.
        if file.is_dir() or path.startswith(("figures/", "logs/", "benchmarks/")):
            continue
        known = any(re.fullmatch(pattern, path) for pattern in patterns)
        assert known or any(re.match(folder, path) for folder in folders), path
