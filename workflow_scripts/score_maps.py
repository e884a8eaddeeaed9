"""Score every map on the training side of each fold."""

import numpy as np

from alignment.artifacts.arrays import Arrays, open_arrays, read_arrays
from alignment.artifacts.job_log import job_log, warn
from alignment.artifacts.lineage import check_made_from
from alignment.artifacts.tables import write_columns
from alignment.heads.opening import open_removals
from alignment.importance.direction import image_correlations, of_opposed
from alignment.importance.folds import Folds
from alignment.similarity.fits import rank_maps
from alignment.similarity.pairs import upper_triangle


def main(input, output, params, wildcards, memory_mb):
    check_made_from(input.folds, input, wildcards)
    check_made_from(input.perturbation, input, params, wildcards)
    check_made_from(input.activations, input, params, wildcards)
    human = read_arrays(input.judgments, "similarity")
    folds = Folds(**Arrays(input.folds))
    found = image_correlations(folds.images, read_arrays(input.perturbation, "rsm"), human)
    warn(of_opposed(wildcards.cohort, wildcards.model, found))
    with open_arrays(input.perturbation) as perturbation:
        removals = open_removals(
            Arrays(input.activations), perturbation, params.similarity, memory_mb, params.device
        )
        judgments = upper_triangle(human)
        for fold, path in zip(folds.of(human), output.ais, strict=True):
            scores = removals.map_scores(fold.train_pairs, judgments, params.fit)
            write_scores(path, fold, scores, wildcards)


def write_scores(path, fold, scores, wildcards):
    """Write the scores of a fold's maps, with their ranks."""
    fit_full, fit_without, ais = scores
    ranks = np.empty(len(ais), dtype=int)
    ranks[rank_maps(ais)] = np.arange(1, len(ais) + 1)
    write_columns(
        path,
        cohort=wildcards.cohort,
        model=wildcards.model,
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
            snakemake.resources.mem_mb,
        )
