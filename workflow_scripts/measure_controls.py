"""Fit what the retained maps are to be compared with to the held-out judgments of every fold."""

from functools import partial
from itertools import chain

import numpy as np

from alignment.artifacts.arrays import Arrays, open_arrays
from alignment.artifacts.job_log import job_log, progress
from alignment.artifacts.lineage import check_made_from
from alignment.artifacts.network_files import read_network
from alignment.artifacts.processes import in_processes, shares
from alignment.artifacts.tables import groups_of, read_columns, read_tables, write_rows
from alignment.heads.map_sets import only
from alignment.heads.opening import open_head, processes_for
from alignment.importance.fold_ais import retained_in
from alignment.importance.folds import Folds
from alignment.prediction.controls import CONTROLS, Case, features_of, map_activity
from alignment.prediction.influence import INFLUENCE_COLUMNS, measure_influence
from alignment.prediction.observers import OBSERVER_COLUMNS, compare_observers, correlation_of
from alignment.similarity.pairs import pair_images, upper_triangle

BLOCK = 64  # images
COLUMNS = (
    *("cohort", "model", "seed", "fold", "n_train", "n_test", "n_retained", "full", "retained"),
    *(column for control in CONTROLS for column in control.columns),
    *OBSERVER_COLUMNS,
    *INFLUENCE_COLUMNS,
)


def read_activity(path):
    """Return how active every map is in every image, read a few images at a time."""
    with open_arrays(path) as file:
        maps = file["feature_maps"]
        blocks = [map_activity(maps[k : k + BLOCK]) for k in range(0, len(maps), BLOCK)]
    return tuple(np.concatenate(each) for each in zip(*blocks, strict=True))


def main(input, output, params, wildcards, threads, memory_mb):
    check_made_from(input.folds, input, wildcards)
    check_made_from(input.activations, input, params, wildcards)
    settings = params.controls
    with open_arrays(input.judgments) as file:
        human = file["similarity"][()]
        observers = None
        if settings["observers"] and "observers" in file:
            observers = file["observers"][()][:, *pair_images(len(human))]
    activations = Arrays(input.activations)
    processes = processes_for(activations, params.fit, params.device, threads)
    head = open_head(
        activations,
        partial(read_network, input.network),
        params.similarity,
        params.device,
        threads // processes,
        memory_mb // processes,
    )
    case = Case(
        head,
        upper_triangle(human),
        params.fit,
        params.unit,
        read_activity(input.activations) if settings["activity"] else None,
        features_of(activations["embedding"], params.similarity, settings["reweighting"]),
        settings,
    )
    predictions = groups_of(read_columns(input.predictions), "seed", "fold")
    retained = groups_of(read_tables(input.retained), "seed", "fold")
    folds = Folds(**Arrays(input.folds))
    measure = partial(measure_folds, case, folds, human, predictions, retained, observers)
    rows = in_processes(measure, shares(len(folds), processes))
    write_rows(output.controls, COLUMNS, chain.from_iterable(rows))


def measure_folds(case, folds, human, predictions, retained, observers, numbers):
    """Return the rows of the folds of some numbers."""
    rows = []
    for fold in progress(folds.of(human, numbers), "folds", len(numbers)):
        which = fold.seed, fold.number
        known = {name: column[0] for name, column in predictions[which].items()}
        row = {name: known[name] for name in COLUMNS[:7]}
        row |= {"full": known["test_full"], "retained": known["test_retained"]}
        for control in CONTROLS:
            if control.wanted(case.settings):
                row |= control.measure(case, fold, known["n_retained"], known["test_retained"])
        maps = retained_in(retained, fold)
        if observers is not None:
            row |= compare_with_observers(case, fold, maps, observers)
        if case.settings["without_best"]:
            row |= measure_influence(case, fold, maps)
        rows.append(dict.fromkeys(COLUMNS, np.nan) | row)
    return rows


def compare_with_observers(case, fold, maps, observers):
    """Compare the similarities by all maps and by some with single observers, (S, P)."""
    n_maps = case.head.n_maps
    sets = np.concatenate([np.ones((1, n_maps), dtype=bool), only(maps, n_maps)])
    return compare_observers(
        *case.head.similarities_of_sets(sets, fold.test_pairs),
        observers[:, fold.test_pairs],
        correlation_of(case.fit),
    )


if __name__ == "__main__":
    with job_log(snakemake.log[0]):
        main(
            snakemake.input,
            snakemake.output,
            snakemake.params,
            snakemake.wildcards,
            snakemake.threads,
            snakemake.resources.mem_mb,
        )
