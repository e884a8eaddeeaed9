"""What the rules share: the config, and what inputs, resources and figures depend on it."""

import atexit
import os
import re
import sys
import time
from functools import cache, partial
from importlib.metadata import version
from logging import FileHandler
from pathlib import Path

import yaml
from snakemake.exceptions import WorkflowError
from snakemake.io import strip_wildcard_constraints
from snakemake.logging import logger

# The folder of this workflow, also where another workflow uses it as a module.
ROOT = Path(str(workflow.current_basedir)).parent.resolve()
if not (ROOT / "workflow_scripts").is_dir():
    raise WorkflowError(
        "This workflow brings a library beside its rules, which is not fetched with them: "
        "clone the repository and name the path of its Snakefile under snakefile:."
    )
# Relative, so that a checkout that is moved elsewhere is not taken for changed.
SCRIPTS = Path(os.path.relpath(ROOT), "workflow_scripts")
# Files of the workflow and of the user are told by what they hold (below), not by their dates.
STYLE = ancient(str(SCRIPTS / "figures.mplstyle"))
sys.path.append(str(ROOT / "workflow_scripts"))
# What the libraries of jobs read when they are loaded; what a user has set stays.
for setting, value in {
    # Threads of one operation sleep while they wait for one another. By default they spin, and where
    # other programs use the cores, work of a second takes half a minute.
    "OMP_WAIT_POLICY": "passive",
    # The memory of an array is kept for the next one. By default glibc gives it back to the system,
    # which clears it page by page before it is used again: a tenth of the time of training. glibc
    # raises its limits to these by itself, but later.
    "MALLOC_MMAP_THRESHOLD_": str(2**25),
    "MALLOC_TRIM_THRESHOLD_": str(2**26),
}.items():
    os.environ.setdefault(setting, value)
# Each job reads this file again: of the library only what needs the standard library and yaml.
from alignment.artifacts.errors import InputError
from alignment.datasets.picture_names import not_decoded
from alignment.planning import records, sources
from alignment.planning.architectures import may_be_known
from alignment.planning.checks import check_share
from alignment.planning.config import planned
from alignment.planning.contents import contents
from alignment.planning.families import MEAN, TIMM, ends_in_pooling
from alignment.planning.imports import fingerprints
from alignment.planning.pair_names import named_pair
from alignment.planning.sweeps import sweeps
from alignment.planning.targets import explain_missing
from alignment.planning.run_reports import (
    Terminal,
    after_failure,
    after_success,
    of_lock,
    of_stale_report,
)

if said := not_decoded(ROOT, Path.cwd()):
    # Snakemake's own words would name the folder, which such a terminal cannot show.
    sys.exit(f"Error: {said}")

# Names are shown on any terminal; letters that it lacks are escaped.
sys.stdout.reconfigure(errors="backslashreplace")

STARTED = time.time()
# Where this workflow is the main one, the terminal gets what went wrong once, and last.
TERMINAL = Terminal()
IS_MAIN = Path(workflow.main_snakefile).resolve().parent == ROOT
if IS_MAIN and workflow.is_main_process:
    records.restore(str(SCRIPTS))
if IS_MAIN:
    for handler in logger.handlers:
        if not isinstance(handler, FileHandler):
            handler.addFilter(TERMINAL)
# Where rules with `cache:` find what other checkouts have made. Without such a folder they are not
# marked, since Snakemake would remark on each of them in every run.
SHARE = os.environ.get("SNAKEMAKE_OUTPUT_CACHE")
SHARED = bool(SHARE)


try:
    if SHARED:
        check_share(SHARE)
    command_line = workflow.config_settings.config if IS_MAIN else {}
    config = planned(config, ROOT, workflow.overwrite_configfiles, command_line)
    for name, model in config["models"].items() if workflow.is_main_process else ():
        if not may_be_known(model["architecture"]):
            # Loaded to say what was meant, before a job for it deletes what it made earlier.
            from alignment.networks.architectures import check_architecture

            check_architecture(model["architecture"], f"config: models: {name}: ")
except InputError as error:
    raise WorkflowError(str(error)) from error
SEEDS = config["crossvalidation"]["seeds"]
N_FOLDS = config["crossvalidation"]["n_folds"]
THRESHOLDS = ["full", *(f"p{p:g}" for p in config["heatmaps"]["percentiles"])]
SOURCES = sources.saliency_sources(config["saliency"])
# Kinds of heatmaps beside AIS.  A model and a kind are a maker of heatmaps, model@kind, which stands
# where models do, in paths and tables, in all that is made from heatmaps alone.
HEATMAP_KINDS = [kind for kind in config["heatmaps"]["kinds"] if kind != "ais"]
MAKERS = sources.heatmap_makers(config["models"], HEATMAP_KINDS)
# What a wildcard stands for in a whole run.
DESIGN = {
    "dataset": sources.datasets_used(config),
    "cohort": config["cohorts"],
    "model": config["models"],
    "seed": SEEDS,
    "fold": range(N_FOLDS),
    "threshold": THRESHOLDS,
    "format": ["png", "pdf"],
}
IMAGES = sources.known_images(config)
# What a whole run makes: every stage adds its own.
TARGETS = []


def explain_missing_target(target):
    """Say what was perhaps meant by a target that nothing makes."""
    outputs = {
        made.name: [strip_wildcard_constraints(str(path)) for path in made.output]
        for made in workflow.rules
    }
    datasets = [*config["datasets"], *IN_TOPOGRAPHY["dataset"]]
    names = {**DESIGN, **IN_TOPOGRAPHY, "dataset": datasets}
    names |= {"model": MAKERS, "source": SOURCES}
    if IMAGES is not None:
        names["image"] = IMAGES
    return explain_missing(
        target,
        outputs,
        [*TARGETS, *TOPOGRAPHY_TARGETS],
        names,
        own_config=bool(workflow.overwrite_configfiles),
    )


def files_asked_for():
    """The files that the command asks for, also by the name of a rule."""
    dag = workflow.dag
    of_rules = (job for job in dag.targetjobs if job.rule in dag.targetrules)
    return [
        *dag.derived_targetfiles,
        *(path for job in of_rules for path in job.output),
    ]


def explain_stale_report():
    """Say what is to be run before a report."""
    # Of another workflow that uses this one only what this one makes
    stale = [
        job
        for job in workflow.dag.needrun_jobs()
        if job.output and Path(str(job.rule.snakefile)).resolve().is_relative_to(ROOT)
    ]
    hint = " (`make report` does both)" if IS_MAIN else ""
    return of_stale_report(len(stale), sys.argv, hint) if stale else None


def refuse_stale_report():
    """End a report that would show figures made with other settings than those it tells of.

    Called where Snakemake asks for the labels of a figure, which it does for reports alone.
    """
    if said := explain_stale_report():
        # An exception would be shown with Snakemake's own words around it.
        sys.exit(said)


def spare_scheduler():
    """Lift Snakemake's own limit of 100 jobs that start per second; one that a user set stays.

    To keep to it, the scheduler looks again at all jobs that could start, and at the size of each of
    their files, one second after every look, and every job that ends begins another such row of
    looks: after a hundred jobs it looks a hundred times per second.
    """
    scheduler = workflow.scheduler
    limiter = getattr(scheduler, "job_rate_limiter", None)
    if limiter is not None and (limiter.max_jobs, limiter.timespan) == (100, 1):
        scheduler.job_rate_limiter = None


def keep_records():
    """Keep what is known of results beside them, once a run has ended."""
    if IS_MAIN:
        records.keep(str(SCRIPTS))


def any_of(names):
    # An empty constraint would be none at all; this one matches nothing.
    return "|".join(re.escape(name) for name in names) or "(?!)"


wildcard_constraints:
    dataset=any_of(config["datasets"]),
    cohort=any_of(config["cohorts"]),
    model=any_of(MAKERS),
    source=any_of(SOURCES),
    seed=r"\d+",
    fold=r"\d+",
    threshold=r"full|p\d{1,2}(\.\d+)?",
    # Pictures in folders are called by folder and name.
    image=r".+" if IMAGES is None else any_of(IMAGES),
    pair=r".+",


# Inputs


def everywhere(*paths, **choices):
    """The files of a whole run: wildcards are filled in with all of the design, or with choices."""
    design = DESIGN | choices
    found = []
    for path in paths:
        # In the order of the path, which then is that of rows in tables
        names = dict.fromkeys(re.findall(r"{(\w+)}", path))
        found += expand(path, **{name: design[name] for name in names})
    return found


def of_models(path):
    """The files of all models, other wildcards left open."""
    return expand(path, model=config["models"], allow_missing=True)


def of_makers(path):
    """The files of all makers of heatmaps, other wildcards left open."""
    return expand(path, model=MAKERS, allow_missing=True)


def of_folds(stage):
    """The tables of one cohort, model and seed, one per fold."""
    path = f"results/{stage}/{{cohort}}/{{model}}/seed-{{seed}}/fold-{{fold}}.csv"
    return expand(path, fold=range(N_FOLDS), allow_missing=True)


def of_seeds(stage):
    """The tables of one cohort and model, seed by seed and fold by fold."""
    return [
        path.replace("{seed}", str(seed)) for seed in SEEDS for path in of_folds(stage)
    ]


def of_dataset(paths):
    """An input function: a path, or several, with the dataset of the wildcards' cohort filled in."""

    def fill(wildcards):
        dataset = config["cohorts"][wildcards.cohort]["dataset"]
        known = {**wildcards, "dataset": dataset}
        if isinstance(paths, str):
            return paths.format_map(known)
        return [path.format_map(known) for path in paths]

    return fill


def of_named_pair(path):
    """An input function: a path, unless the wildcard `pair` names no pair of known pictures."""

    def checked(wildcards):
        dataset = config["cohorts"][wildcards.cohort]["dataset"]
        images = sources.pictures_of(dataset, config["datasets"][dataset])
        if images is not None:
            named_pair(wildcards.pair, images, f"the dataset '{dataset}'")
        return path.format_map(wildcards)

    return checked


def given(find):
    """An input function: files that a function of the wildcards finds, most often the user's own.

    Dates of the user's files are ignored. A rule that reads such files takes what they hold as a
    parameter, so that a file that was replaced by an older one causes a rerun, and one that was
    only copied does not.
    """

    def flagged(path):
        return path if sources.is_made_here(path) else ancient(path)

    def files(wildcards):
        found = find(wildcards)
        return flagged(found) if isinstance(found, str) else [*map(flagged, found)]

    return files


def contents_of(find):
    """A parameter: what the user's own files hold, of those that a function finds."""

    def held(wildcards):
        found = find(wildcards)
        files = [found] if isinstance(found, str) else found
        return contents(file for file in files if not sources.is_made_here(file))

    return held


def picture_files(wildcards):
    """The pictures of a dataset, or their folder where they cannot be named."""
    return sources.picture_sources(config["datasets"][wildcards.dataset])


def own_pictures(wildcards):
    """The pictures of a dataset of the user's own."""
    return sources.own_pictures(config["datasets"][wildcards.dataset])


def label_file(wildcards):
    """The labels of a dataset, if any."""
    return config["datasets"][wildcards.dataset].get("labels", [])


def judgments_file(wildcards):
    """The human judgments of a dataset."""
    return config["datasets"][wildcards.dataset]["judgments"]["file"]


def weights_file(wildcards):
    """The local weights of a model, if any."""
    return sources.weights_file(config["models"][wildcards.model])


def network_code(wildcards):
    """The file of the function that builds a model, where the user has written one."""
    return sources.network_code(config["models"][wildcards.model])


def network_files(wildcards):
    """All files of the user's own that make a model."""
    return weights_file(wildcards) + network_code(wildcards)


def code_of(rule):
    """The script of a job, all that it imports, and how pages and figures look, by what they hold.

    As a parameter it is compared by content, so that an edit is noticed and a checkout is not.
    """
    figure = rule.params.get("figure")
    drawing = f"alignment/figures/{figure.replace('.', '/')}.py" if figure else None
    named = [SCRIPTS / drawing] if drawing else []
    look = [file for file in rule.input if str(file).startswith(f"{SCRIPTS}/")]
    script = SCRIPTS / Path(rule.script).name
    return fingerprints(SCRIPTS, script, *named, *map(Path, look))


def saliency_definition(wildcards):
    """The definition of a source for one dataset."""
    return sources.source_for(SOURCES[wildcards.source], wildcards.dataset)


def saliency_inputs(wildcards):
    """What a source of saliency reads: its maps or their folder, or its function's module."""
    return sources.saliency_inputs(saliency_definition(wildcards))


def saliency_files(wildcards):
    """The files among that."""
    return sources.saliency_files(saliency_definition(wildcards))


def fixation_files(wildcards):
    """The fixations on the pictures of a cohort's dataset, if any."""
    dataset = config["cohorts"][wildcards.cohort]["dataset"]
    fixations = config["saliency"]["fixations"]
    return [fixations[dataset]] if dataset in fixations else []


def cohorts_of(wildcards):
    """The cohorts of a dataset."""
    return [
        name
        for name, cohort in config["cohorts"].items()
        if cohort["dataset"] == wildcards.dataset
    ]


def logs_of_dataset(wildcards):
    """Where the jobs that read a dataset say what a person should know."""
    imports = ("import_images", "label_images", "import_judgments")
    logs = [f"results/logs/{rule}/{wildcards.dataset}.log" for rule in imports]
    return logs + [
        f"results/logs/make_folds/{name}.log" for name in cohorts_of(wildcards)
    ]


def of_cohorts(path, **choices):
    """An input function: the files of all cohorts of the wildcards' dataset, and of all models."""
    return lambda wildcards: everywhere(path, cohort=cohorts_of(wildcards), **choices)


def of_networks(kind, suffix, chosen):
    """The files of one kind, one per network of the wildcards' dataset."""
    return [
        f"results/topography/{kind}/{{dataset}}/{trained.path}.{suffix}"
        for trained in chosen
    ]


def of_lambda(kind, suffix):
    """The files of one kind, one per network of a condition and lambda.

    What takes seconds is done for all of them in one job: to import torch takes three.
    """
    return [
        f"results/topography/{kind}/{{dataset}}/{{condition}}/lambda-{{strength}}/seed-{seed}.{suffix}"
        for seed in TOPOGRAPHY["seeds"]
    ]


def image_source(wildcards):
    """Where the images of a dataset come from: its keys but the number of epochs and its label."""
    chosen = TOPOGRAPHY["datasets"][wildcards.dataset]
    return {
        key: value for key, value in chosen.items() if key not in ("epochs", "label")
    }


def image_files(wildcards):
    """The local files that the images of a dataset come from, if any."""
    return sources.training_files(TOPOGRAPHY["datasets"][wildcards.dataset])


# Resources


def needs(memory_mb, minutes):
    """Memory and time that double each time a job is tried again, since only that helps.

    Rules that say nothing get what profiles/slurm gives.
    """

    def doubling(amount):
        def ask(wildcards, attempt):
            first = amount(wildcards) if callable(amount) else amount
            return first * 2 ** (attempt - 1)

        return ask

    return {"mem_mb": doubling(memory_mb), "runtime": doubling(minutes)}


def network_of(wildcards):
    """What makes a model: its entry in the config but what figures call it."""
    entry = config["models"][wildcards.model]
    return {key: value for key, value in entry.items() if key != "label"}


# Models of which a fold takes milliseconds, so that one job does those of all seeds. One that the
# user cuts elsewhere may have layers to run.
POOLED = [
    name
    for name, model in config["models"].items()
    if model.get("layers", {}).get("embedding") == MEAN
    or (
        ends_in_pooling(model["architecture"]) and not {"layers", "tokens"} & set(model)
    )
]


def is_pooled(wildcards):
    return wildcards.model in POOLED


def threads_of_head(wildcards):
    return 1 if is_pooled(wildcards) else 8


def processes_of_folds(wildcards):
    """How many processes do the folds of a pooled head: the cores, shared by cohorts and models.

    Of few pictures a fold takes less time than to wait until several cores are free. On a cluster
    there are others to wait for, and one core is had soonest.
    """
    cores = workflow.resource_settings.cores
    if not is_pooled(wildcards) or cores is None or len(IMAGES or ()) <= 200:
        return 1
    return min(8, max(1, cores // (len(config["cohorts"]) * len(config["models"]))))


def threads_of_folds(wildcards):
    return processes_of_folds(wildcards) if is_pooled(wildcards) else 8


def needs_of_head(processes=lambda wildcards: 1):
    """What the jobs that switch maps on need: little where that is a matter of arithmetic."""
    return needs(
        lambda wildcards: (
            1500 * processes(wildcards)
            if is_pooled(wildcards)
            else config["compute"]["memory_mb"]
        ),
        lambda wildcards: 10 if is_pooled(wildcards) else 60,
    )


def all_cores(wildcards):
    """As many threads as there are cores: a job that waits until those of higher priority are done.

    Judgments and cohorts are checked with priority, so that bad input ends a run before a network
    is run. To wait for their files would be no better: behind an `ancient` input Snakemake finds
    nothing stale while that input itself is made anew (its issue 4166).
    """
    return workflow.resource_settings.cores or 8


# How a head is opened
HEAD = {
    "similarity": config["similarity"],
    "framing": config["framing"],
    "device": config["compute"]["device"],
}


# Every job of a network asks, and each answer is read from a file.
version = cache(version)


def versions(*packages):
    """The installed versions of packages that a stage's numbers depend on."""
    return {package: version(package) for package in packages}


def packages_of(wildcards):
    """The packages that a network's layers come from."""
    of_timm = config["models"][wildcards.model]["architecture"].startswith(TIMM)
    return [
        *("torch", "torchvision", "efficientnet-lite-pytorch"),
        *(["timm"] if of_timm else []),
    ]


# Figures

# What figures, captions and the explorer call datasets, cohorts and models
LABELS = {
    section: {name: entry.get("label", name) for name, entry in config[section].items()}
    for section in ("datasets", "cohorts", "models")
}
# And makers of heatmaps, where these are drawn beside one another
MAKER_LABELS = LABELS | {
    "models": {maker: sources.maker_label(maker, LABELS["models"]) for maker in MAKERS}
}


def labels_of(wildcards):
    """What the wildcards of a figure are called."""
    return {
        key: LABELS.get(f"{key}s", {}).get(value, value)
        for key, value in wildcards.items()
    }


def figure(name, category, title=None, wanted=True):
    """The outputs of a figure: PNG and PDF, with caption and place in the report.

    The caption is that of the name's first part; without a title the wildcards in the name are the
    labels. With `wanted` the figure is made by a whole run.
    """
    path = f"results/figures/{name}"
    if wanted:
        TARGETS.extend(everywhere(f"{path}.{{format}}"))

    def said(wildcards):
        refuse_stale_report()
        labels = labels_of(wildcards)
        return {"figure": title.format_map(labels)} if title else labels

    shown = report(
        f"{path}.png",
        caption=f"captions/{name.partition('-')[0]}.rst",
        category=category,
        subcategory=None if title else lambda wildcards: labels_of(wildcards)["cohort"],
        labels=said,
    )
    return {"png": shown, "pdf": f"{path}.pdf"}


# Networks that are cut at several layers
DEPTHS = sweeps(config["models"])


# What captions say of the folds
UNIT = config["crossvalidation"]["unit"]
FOLDS = {"unit": UNIT, "n_seeds": len(SEEDS), "n_folds": N_FOLDS}


def said_of_networks(wildcards):
    """What captions say of networks that are trained here, and of the images they are trained on."""
    dataset = wildcards.dataset
    label = TOPOGRAPHY["datasets"][dataset].get("label", dataset)
    return SAID | labels_of(wildcards) | {"dataset": label}


def topography_figure(name, title, cohort=False):
    """The outputs of a figure of networks: PNG and PDF, with caption and place in the report."""
    path = f"results/figures/topography/{{dataset}}/{name}" + "-{cohort}" * cohort
    choices = {
        "dataset": TOPOGRAPHY["datasets"],
        "cohort": ALIGNED,
        "format": ["png", "pdf"],
    }
    names = dict.fromkeys(re.findall(r"{(\w+)}", f"{path}.{{format}}"))
    TOPOGRAPHY_TARGETS.extend(
        expand(f"{path}.{{format}}", **{key: choices[key] for key in names})
    )

    def labels(wildcards):
        refuse_stale_report()
        said = said_of_networks(wildcards)
        return {"figure": title} | ({"cohort": said["cohort"]} if cohort else {})

    shown = report(
        f"{path}.png",
        caption=f"captions/topography_{name}.rst",
        category="Topography",
        subcategory=lambda wildcards: said_of_networks(wildcards)["dataset"],
        labels=labels,
    )
    return {"png": shown, "pdf": f"{path}.pdf"}
