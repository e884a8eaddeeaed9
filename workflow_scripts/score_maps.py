"""Score every map on the training side of each fold."""

from functools import partial

import numpy as np

from alignment.artifacts.arrays import Arrays, open_arrays, read_arrays
from alignment.artifacts.job_log import job_log, warn
from alignment.artifacts.lineage import check_made_from
from alignment.artifacts.processes import in_processes, shares
from alignment.artifacts.tables import write_columns
from alignment.heads.opening import open_removals, processes_for
from alignment.importance.direction import image_correlations, of_opposed
from alignment.importance.folds import Folds
from alignment.similarity.fits import rank_maps
from alignment.similarity.pairs import upper_triangle


def main(input, output, params, wildcards, threads, memory_mb):
    check_made_from(input.folds, input, wildcards)
    check_made_from(input.perturbation, input, params, wildcards)
    check_made_from(input.activations, input, params, wildcards)
    human = read_arrays(input.judgments, "similarity")
    folds = Folds(**Arrays(input.folds))
    found = image_correlations(folds.images, read_arrays(input.perturbation, "rsm"), human)
    warn(of_opposed(wildcards.cohort, wildcards.model, found))
    activations = Arrays(input.activations)
    processes = processes_for(activations, params.fit, params.device, threads)
    memory_mb //= processes
    with open_arrays(input.perturbation) as perturbation:
        removals = open_removals(
            activations, perturbation, params.similarity, memory_mb, params.device
        )
        which = {"cohort": wildcards.cohort, "model": wildcards.model}
        paths = list(output.ais)
        score = partial(score_folds, removals, folds, human, params.fit, paths, which)
        in_processes(score, shares(len(folds), processes))


def score_folds(removals, folds, human, fit, paths, which, numbers):
    """Score the maps in the folds of some numbers, and write a table for each."""
    judgments = upper_triangle(human)
    for number, fold in zip(numbers, folds.of(human, numbers), strict=True):
        scores = removals.map_scores(fold.train_pairs, judgments, fit)
        write_scores(paths[number], fold, scores, which)


def write_scores(path, fold, scores, which):
    """Write the scores of a fold's maps, with their ranks."""
    fit_full, fit_without, ais = scores
    ranks = np.empty(len(ais), dtype=int)
    ranks[rank_maps(ais)] = np.arange(1, len(ais) + 1)
    write_columns(
        path,
        **which,
        seed=fold.seed,
        fold=fold.number,
        map=np.arange(len(ais)),
        fit_full=np.full(len(ais), fit_full),
        fit_without=fit_without,
        ais=ais,
        rank=ranks,
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
