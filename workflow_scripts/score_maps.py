"""Score every map on the training side of each fold of a seed."""

import numpy as np

from alignment.artifacts.arrays import Arrays, read_arrays
from alignment.artifacts.job_log import job_log
from alignment.artifacts.lineage import check_made_from
from alignment.artifacts.tables import write_columns
from alignment.importance.folds import Folds
from alignment.similarity.fits import fit_drop, rank_maps
from alignment.similarity.pairs import upper_triangle


def main(input, output, params, wildcards):
    check_made_from(input.folds, input, wildcards)
    check_made_from(input.perturbation, input, params, wildcards)
    human = read_arrays(input.judgments, "similarity")
    judgments = upper_triangle(human)
    rsm, rsm_without = read_arrays(input.perturbation, "rsm", "rsm_without")
    folds = Folds(**Arrays(input.folds))
    for fold, path in zip(folds.of(human, int(wildcards.seed)), output.ais, strict=True):
        pairs = fold.train_pairs
        fit_full, fit_without, ais = fit_drop(
            rsm[pairs], rsm_without[:, pairs], judgments[pairs], params.fit
        )
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
        main(snakemake.input, snakemake.output, snakemake.params, snakemake.wildcards)
