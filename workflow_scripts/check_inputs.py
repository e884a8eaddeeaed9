"""Say what the workflow understands of a config, before anything is computed."""

import argparse
import sys
import time
from pathlib import Path
from typing import NamedTuple

import numpy as np

from alignment.artifacts.downloads import cache_folder
from alignment.artifacts.errors import InputError
from alignment.artifacts.picture_files import digest, of_repeated
from alignment.cutting.opening import load_and_cut
from alignment.datasets.judgments import read_judgments
from alignment.datasets.labels import query_images, read_labels
from alignment.datasets.picture_names import folder_labels, of_unread_folders
from alignment.datasets.pictures import name_pictures, read_picture
from alignment.datasets.saliency_maps import of_fixations_outside, read_fixations
from alignment.heads.foresight import foresee, seconds_a_picture
from alignment.importance.folds import check_cohort, make_folds, of_equal_judgments, of_few_pairs
from alignment.networks.gaps import check_known
from alignment.networks.trials import trial_pictures
from alignment.planning.config import merged, planned, read_yaml
from alignment.planning.sources import (
    datasets_used,
    own_pictures,
    saliency_sources,
    source_for,
)
from alignment.saliency.models import CENTRE
from alignment.saliency.sources import maps_of, warnings_of
from alignment.similarity.pairs import pair_images, pairs_in_short, upper_triangle

ROOT = Path(__file__).parents[1]
SHOWN = 3  # pairs that are most alike, and least


class Read(NamedTuple):
    """What was read of a dataset.

    Attributes
    ----------
    files : list of str
        Its pictures.
    sizes : list of (width, height)
        Theirs, in pixels.
    table : dict of str to sequence
        Labels, with ``index`` and ``image``.
    similarity : (N, N) array
    """

    files: list
    sizes: list
    table: dict
    similarity: np.ndarray


def describe_dataset(dataset):
    """Say what was read of a dataset, and return it."""
    files = own_pictures(dataset)
    names, notes = name_pictures(files, dataset["images"]), []
    sizes, digests = [], {}
    for name, file in zip(names, files, strict=True):
        picture = read_picture(file, notes)
        sizes.append((picture.shape[1], picture.shape[0]))
        digests[name] = digest(picture)
    print(f"  pictures: {len(names)}, {names[0]} to {names[-1]}, sides {_range(sizes)} pixels")
    options = {key: value for key, value in dataset["judgments"].items() if key != "file"}
    judgments = read_judgments(dataset["judgments"]["file"], images=names, **options)
    n_observers = 0 if judgments.observers is None else len(judgments.observers)
    print(
        f"  judgments: {dataset['judgments']['kind']}, {pairs_in_short(judgments.similarity)}, "
        f"{n_observers or 'no single'} observers"
    )
    for which, found in extremes(judgments.similarity, names).items():
        print(f"  people find {which} alike: {found}")
    labels = folder_labels(names)
    labels |= read_labels(dataset["labels"], names) if "labels" in dataset else {}
    print(f"  labels: {', '.join(labels) or 'none'}")
    for note in [*judgments.notes, *notes]:
        print(f"  {note}")
    warn(of_unread_folders(dataset["images"], files), *of_repeated(digests))
    table = {"index": range(len(names)), "image": names, **labels}
    return Read(files, sizes, table, judgments.similarity)


def extremes(similarity, names):
    """Return the pairs that people find most and least alike: they show which way a scale runs."""
    first, second = pair_images(len(names))
    values = upper_triangle(similarity)
    order = np.argsort(values)[: np.isfinite(values).sum()]
    pairs = {"most": order[::-1][:SHOWN], "least": order[:SHOWN]}
    return {
        which: "; ".join(
            f"{names[first[k]]} and {names[second[k]]} ({values[k]:.3g})" for k in found
        )
        for which, found in pairs.items()
    }


def warn(*sentences):
    """Say what a run would warn of; an empty sentence says nothing."""
    for sentence in filter(None, sentences):
        print(f"  Warning: {sentence}")


def describe_cohort(name, cohort, table, similarity, folds):
    """Say which pictures a cohort compares, and in how large folds; return how many all hold."""
    chosen = query_images(table, cohort.get("query"), name)
    unit, n_folds = folds["unit"], folds["n_folds"]
    check_cohort(name, chosen, similarity, n_folds, unit)
    made = make_folds(chosen, similarity, folds["seeds"], n_folds, unit, cohort=name)
    images = [table["image"][row] for row in chosen]
    print(
        f"  {len(images)} pictures ({', '.join(images[:5])}{', ...' if len(images) > 5 else ''}), "
        f"{n_folds} folds of {unit} for each seed ({', '.join(map(str, folds['seeds']))})"
    )
    warn(
        of_few_pairs(name, made, similarity),
        of_equal_judgments(name, made, similarity),
    )
    return len(images) * n_folds * len(folds["seeds"])


def describe_source(source, definition, read):
    """Read the saliency maps of a folder; try what computes them on the first picture."""
    images, sizes = read.table["image"], read.sizes
    if "folder" in definition:
        said = warnings_of(source, maps_of(source, definition, images, ()), images, sizes)
        print(f"  {definition['folder']}: a map for each of {len(images)} pictures")
    else:
        images, sizes, pictures = images[:1], sizes[:1], [read_picture(read.files[0])]
        start = time.monotonic()
        said = warnings_of(source, maps_of(source, definition, images, pictures), images, sizes)
        took = f", which took {time.monotonic() - start:.1f} s" if "function" in definition else ""
        made_by = definition.get("function", definition["kind"])
        print(f"  {made_by}: tried on the picture '{images[0]}'{took}")
    warn(*said)


def describe_fixations(path, read):
    """Say what was read of the places where people looked."""
    images = read.table["image"]
    fixations = read_fixations(path, images)
    print(
        f"  {path}: {sum(map(len, fixations.values()))} points in {len(fixations)} of "
        f"{len(images)} pictures"
    )
    warn(of_fixations_outside(path, fixations, dict(zip(images, read.sizes, strict=True))))


def describe_saliency(config, read, errors):
    """Say what is understood of the saliency maps and fixations of the datasets in use."""
    saliency = config["saliency"]
    for dataset in datasets_used(config) if saliency["enabled"] else ():
        if read.get(dataset) is None:
            continue
        for source, definition in saliency_sources(saliency).items():
            if source != CENTRE:
                what = source, source_for(definition, dataset), read[dataset]
                attempt(errors, f"saliency {source} of {dataset}", describe_source, *what)
        if path := saliency["fixations"].get(dataset):
            attempt(errors, f"fixations of {dataset}", describe_fixations, path, read[dataset])


def describe_model(model, n_images, n_in_folds):
    """Say where a network is cut, how large its feature maps are, and what it takes."""
    network, cuts = load_and_cut(model, cache_folder())
    check_known(network, cuts.backbone)
    shape = " x ".join(map(str, cuts.maps_shape))
    print(f"  {model['architecture']}, {network.weights_name}, input {network.input_size} pixels")
    print(f"  feature maps: {cuts.feature_maps} ({shape}), embedding: {cuts.embedding}")
    pictures = trial_pictures(network.input_size)
    print(f"  head: {foresee(cuts.backbone, cuts.head, pictures, n_images + n_in_folds)}")
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
        print("  cannot be used (the reason is at the end)")
        errors.append(f"{title}\n  Error: {error}")
        return None


def describe_all(config, errors):
    """Say what is understood of every dataset, cohort, source of saliency maps, and model."""
    read = {}
    for name, dataset in config["datasets"].items():
        if "source" in dataset:
            if not Path(dataset["judgments"]["file"]).is_file():
                print(f"dataset {name}\n  {dataset['source']}: fetched by the first run")
                continue
            # Once it is here it is like any other.
            dataset = {key: value for key, value in dataset.items() if key != "source"}
        read[name] = attempt(errors, f"dataset {name}", describe_dataset, dataset)
    n_in_folds = 0  # images of all folds of all cohorts
    for name, cohort in config["cohorts"].items():
        if read.get(cohort["dataset"]) is None:
            print(f"cohort {name}\n  of {cohort['dataset']}: not known yet")
            continue
        dataset = read[cohort["dataset"]]
        what = name, cohort, dataset.table, dataset.similarity, config["crossvalidation"]
        n_in_folds += attempt(errors, f"cohort {name}", describe_cohort, *what) or 0
    describe_saliency(config, read, errors)
    n_images = sum(len(dataset.files) for dataset in filter(None, read.values()))
    print(f"memory: at most {config['compute']['memory_mb']} MB for a network or a head at a time")
    for name, model in config["models"].items():
        weights = model["weights"]
        if isinstance(weights, dict) and "topography" in weights:
            print(f"model {name}\n  {weights['topography']}: trained by this workflow")
            continue
        attempt(errors, f"model {name}", describe_model, model, n_images, n_in_folds)


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


def _range(sizes):
    sides = np.array(sizes)
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
