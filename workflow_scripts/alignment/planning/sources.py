"""Files that stages read or have lost, found from the config and from what lies in results."""

import csv
from collections.abc import Iterable, Mapping
from pathlib import Path

from alignment.artifacts.errors import InputError
from alignment.datasets.label_files import read_label_header
from alignment.datasets.picture_names import MAP_SUFFIXES, PICTURE_SUFFIXES, files_in, name_of
from alignment.planning.families import is_own
from alignment.planning.own_code import function_files
from alignment.topography.design import trained_file

# What figures call heatmaps that are not made by AIS
KIND_LABELS = {
    "cam": "judgment-weighted CAM",
    "grad_cam": "Grad-CAM of the fit",
    "place": "place left out",
    "places": "3 × 3 places left out",
    "groups": "AIS of groups of maps",
    "shapley": "Shapley values of maps",
    "gradient": "gradient × activity",
    "integrated": "integrated gradients",
    "mean": "mean of all maps",
}
# What is to be cited for data that are fetched, by their source
CITATIONS = {
    "mur92": [
        "The pictures: Kriegeskorte, Mur, Ruff, Kiani, Bodurka, Esteky, Tanaka & Bandettini "
        "(2008). Matching Categorical Object Representations in Inferior Temporal Cortex of Man "
        "and Monkey. Neuron 60, 1126–1141.",
        "The judgments: Mur, Meys, Bodurka, Goebel, Bandettini & Kriegeskorte (2013). Human "
        "Object-Similarity Judgments Reflect and Transcend the Primate-IT Object Representation. "
        "Frontiers in Psychology 4, 128.",
    ]
}


def citations_of(dataset: Mapping) -> list[str]:
    """Return what is to be cited for a dataset; nothing is known of the user's own."""
    return CITATIONS.get(dataset.get("source"), [])


def datasets_used(config: Mapping) -> list[str]:
    """Return the datasets that cohorts are taken from, each once."""
    return list(dict.fromkeys(cohort["dataset"] for cohort in config["cohorts"].values()))


def picture_sources(dataset: Mapping) -> list[str]:
    """Return the picture files of a dataset, or their folder where they cannot be named.

    They cannot while they are yet to be fetched, or where Snakemake would take names for patterns.
    """
    folder = dataset["images"]
    if "source" in dataset:
        return [folder]
    return nameable(own_pictures(dataset), folder)


def nameable(files: list[str], folder: str) -> list[str]:
    """Return files, or their folder where Snakemake would take a name for a pattern."""
    return [folder] if any(map(is_pattern, files)) else files


def own_pictures(dataset: Mapping) -> list[str]:
    """Return the picture files of a dataset of the user's own; none of one that is fetched."""
    return [] if "source" in dataset else files_in(dataset["images"], PICTURE_SUFFIXES)


def known_images(config: Mapping) -> list[str] | None:
    """Return the names of all pictures of the datasets in use; None where some are yet to come."""
    names = []
    for name in datasets_used(config):
        found = pictures_of(name, config["datasets"][name])
        if found is None:
            return None
        names += found
    return names


def pictures_of(name: str, dataset: Mapping) -> list[str] | None:
    """Return the names of the pictures of a dataset; None where they are yet to be fetched."""
    if "source" not in dataset:
        return [name_of(file, dataset["images"]) for file in own_pictures(dataset)]
    return _column(Path("results/datasets", name, "pictures.csv"), "image")


def _column(index, name):
    """Return a column of an index among results, None where it is not there or was damaged.

    A damaged result is made anew, so that nothing need be said of it.
    """
    try:
        with open(index, newline="", encoding="utf-8") as file:
            values = [row.get(name) for row in csv.DictReader(file)]
    except (OSError, UnicodeDecodeError, csv.Error):
        return None
    return values if values and None not in values else None


def lie_in_folders(dataset: Mapping) -> bool:
    """Tell whether pictures of the user's own lie in folders, whose names are their labels."""
    folders = {Path(picture).parent for picture in own_pictures(dataset)}
    return bool(folders - {Path(dataset["images"])})


def label_columns(dataset: Mapping) -> list[str] | None:
    """Return what queries may name of a dataset; None where its labels cannot be read yet."""
    columns = ["index", "image", *(["folder"] if lie_in_folders(dataset) else [])]
    if "labels" not in dataset:
        return columns
    try:
        header = read_label_header(dataset["labels"])
    except InputError:
        return None  # to be fetched, or for the job that reads them to refuse
    return list(dict.fromkeys([*columns, *header]))


def is_made_here(path: str) -> bool:
    """Tell a file that the workflow makes from one of the user's."""
    return Path(path).parts[:1] == ("results",)


def is_pattern(path: str) -> bool:
    """Tell a path that Snakemake would take for one with wildcards."""
    return "{" in path or "}" in path


def trained_here(model: Mapping) -> bool:
    """Tell whether a model's weights are those of a network that the workflow trains."""
    return isinstance(model["weights"], Mapping) and "topography" in model["weights"]


def weights_file(model: Mapping) -> list[str]:
    """Return the local weight file that a model names, if any; it may be yet to be trained."""
    weights = model["weights"]
    if trained_here(model):
        return [trained_file(weights["topography"])]
    if not isinstance(weights, Mapping):
        return []
    return [weights["file"]] if "file" in weights else []


def saliency_sources(saliency: Mapping) -> dict[str, dict]:
    """Return how the maps of every source are made, and what they are; the baseline last.

    Parameters
    ----------
    saliency : mapping
        The section of the config.
    """
    sources = {
        name: {"kind": "folder", "folder": folder} for name, folder in saliency["folders"].items()
    }
    sources |= {
        name: {"kind": "function", "function": function}
        for name, function in saliency["functions"].items()
    }
    sources |= {name: {"kind": "bottom-up saliency"} for name in saliency["bottom_up"]}
    return sources | {"gaussian": {"kind": "baseline"}}


def source_for(definition: Mapping, dataset: str) -> dict:
    """Return how the maps of a source are made for one dataset: its folder may name the dataset."""
    if "folder" not in definition:
        return dict(definition)
    return {**definition, "folder": definition["folder"].replace("{dataset}", dataset)}


def saliency_inputs(definition: Mapping) -> list[str]:
    """Return the files that a source reads, or their folder where they cannot be named."""
    files = saliency_files(definition)
    return nameable(files, definition["folder"]) if "folder" in definition else files


def saliency_files(definition: Mapping) -> list[str]:
    """Return the files that a source reads: the maps of its folder, or its function's files."""
    if "folder" in definition:
        return files_in(definition["folder"], MAP_SUFFIXES)
    return function_files(definition["function"]) if "function" in definition else []


def training_files(images: Mapping) -> list[str]:
    """Return the local files that images to train on come from; none where they are downloaded."""
    if "folder" in images:
        return sorted(map(str, Path(images["folder"]).glob("*.bin")))
    return [images["archive"]] if "archive" in images else []


def network_code(model: Mapping) -> list[str]:
    """Return the files of the function that builds a model, where the user has written one."""
    return function_files(model["architecture"]) if is_own(model["architecture"]) else []


def heatmap_makers(models: Iterable[str], kinds: Iterable[str]) -> list[str]:
    """Return each model, and behind it the model with each kind of heatmaps: model@kind."""
    kinds = list(kinds)
    return [maker for model in models for maker in (model, *(f"{model}@{k}" for k in kinds))]


def maker_label(maker: str, labels: Mapping[str, str]) -> str:
    """Return what figures call a maker of heatmaps, from what they call models."""
    if maker in labels:
        return labels[maker]
    model, _, kind = maker.rpartition("@")
    return f"{labels[model]}, {KIND_LABELS[kind]}" if kind else labels[model]


def lost_overlays(index: str | Path) -> list[str]:
    """Return the overlays that an index lists and that are no longer beside it.

    None of an index that was damaged: whoever makes it anew draws them all.
    """
    index = Path(index)
    overlays = [index.parent / file for file in _column(index, "file") or []]
    lost = [str(overlay) for overlay in overlays if not overlay.is_file()]
    return [overlay for overlay in lost if not is_pattern(overlay)]
