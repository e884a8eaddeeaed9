"""The workflow's functions: config checks, targets, wildcard constraints, inputs that depend on the config."""

import ast
import csv
import hashlib
import os
import re
import time
from functools import cache
from importlib.metadata import version
from pathlib import Path

import jsonschema
import yaml
from snakemake.exceptions import WorkflowError
from snakemake.utils import validate


def names_given(section):
    """The names that any of the config files gives a meaning in a section."""
    files = [Path(workflow.basedir, "config.yaml"), *workflow.overwrite_configfiles]
    contents = [yaml.safe_load(Path(file).read_text()) or {} for file in files]
    return [
        name
        for content in contents
        for name, value in (content.get(section) or {}).items()
        if value is not None
    ]


def check_config():
    """Refuse a config that the schema does not allow, in one sentence that names the key."""
    for section in ("datasets", "cohorts", "models"):
        if not isinstance(config.get(section), dict):
            continue
        for name, value in config[section].items():
            if value is None and name not in (known := names_given(section)):
                raise WorkflowError(
                    f"config: {section}: {name}: there is nothing of this name to drop; "
                    f"there is {', '.join(known)}."
                )
        config[section] = {k: v for k, v in config[section].items() if v is not None}
    schema = yaml.safe_load(
        Path(workflow.basedir, "rules/schemas/config.schema.yaml").read_text()
    )
    error = jsonschema.exceptions.best_match(
        jsonschema.Draft202012Validator(schema).iter_errors(config)
    )
    if error is not None:
        raise WorkflowError(explain(error))


def explain(error):
    key = ": ".join(["config", *map(str, error.absolute_path)])
    meant = error.schema.get("description")
    if error.validator == "additionalProperties":
        known = error.schema["properties"]
        unknown = ", ".join(f"'{name}'" for name in error.instance if name not in known)
        return (
            f"{key}: there is no key {unknown}; the keys here are {', '.join(known)}."
        )
    if error.validator in ("pattern", "enum"):
        return f"{key}: '{error.instance}' is not possible; it is {meant}."
    return f"{key}: {error.message}" + (f"; it is {meant}." if meant else ".")


check_config()
validate(config, "schemas/config.schema.yaml")

# Relative, so that a checkout that is moved elsewhere is not taken for changed.
SCRIPTS = Path(os.path.relpath(workflow.basedir), "workflow_scripts")
STYLE = str(SCRIPTS / "figures.mplstyle")
# Formats that Pillow reads; other files of a picture folder are passed over.
PICTURE_SUFFIXES = set(
    ".avif .bmp .dib .gif .jfif .jp2 .jpe .jpeg .jpg .pbm .pgm .png .pnm .ppm .tga .tif .tiff .webp".split()
)
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


def check_files():
    """Refuse names and paths that lead nowhere, before any job starts."""
    if SHARED and not (Path(SHARE).is_absolute() and Path(SHARE).is_dir()):
        # Results become links to it, which a relative path would lead astray.
        raise WorkflowError(
            f"SNAKEMAKE_OUTPUT_CACHE: {SHARE} is not the absolute path of a folder that exists."
        )
    for name, dataset in config["datasets"].items():
        where = f"config: datasets: {name}"
        if "images" in dataset:
            if not Path(dataset["images"]).is_dir():
                raise WorkflowError(
                    f"{where}: images: there is no folder {dataset['images']}."
                )
            if not picture_files(name):
                raise WorkflowError(
                    f"{where}: images: the folder {dataset['images']} holds no picture "
                    f"({', '.join(sorted(PICTURE_SUFFIXES))})."
                )
            if not Path(dataset["judgments"]["file"]).is_file():
                raise WorkflowError(
                    f"{where}: judgments: file: there is no file {dataset['judgments']['file']}."
                )
        for key in ("labels", "archive"):
            if key in dataset and not Path(dataset[key]).is_file():
                raise WorkflowError(f"{where}: {key}: there is no file {dataset[key]}.")
    for name, cohort in config["cohorts"].items():
        if cohort["dataset"] not in config["datasets"]:
            raise WorkflowError(
                f"config: cohorts: {name}: dataset: '{cohort['dataset']}' is not one of the "
                f"datasets ({', '.join(config['datasets'])})."
            )
        dataset = config["datasets"][cohort["dataset"]]
        if "query" in cohort and "images" in dataset and "labels" not in dataset:
            raise WorkflowError(
                f"config: cohorts: {name}: query: the dataset '{cohort['dataset']}' has no labels; "
                f"name a CSV file under datasets: {cohort['dataset']}: labels."
            )
    for name, model in config["models"].items():
        weights = model["weights"]
        if (
            isinstance(weights, dict)
            and "random" in weights
            and "random" not in name.lower()
        ):
            # The name stands in every path, table and figure.
            raise WorkflowError(
                f"config: models: {name}: a model with random weights must say so in its name; "
                f"call it {name}_random."
            )
        if (file := weights_files(name)) and not Path(file[0]).is_file():
            raise WorkflowError(
                f"config: models: {name}: weights: file: there is no file {file[0]}."
            )


# Inputs that depend on the config


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
    """The five or so tables of one cohort, model and seed, one a fold."""
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


# Controls and statistics: what is switched off in the config is no target, and so is never made.


def has_controls():
    controls = config["controls"]
    return bool(
        controls["random_draws"]
        or controls["activity"]
        or controls["reweighting"] != "none"
        or controls["observers"]
    )


def resamples():
    """The resampled fits of every cohort and model, where the config asks for any."""
    if not config["statistics"]["resamples"]:
        return []
    return expand(
        "results/resamples/{cohort}/{model}.csv",
        cohort=config["cohorts"],
        model=config["models"],
    )


def paired_tests():
    """The table of tests over images, where the config asks for it."""
    wanted = config["statistics"]["paired_tests"]
    return ["results/statistics/paired_tests.csv"] if wanted else []


# Families that end in global average pooling: their heads are a matter of arithmetic, in one thread.
# The others run layers again. Only threads and memory follow from this; the head itself is found
# from the network.
POOLED_FAMILIES = (
    "convnext densenet efficientnet googlenet inception mnasnet mobilenet_v2 regnet resnet resnext "
    "shufflenet wide_resnet"
).split()


def is_pooled(wildcards):
    return config["models"][wildcards.model]["architecture"].startswith(
        tuple(POOLED_FAMILIES)
    )


def threads_of_head(wildcards):
    return 1 if is_pooled(wildcards) else 8


def memory_of_head(wildcards):
    return 1500 if is_pooled(wildcards) else config["compute"]["memory_mb"]


def runtime_of_head(wildcards):
    return 10 if is_pooled(wildcards) else 60


def doubling(amount):
    """An amount of memory (MB) or time (minutes) that doubles each time a job is tried again.

    On a cluster a job that asked for too little is ended; only a larger request helps.
    """

    def ask(wildcards, attempt):
        first = amount(wildcards) if callable(amount) else amount
        return first * 2 ** (attempt - 1)

    return ask


@cache
def imports_of(rule):
    """The modules of the library that a rule's script imports, directly or not.

    Declared as inputs, so that an edit of a module reruns the stages that use it: by itself
    Snakemake watches the script file only.
    """
    found, queue = set(), [SCRIPTS / f"{rule}.py"]
    while queue:
        for node in ast.walk(ast.parse(queue.pop().read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and node.module:
                names = [f"{node.module}.{alias.name}" for alias in node.names] + [
                    node.module
                ]
            elif isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            else:
                continue
            for name in names:
                path = SCRIPTS.joinpath(*name.split(".")).with_suffix(".py")
                if path.is_file() and path not in found:
                    found.add(path)
                    queue.append(path)
    return sorted(map(str, found))


def versions(*packages):
    """The installed versions of packages that a stage's numbers depend on."""
    return {package: version(package) for package in packages}


# What follows is for the key under which results are shared between checkouts. Snakemake makes it
# from scripts, parameters and what input files hold, and does not see more. Parameters that are
# functions of `input` or `output` enter it too, but give no reason to run a job again.


def checksums(files):
    """The SHA-256 of files by their names; Snakemake's key knows no names."""
    if not SHARED:
        return None
    return {
        Path(file).name: hashlib.sha256(Path(file).read_bytes()).hexdigest()
        for file in files
    }


def picture_checksums(dataset):
    """The SHA-256 of a user's own pictures; the others come from a file whose own is known."""
    if "source" in config["datasets"][dataset]:
        return None
    return checksums(picture_files(dataset))


STARTED = time.time()


def errors_said():
    """The sentences with which jobs ended since the workflow was started, and SLURM's own."""
    logs = [
        log
        for folder in ("results/logs", ".snakemake/slurm_logs")
        for log in Path(folder).rglob("*.log")
        if log.stat().st_mtime >= STARTED
    ]
    lines = [
        line for log in logs for line in log.read_text(errors="replace").splitlines()
    ]
    return [line for line in lines if re.match(r"Error: |slurmstepd\S*: error: ", line)]


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


def check_saliency():
    """Refuse sources of saliency maps that lead nowhere, before any job starts."""
    chosen = config["saliency"]
    if twice := set(chosen["folders"]) & set(chosen["functions"]):
        raise WorkflowError(
            f"config: saliency: {', '.join(sorted(twice))} is both a folder and a function; "
            "give them different names."
        )
    used = dict.fromkeys(cohort["dataset"] for cohort in config["cohorts"].values())
    for name, path in chosen["folders"].items():
        for dataset in used:
            folder = path.replace("{dataset}", dataset)
            where = f"config: saliency: folders: {name}"
            if not Path(folder).is_dir():
                raise WorkflowError(
                    f"{where}: there is no folder {folder} with the maps of the dataset '{dataset}'."
                )
            if not map_files(folder):
                raise WorkflowError(
                    f"{where}: the folder {folder} holds no map ({', '.join(MAP_SUFFIXES)})."
                )
    for dataset, file in chosen["fixations"].items():
        where = f"config: saliency: fixations: {dataset}"
        if dataset not in config["datasets"]:
            raise WorkflowError(
                f"{where}: '{dataset}' is not one of the datasets "
                f"({', '.join(config['datasets'])})."
            )
        if not Path(file).is_file():
            raise WorkflowError(f"{where}: there is no file {file}.")


wildcard_constraints:
    source=any_of(saliency_sources()),


# Targets


def tables():
    """All tables: they are small, and one that was lost is made again."""
    paths = [
        "results/predictions/summary.csv",
        "results/predictions/ceiling.csv",
        "results/predictions/{cohort}/{model}.csv",
        "results/statistics/ks_tests.csv",
        "results/image_ais/{cohort}/{model}.h5",
    ]
    paths += resamples() + paired_tests()
    if has_controls():
        paths += [
            "results/predictions/controls.csv",
            "results/predictions/control_tests.csv",
            "results/predictions/observers.csv",
            "results/controls/{cohort}/{model}.csv",
        ]
    paths += [
        f"results/{stage}/{{cohort}}/{{model}}/seed-{{seed}}/fold-{{fold}}.csv"
        for stage in ("ais", "selection", "retained")
    ]
    if config["saliency"]["enabled"]:
        paths += [
            "results/saliency/summary.csv",
            "results/saliency/{cohort}/{model}.csv",
        ]
    design = {
        "cohort": config["cohorts"],
        "model": config["models"],
        "seed": SEEDS,
        "fold": range(N_FOLDS),
    }
    return [file for path in paths for file in dict.fromkeys(expand(path, **design))]


def thresholds():
    return [
        "full",
        *(f"p{percentile:g}" for percentile in config["heatmaps"]["percentiles"]),
    ]


def heatmap_pictures():
    """The index of every folder of overlays, and any overlay in an index that was lost since."""
    indexes = expand(
        "results/heatmaps/{cohort}/{model}/{threshold}/index.csv",
        cohort=config["cohorts"],
        model=config["models"],
        threshold=thresholds(),
    )
    return indexes + [lost for index in indexes for lost in lost_pictures(Path(index))]


def lost_pictures(index):
    if not index.is_file():
        return []
    with open(index, newline="", encoding="utf-8") as file:
        pictures = [index.with_name(row["file"]) for row in csv.DictReader(file)]
    return [str(picture) for picture in pictures if not picture.is_file()]


def figures():
    names = ["prediction", "selection_curves", "distributions"]
    names += ["controls"] if has_controls() else []
    names += expand(
        "heatmaps-{cohort}-{threshold}",
        cohort=config["cohorts"],
        threshold=thresholds(),
    )
    if config["saliency"]["enabled"]:
        names += ["relative_risk"]
        names += expand("saliency-{cohort}", cohort=config["cohorts"])
    return expand("results/figures/{name}.{format}", name=names, format=["png", "pdf"])


def agreement():
    """Tables and figures of the agreement stage: those that the config has something to compare for."""
    if not config["agreement"]["enabled"]:
        return []
    cohorts, names = config["cohorts"], ["activity"]
    paths = ["results/agreement/summary/activity.csv"]
    if len(config["models"]) > 1:
        names.append("agreement")
        paths.append("results/agreement/summary/heatmaps.csv")
    if len(cohorts) > len({cohort["dataset"] for cohort in cohorts.values()}):
        names.append("cohort_agreement")
    figures = expand(
        "results/figures/{name}.{format}", name=names, format=["png", "pdf"]
    )
    return paths + figures


def stability():
    """Tables and figures of the stability stage."""
    if not config["stability"]["enabled"]:
        return []
    return expand(
        [
            "results/stability/summary.csv",
            "results/figures/stability.{format}",
            "results/figures/stable_maps-{cohort}-{model}.{format}",
        ],
        cohort=config["cohorts"],
        model=config["models"],
        format=["png", "pdf"],
    )


check_files()
if config["saliency"]["enabled"]:
    check_saliency()
