"""Switch maps on from best to worst in each fold and retain the best set."""

from functools import partial

import numpy as np

from alignment.artifacts.arrays import Arrays, read_arrays
from alignment.artifacts.job_log import job_log, progress
from alignment.artifacts.lineage import check_made_from
from alignment.artifacts.network_files import read_network
from alignment.artifacts.processes import in_processes, shares
from alignment.artifacts.tables import read_columns, write_columns
from alignment.heads.opening import open_head, processes_for
from alignment.importance.folds import Folds
from alignment.importance.selection import selection_curve
from alignment.similarity.pairs import upper_triangle


def main(input, output, params, wildcards, threads, memory_mb):
    check_made_from(input.folds, input, wildcards)
    check_made_from(input.activations, input, params, wildcards)
    activations = Arrays(input.activations)
    processes = processes_for(activations, params.fit, params.device, threads)
    head = open_head(
        activations,
        partial(read_network, input.network),
        params.similarity,
        params.device,
        threads // processes,
        memory_mb // processes,
        progress,
    )
    folds = Folds(**Arrays(input.folds))
    if seed := wildcards.get("seed"):
        folds = folds.of_seed(int(seed))
    human = read_arrays(input.judgments, "similarity")
    paths = list(zip(input.ais, output.selection, output.retained, strict=True))
    which = {"cohort": wildcards.cohort, "model": wildcards.model}
    select = partial(select_in_folds, head, folds, human, params.fit, paths, which)
    in_processes(select, shares(len(folds), processes))


def select_in_folds(head, folds, human, fit, paths, which, numbers):
    """Retain maps in the folds of some numbers, and write the tables of each."""
    judgments = upper_triangle(human)
    for number, fold in zip(numbers, folds.of(human, numbers), strict=True):
        ais, selection, retained = paths[number]
        scores = read_columns(ais)
        order = np.argsort(scores["rank"])
        curve = selection_curve(head, order, fold, judgments, fit)
        write_columns(
            selection,
            **which,
            seed=fold.seed,
            fold=fold.number,
            k=np.arange(1, len(order) + 1),
            map=order,
            train_fit=curve.train_fit,
            test_fit=curve.test_fit,
        )
        write_columns(
            retained,
            **which,
            seed=fold.seed,
            fold=fold.number,
            rank=np.arange(1, curve.n_retained + 1),
            map=curve.retained,
            ais=scores["ais"][curve.retained],
        )
        print(
            f"seed {fold.seed} fold {fold.number}: {curve.n_retained} of {len(order)} maps retained"
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
