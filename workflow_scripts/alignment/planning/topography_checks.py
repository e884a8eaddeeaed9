"""What networks on a grid cannot be trained from, refused before any job starts."""

from collections.abc import Iterable, Mapping
from pathlib import Path

from alignment.artifacts.errors import InputError
from alignment.planning.checks import check_apart, check_names_of
from alignment.planning.families import TOPOGRAPHIC
from alignment.planning.paths import check_file, check_folder, check_paths
from alignment.planning.sources import trained_here
from alignment.topography.design import check_grid, networks, trained_file

SIMILARITY = "similarity-"


def check_topography(config: Mapping, known_cohorts: Iterable[str]) -> None:
    """Refuse what networks on a grid cannot be trained from.

    Parameters
    ----------
    config : mapping
    known_cohorts : iterable of str
        Cohorts that units may be scored by, those of config.yaml among them also where a config
        drops them: nobody should have to drop them twice.

    Raises
    ------
    InputError
        One sentence that names the key.
    """
    chosen = config["topography"]
    check_grid(chosen["grid"])
    check_apart("topography: datasets", chosen["datasets"])
    check_names_of("topography: lambdas", chosen["lambdas"])
    _check_lambdas(chosen["lambdas"])
    if "TopoLoss" in chosen["conditions"]:
        _check_pyramid(chosen["grid"], chosen["pyramid_factor"])
    for name, dataset in chosen["datasets"].items():
        if name.startswith(SIMILARITY):
            raise InputError(
                f"config: topography: datasets: '{name}': a name cannot begin with {SIMILARITY}, "
                "which marks the table of how alike networks are."
            )
        _check_images(f"config: topography: datasets: {name}", dataset)
    for cohort in chosen["alignment"]["cohorts"]:
        if cohort not in known_cohorts:
            raise InputError(
                f"config: topography: alignment: cohorts: '{cohort}' is not one of the cohorts "
                f"({', '.join(config['cohorts'])})."
            )
    for name, model in config["models"].items():
        if trained_here(model):
            _check_architecture(name, model)
            _check_trained(name, model["weights"]["topography"], chosen)


def _check_lambdas(lambdas):
    """Refuse a number that is not the one by whose name a network is trained."""
    for number in lambdas:
        if float(f"{number:g}") != number:
            raise InputError(
                f"config: topography: lambdas: {number} has more digits than the names of files "
                f"tell: take {number:g}."
            )


def _check_pyramid(grid, factor):
    """Refuse a sheet that cannot be shrunk, or that stays as it is."""
    if not 1 < factor <= min(grid):
        raise InputError(
            f"config: topography: pyramid_factor: {factor:g} does not shrink a grid of "
            f"{grid[0]} x {grid[1]}, as TopoLoss does: it must be above 1, and no more than the "
            f"shorter side of the grid, {min(grid)}."
        )


def _check_images(where, dataset):
    own = "folder" if dataset["source"] == "cifar10" else "archive"
    other = "archive" if own == "folder" else "folder"
    if other in dataset or (own == "folder" and own not in dataset):
        raise InputError(
            f"{where}: the source {dataset['source']} takes the key {own}, not {other}."
        )
    check_paths(where, dataset.get("archive"), dataset.get("folder"))
    if "archive" in dataset:
        check_file(f"{where}: archive", dataset["archive"])
    if "folder" in dataset:
        check_folder(f"{where}: folder", dataset["folder"])


def _check_architecture(name, model):
    """Refuse weights trained here for anything but the network that was trained."""
    if model["architecture"] != TOPOGRAPHIC:
        raise InputError(
            f"config: models: {name}: weights of a network trained here (topography) take the "
            f"architecture {TOPOGRAPHIC}, not {model['architecture']}."
        )
    for key in ("input_size", "mean", "std"):
        if key in model:
            raise InputError(
                f"config: models: {name}: {key}: a network trained here takes pictures as in its "
                "training; leave it out."
            )


def _check_trained(name, network, chosen):
    """Refuse a network that the design lacks, and that no earlier run has trained."""
    design = networks(chosen["conditions"], chosen["lambdas"], chosen["seeds"])
    named = [f"{dataset}/{trained.path}" for dataset in chosen["datasets"] for trained in design]
    if network in named or Path(trained_file(network)).is_file():
        return
    # At least the control's, of two seeds, for each set of images
    trained = f"{named[0]} to {named[-1]}" if named else "it names no images"
    raise InputError(
        f"config: models: {name}: weights: topography: '{network}' is not one of the networks that "
        f"the section topography trains: {trained}."
    )
