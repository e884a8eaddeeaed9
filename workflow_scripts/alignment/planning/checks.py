"""Names and paths of the config that lead nowhere, refused before any job starts."""

import re
from collections.abc import Iterable, Mapping
from importlib.util import find_spec
from pathlib import Path

from alignment.artifacts.errors import InputError
from alignment.datasets.picture_names import (
    MAP_SUFFIXES,
    PICTURE_SUFFIXES,
    file_key,
    files_in,
    refuse_unread,
)
from alignment.datasets.query_text import QueryError, check_columns, not_evaluated
from alignment.planning.families import TIMM, is_own
from alignment.planning.own_code import function_parts
from alignment.planning.paths import check_file, check_folder, check_paths
from alignment.planning.sources import (
    datasets_used,
    label_columns,
    lie_in_folders,
    saliency_sources,
    trained_here,
    weights_file,
)


def check_names(config: Mapping) -> None:
    """Refuse datasets, cohorts and models whose names or files do not exist.

    Raises
    ------
    InputError
        One sentence that names the key.
    """
    for name, dataset in config["datasets"].items():
        _check_dataset(f"config: datasets: {name}", dataset)
    for name in config["cohorts"]:
        _check_cohort(name, config["cohorts"], config["datasets"])
    for name, model in config["models"].items():
        _check_model(name, model)
    for section in ("datasets", "cohorts", "models"):
        check_apart(section, config[section])
    _check_percentiles(config["heatmaps"]["percentiles"])
    _check_figure_names(config)
    if config["saliency"]["enabled"]:
        _check_saliency(config)
    _check_colours(config["heatmaps"]["colours"])


def check_share(share: str) -> None:
    """Refuse a folder of shared results to which links could not point."""
    if not (Path(share).is_absolute() and Path(share).is_dir()):
        raise InputError(
            f"SNAKEMAKE_OUTPUT_CACHE: {share} is not the absolute path of a folder that exists."
        )


def check_apart(section: str, entries: Mapping[str, Mapping]) -> None:
    """Refuse two entries that figures could not tell apart, or that some disks could not.

    Parameters
    ----------
    section : str
        Its key in the config, for messages.
    entries : mapping of str to mapping

    Raises
    ------
    InputError
        One sentence that names both.
    """
    of_label, of_file = {}, {}
    for name, entry in entries.items():
        label = entry.get("label", name)
        if (other := of_label.setdefault(label, name)) != name:
            raise InputError(
                f"config: {section}: {other} and {name} would both be called '{label}' in figures; "
                "give one of them another label."
            )
        if (other := of_file.setdefault(file_key(name), name)) != name:
            raise InputError(
                f"config: {section}: {other} and {name} differ only in upper and lower case, so "
                "that they would have the same files on macOS and Windows; rename one of them."
            )


def check_names_of(key: str, numbers: Iterable[float]) -> None:
    """Refuse two numbers of a key that differ by less than the names of files tell."""
    named = {}
    for number in numbers:
        other = named.setdefault(f"{number:g}", number)
        if other != number:
            raise InputError(
                f"config: {key}: {other} and {number} would both be called {number:g} in the names "
                "of files; take numbers that differ in their first six digits."
            )


def _check_percentiles(percentiles):
    """Refuse fractions of 1, and those that names of files cannot hold, such as p99.9999999."""
    check_names_of("heatmaps: percentiles", percentiles)
    for percentile in percentiles:
        if 0.01 <= percentile < 1:
            raise InputError(
                f"config: heatmaps: percentiles: {percentile} is a fraction, where percentiles go "
                f"from 1 to below 100; did you mean {100 * percentile:g}?"
            )
        if percentile < 1 or not re.fullmatch(r"\d{1,2}(\.\d+)?", f"{percentile:g}"):
            raise InputError(
                f"config: heatmaps: percentiles: {percentile} is not possible; give numbers from "
                "1 to 99.999, of at most six digits."
            )


def _check_figure_names(config):
    """Refuse names that, joined by '-', would give two figures one file."""
    ends = [*config["models"], "full", *(f"p{p:g}" for p in config["heatmaps"]["percentiles"])]
    seen = {name: (name, None) for name in config["cohorts"]}
    for cohort in config["cohorts"]:
        for end in ends:
            other, other_end = seen.setdefault(f"{cohort}-{end}", (cohort, end))
            if (other, other_end) != (cohort, end):
                beside = f" with {other_end}" if other_end else ""
                raise InputError(
                    f"config: cohorts: figures of {cohort} with {end} and of {other}{beside} would "
                    f"have the same name, {cohort}-{end}; rename one."
                )


def _check_dataset(where, dataset):
    judgments = dataset.get("judgments", {}).get("file")
    check_paths(where, *map(dataset.get, ("images", "labels", "archive")), judgments)
    if "archive" in dataset:
        check_file(f"{where}: archive", dataset["archive"])
    if "source" in dataset:
        return  # the rest is fetched
    check_folder(f"{where}: images", dataset["images"])
    if not files_in(dataset["images"], PICTURE_SUFFIXES):
        raise InputError(
            f"{where}: images: the folder {dataset['images']} holds no picture "
            f"({', '.join(sorted(PICTURE_SUFFIXES))})."
        )
    try:
        refuse_unread(dataset["images"])
    except InputError as error:
        raise InputError(f"{where}: images: {error}") from error
    check_file(f"{where}: judgments: file", dataset["judgments"]["file"])
    if "labels" in dataset:
        check_file(f"{where}: labels", dataset["labels"])


def _check_cohort(own, cohorts, datasets):
    where, cohort = f"config: cohorts: {own}", cohorts[own]
    name = cohort["dataset"]
    if name not in datasets:
        # Such as those of config.yaml, whose dataset an overlay has dropped
        others = [other for other, given in cohorts.items() if given["dataset"] == name]
        raise InputError(
            f"{where}: dataset: '{name}' is not one of the datasets ({', '.join(datasets)}); to "
            f"drop cohorts write under cohorts: {', '.join(f'{other}: null' for other in others)}."
        )
    dataset = datasets[name]
    if "query" in cohort and "labels" not in dataset and not lie_in_folders(dataset):
        raise InputError(
            f"{where}: query: the dataset '{name}' has no labels; name a CSV file under datasets: "
            f"{name}: labels."
        )
    if "query" in cohort and (columns := label_columns(dataset)) is not None:
        try:
            check_columns(cohort["query"], columns)
        except QueryError as error:
            raise InputError(not_evaluated(own, cohort["query"], error, columns)) from error


def _check_architecture(name, architecture):
    """Refuse a function whose file is not there, and networks of a package that is not."""
    where = f"config: models: {name}: architecture"
    source, function = function_parts(architecture)
    if is_own(architecture):
        if not source or not function:
            raise InputError(
                f"{where}: '{architecture}' is not possible; a function of yours is named "
                "nets.py:build, build being the function and nets.py its file."
            )
        if source.endswith(".py"):
            check_file(where, source)
        check_paths(where, source)
    if architecture.startswith(TIMM) and find_spec("timm") is None:
        raise InputError(
            f"{where}: {architecture} needs the package timm: run pip install --requirement "
            "envs/requirements-timm.txt."
        )


def check_random(models: Mapping[str, Mapping]) -> None:
    """Refuse random weights that do not say so, all at once: a name is in every path and table.

    Parameters
    ----------
    models : mapping of str to mapping
        As the user named them, each cut of several layers being one.

    Raises
    ------
    InputError
        One sentence that names all.
    """
    wrong = []
    for name, model in models.items():
        if not isinstance(model["weights"], Mapping) or "random" not in model["weights"]:
            continue
        called = name if "random" in name.lower() else f"{name}_random"
        if called != name:
            wrong.append(f"call {name} {called}")
        label = model.get("label")
        if label is not None and "random" not in label.lower():
            wrong.append(f"label {called} '{label} (random)'")
    if wrong:
        raise InputError(
            "config: models: a model with random weights has the word random in its name, and in "
            f"its label if it has one: {', and '.join(wrong)}."
        )


def _check_model(name, model):
    _check_architecture(name, model["architecture"])
    if trained_here(model):
        return
    for file in weights_file(model):
        check_paths(f"config: models: {name}: weights: file", file)
        check_file(f"config: models: {name}: weights: file", file)


def _check_saliency(config):
    chosen = config["saliency"]
    if twice := set(chosen["folders"]) & set(chosen["functions"]):
        raise InputError(
            f"config: saliency: {', '.join(sorted(twice))} is both a folder and a function; "
            "give them different names."
        )
    check_apart("saliency", saliency_sources(chosen))
    for name, path in chosen["folders"].items():
        for dataset in datasets_used(config):
            folder = path.replace("{dataset}", dataset)
            where = f"config: saliency: folders: {name}"
            check_paths(where, folder)
            check_folder(where, folder, f" with the maps of the dataset '{dataset}'")
            if not files_in(folder, MAP_SUFFIXES):
                raise InputError(
                    f"{where}: the folder {folder} holds no map "
                    f"({', '.join(sorted(MAP_SUFFIXES))})."
                )
    for name, function in chosen["functions"].items():
        source, _ = function_parts(function)
        if source.endswith(".py"):
            check_file(f"config: saliency: functions: {name}", source)
    for dataset, file in chosen["fixations"].items():
        where = f"config: saliency: fixations: {dataset}"
        if dataset not in config["datasets"]:
            raise InputError(
                f"{where}: '{dataset}' is not one of the datasets "
                f"({', '.join(config['datasets'])})."
            )
        check_paths(where, file)
        check_file(where, file)


def _check_colours(colours):
    if colours in ("spotlight", "jet", "viridis", "RdBu_r"):
        return
    from matplotlib import colormaps  # takes longer than all other checks

    if colours not in colormaps:
        raise InputError(
            f"config: heatmaps: colours: matplotlib has no colour map '{colours}'; "
            "spotlight needs none, and jet, viridis and RdBu_r are some of those it has."
        )
