"""Say what the workflow understands of a config, before anything is computed."""

import argparse
import sys
from pathlib import Path

import numpy as np

from alignment.artifacts.downloads import cache_folder
from alignment.artifacts.errors import InputError
from alignment.cutting.opening import load_and_cut
from alignment.datasets.judgments import read_judgments
from alignment.datasets.labels import query_images, read_labels
from alignment.datasets.picture_names import folder_labels
from alignment.datasets.pictures import name_pictures, read_picture
from alignment.heads.foresight import foresee, seconds_a_picture
from alignment.importance.folds import (
    check_cohort,
    light_split,
    make_folds,
    of_equal_judgments,
    of_few_images,
)
from alignment.networks.gaps import check_known
from alignment.networks.trials import trial_pictures
from alignment.planning.config import merged, planned, read_yaml
from alignment.planning.sources import own_pictures
from alignment.similarity.pairs import upper_triangle

ROOT = Path(__file__).parents[1]


def describe_dataset(dataset):
    """Say what was read of a dataset; return its label table and its similarities."""
    files = own_pictures(dataset)
    names, notes = name_pictures(files, dataset["images"]), []
    shapes = [read_picture(file, notes).shape[:2] for file in files]
    print(f"  pictures: {len(names)}, {names[0]} to {names[-1]}, sides {_range(shapes)} pixels")
    options = {key: value for key, value in dataset["judgments"].items() if key != "file"}
    judgments = read_judgments(dataset["judgments"]["file"], images=names, **options)
    values = upper_triangle(judgments.similarity)
    given = values[np.isfinite(values)]
    n_observers = 0 if judgments.observers is None else len(judgments.observers)
    print(
        f"  judgments: {dataset['judgments']['kind']}, {len(given)} of {len(values)} pairs, "
        f"similarities {given.min():.3g} to {given.max():.3g}, "
        f"{n_observers or 'no single'} observers"
    )
    labels = folder_labels(names)
    labels |= read_labels(dataset["labels"], names) if "labels" in dataset else {}
    print(f"  labels: {', '.join(labels) or 'none'}")
    for note in [*judgments.notes, *notes]:
        print(f"  {note}")
    return {"index": range(len(names)), "image": names, **labels}, judgments.similarity


def describe_cohort(name, cohort, table, similarity, folds):
    """Say which pictures a cohort compares, and in how large folds."""
    chosen = query_images(table, cohort.get("query"), name)
    unit, n_folds = folds["unit"], folds["n_folds"]
    check_cohort(name, chosen, similarity, n_folds, unit)
    made = make_folds(chosen, similarity, folds["seeds"], n_folds, unit, light_split, cohort=name)
    images = [table["image"][row] for row in chosen]
    print(
        f"  {len(images)} pictures ({', '.join(images[:5])}{', ...' if len(images) > 5 else ''}), "
        f"{n_folds} folds of {unit} for each of {len(folds['seeds'])} seeds"
    )
    for said in (
        of_few_images(name, len(chosen), n_folds, unit),
        of_equal_judgments(name, made, similarity),
    ):
        if said:
            print(f"  Warning: {said}")


def describe_model(model, n_images):
    """Say where a network is cut, how large its feature maps are, and what it takes."""
    network, cuts = load_and_cut(model, cache_folder())
    check_known(network, cuts.backbone)
    shape = " x ".join(map(str, cuts.maps_shape))
    print(f"  {model['architecture']}, {network.weights_name}, input {network.input_size} pixels")
    print(f"  feature maps: {cuts.feature_maps} ({shape}), embedding: {cuts.embedding}")
    pictures = trial_pictures(network.input_size)
    print(f"  head: {foresee(cuts.backbone, cuts.head, pictures)}")
    megabytes = np.prod(cuts.maps_shape) * 4 / 1e6
    print(f"  activations take up to {megabytes:.2g} MB per picture on disk")
    if n_images:
        seconds = n_images * seconds_a_picture(cuts.backbone, pictures)
        print(f"  time: about {max(seconds, 1):.0f} s to run it over {n_images} pictures here")
    for note in (*network.notes, *cuts.notes):
        print(f"  {note}")


def attempt(errors, title, describe, *arguments):
    """Print under a title and return what came of it, or keep the error for the end."""
    print(title)
    try:
        return describe(*arguments)
    except InputError as error:
        print("  cannot be used: the end says why")
        errors.append(f"{title}\n  Error: {error}")
        return None


def describe_all(config, errors):
    """Say what is understood of every dataset, cohort and model."""
    read = {}
    for name, dataset in config["datasets"].items():
        if "source" in dataset:
            if not Path(dataset["judgments"]["file"]).is_file():
                print(f"dataset {name}\n  {dataset['source']}: fetched by the first run")
                continue
            # Once it is here it is like any other.
            dataset = {key: value for key, value in dataset.items() if key != "source"}
        read[name] = attempt(errors, f"dataset {name}", describe_dataset, dataset)
    for name, cohort in config["cohorts"].items():
        if read.get(cohort["dataset"]) is None:
            print(f"cohort {name}\n  of {cohort['dataset']}: not known yet")
            continue
        what = name, cohort, *read[cohort["dataset"]], config["crossvalidation"]
        attempt(errors, f"cohort {name}", describe_cohort, *what)
    n_images = sum(len(table["image"]) for table, _ in filter(None, read.values()))
    print(f"memory: at most {config['compute']['memory_mb']} MB for a network or a head at a time")
    for name, model in config["models"].items():
        weights = model["weights"]
        if isinstance(weights, dict) and "topography" in weights:
            print(f"model {name}\n  {weights['topography']}: trained by this workflow")
            continue
        attempt(errors, f"model {name}", describe_model, model, n_images)


def main(overlays):
    """Describe config.yaml with files laid over it; return whether all of it can be used."""
    given = read_yaml(ROOT / "config.yaml")
    for overlay in overlays:
        if not (content := read_yaml(overlay)):
            raise InputError(f"{overlay} is empty: Snakemake takes no config file without a key.")
        given = merged(given, content)
    config = planned(given, ROOT, overlays)
    errors = []
    try:
        describe_all(config, errors)
    finally:  # where nobody need scroll, also if the networks take a person too long
        for error in errors:
            print(error)
    return not errors


def _range(shapes):
    sides = np.array(shapes)
    low, high = sides.min(), sides.max()
    return f"{low}" if low == high else f"{low} to {high}"


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("config", nargs="*", help="config files, each laid over those before it")
    try:
        if not main(parser.parse_args().config):
            sys.exit(1)
    except InputError as error:
        sys.exit(f"Error: {error}")
