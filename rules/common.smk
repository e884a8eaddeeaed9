"""What the stages share: constants, wildcard constraints, and inputs that depend on the config."""

import os
import re
import sys
import time
from pathlib import Path

# Relative, so that a checkout that is moved elsewhere is not taken for changed.
SCRIPTS = Path(os.path.relpath(workflow.basedir), "workflow_scripts")
sys.path.append(str(Path(workflow.basedir, "workflow_scripts")))
# Of the library only what needs the standard library alone: each job reads this file again.
from alignment.datasets.picture_names import PICTURE_SUFFIXES

STYLE = str(SCRIPTS / "figures.mplstyle")
# Where rules with `cache:` find what other checkouts have made. Without such a folder they are not
# marked, since Snakemake would remark on each of them in every run.
SHARE = os.environ.get("SNAKEMAKE_OUTPUT_CACHE")
SHARED = bool(SHARE)
MUR92_PICTURES = "Kriegeskorte_Neuron2008_supplementalData.mat"
MUR92_JUDGMENTS = "92_behavRDMs.mat"
N_FOLDS = config["crossvalidation"]["n_folds"]
SEEDS = config["crossvalidation"]["seeds"]


def any_of(names):
    return "|".join(re.escape(name) for name in names)


wildcard_constraints:
    dataset=any_of(config["datasets"]),
    cohort=any_of(config["cohorts"]),
    model=any_of(config["models"]),
    seed=r"\d+",
    fold=r"\d+",
    threshold=r"full|p\d{1,2}(\.\d+)?",
    image=r"[^/]+",


def picture_files(dataset):
    """The picture files of a dataset of the user's own, in the order of their names."""
    return sorted(
        str(path)
        for path in Path(config["datasets"][dataset]["images"]).iterdir()
        if path.suffix.lower() in PICTURE_SUFFIXES and not path.name.startswith(".")
    )


def picture_sources(wildcards):
    """The files that a dataset's pictures come from."""
    if "source" in config["datasets"][wildcards.dataset]:
        return [f"results/datasets/{wildcards.dataset}/source/{MUR92_PICTURES}"]
    return picture_files(wildcards.dataset)


def label_sources(wildcards):
    """The file that a dataset's labels come from, if any."""
    dataset = config["datasets"][wildcards.dataset]
    if "source" in dataset:
        return picture_sources(wildcards)
    return [dataset["labels"]] if "labels" in dataset else []


def judgment_file(dataset):
    """The file that a dataset's human judgments come from."""
    if "source" in config["datasets"][dataset]:
        return f"results/datasets/{dataset}/source/{MUR92_JUDGMENTS}"
    return config["datasets"][dataset]["judgments"]["file"]


def judgment_source(wildcards):
    return judgment_file(wildcards.dataset)


def judgments_of_cohort(wildcards):
    return judgment_file(config["cohorts"][wildcards.cohort]["dataset"])


def judgments_of_cohorts():
    return [judgment_file(cohort["dataset"]) for cohort in config["cohorts"].values()]


def judgment_options(wildcards):
    """How to read a dataset's judgments: the keys of the config but the file."""
    options = config["datasets"][wildcards.dataset].get("judgments", {})
    return {key: value for key, value in options.items() if key != "file"}


def datasets_used():
    """The datasets that cohorts are taken from, each once."""
    cohorts = config["cohorts"].values()
    return list(dict.fromkeys(cohort["dataset"] for cohort in cohorts))


def cohorts_of(wildcards):
    """The lists of the cohorts of a dataset."""
    return [
        f"results/cohorts/{name}.csv"
        for name, cohort in config["cohorts"].items()
        if cohort["dataset"] == wildcards.dataset
    ]


def weights_files(model):
    """The local weight file that a model names, if any."""
    weights = config["models"][model]["weights"]
    return [weights["file"]] if isinstance(weights, dict) and "file" in weights else []


def of_dataset(path):
    """An input function: a path with the dataset of the wildcards' cohort filled in."""

    def fill(wildcards):
        dataset = config["cohorts"][wildcards.cohort]["dataset"]
        return path.format(dataset=dataset, model=getattr(wildcards, "model", None))

    return fill


def of_dataset_and_models(path):
    """An input function: the paths of all models, with the dataset of the wildcards' cohort filled in."""

    def fill(wildcards):
        dataset = config["cohorts"][wildcards.cohort]["dataset"]
        return expand(path, dataset=dataset, model=config["models"])

    return fill


def fold_tables(stage):
    """The tables of one cohort, model and seed, one a fold."""
    return expand(
        f"results/{stage}/{{{{cohort}}}}/{{{{model}}}}/seed-{{{{seed}}}}/fold-{{fold}}.csv",
        fold=range(N_FOLDS),
    )


def seed_tables(stage):
    """The tables of one cohort and model, seed by seed and fold by fold."""
    return expand(
        f"results/{stage}/{{{{cohort}}}}/{{{{model}}}}/seed-{{seed}}/fold-{{fold}}.csv",
        seed=SEEDS,
        fold=range(N_FOLDS),
    )


STARTED = time.time()


def said(pattern):
    """The lines of this run's logs, SLURM's own among them, that begin in some way; each once."""
    logs = [
        log
        for folder in ("results/logs", ".snakemake/slurm_logs")
        for log in sorted(Path(folder).rglob("*.log"))
        if log.stat().st_mtime >= STARTED
    ]
    lines = [
        line for log in logs for line in log.read_text(errors="replace").splitlines()
    ]
    return list(dict.fromkeys(line for line in lines if re.match(pattern, line)))


def report_success():
    """Print what a person should know after a run: the warnings once more, and where to look."""
    if warnings := said("Warning: "):
        print("What to know (more in results/logs/):", *warnings, sep="\n")
    print(f"Done. Look at {Path('results/figures').absolute()} first.")


def report_failure():
    """Print the sentences with which jobs ended."""
    errors = said(r"Error: |slurmstepd\S*: error: ")
    print("What went wrong (more in results/logs/):", *errors, sep="\n")


# Saliency

MAP_SUFFIXES = (".png", ".tif", ".tiff", ".npy", ".npz")


def saliency_sources():
    """How the maps of every source are made, and what they are; the baseline last."""
    chosen = config["saliency"]
    sources = {
        name: {"kind": "folder", "folder": folder}
        for name, folder in chosen["folders"].items()
    }
    sources |= {
        name: {"kind": "function", "function": function}
        for name, function in chosen["functions"].items()
    }
    sources |= {name: {"kind": "bottom-up saliency"} for name in chosen["bottom_up"]}
    return sources | {"gaussian": {"kind": "baseline"}}


def saliency_kinds():
    return {name: source["kind"] for name, source in saliency_sources().items()}


def saliency_definition(wildcards):
    """The definition of a source for one dataset."""
    source = dict(saliency_sources()[wildcards.source])
    if "folder" in source:
        source["folder"] = source["folder"].replace("{dataset}", wildcards.dataset)
    return source


def saliency_files(wildcards):
    """The files that a source reads: the maps of its folder, or the module of its function."""
    source = saliency_definition(wildcards)
    if "folder" in source:
        return map_files(source["folder"])
    if "function" in source:
        path = Path(*source["function"].partition(":")[0].split("."))
        candidates = (path.with_suffix(".py"), path / "__init__.py")
        return [str(file) for file in candidates if file.is_file()]
    return []


def map_files(folder):
    return sorted(
        str(path)
        for path in Path(folder).iterdir()
        if path.suffix.lower() in MAP_SUFFIXES and not path.name.startswith(".")
    )


def saliency_maps(wildcards):
    """The maps of every source for the dataset of a cohort."""
    dataset = config["cohorts"][wildcards.cohort]["dataset"]
    return [f"results/saliency/{dataset}/{source}.h5" for source in saliency_sources()]


def fixation_files(wildcards):
    """The fixations on the pictures of a cohort's dataset, if any."""
    dataset = config["cohorts"][wildcards.cohort]["dataset"]
    fixations = config["saliency"]["fixations"]
    return [fixations[dataset]] if dataset in fixations else []


wildcard_constraints:
    source=any_of(saliency_sources()),
