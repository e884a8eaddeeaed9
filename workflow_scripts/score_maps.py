"""Score every map on the training side of each fold of a seed."""

import numpy as np

from alignment.similarity.fits import fit_drop, rank_maps
from alignment.importance.folds import make_folds
from alignment.artifacts.job_log import job_log
from alignment.artifacts.lineage import check_made_from
from alignment.similarity.pairs import upper_triangle
from alignment.artifacts.arrays import read_arrays
from alignment.artifacts.tables import read_columns, write_columns


def main(input, output, params, seed):
    check_made_from(input.similarity, input)
    check_made_from(input.perturbation, input, params)
    images = read_columns(input.cohort)["index"]
    judgments = read_arrays(input.similarity, "similarity")
    rsm, rsm_without = read_arrays(input.perturbation, "rsm", "rsm_without")
    folds = make_folds(images, judgments, seed, params.n_folds, params.unit)
    judgments = upper_triangle(judgments)
    for fold, path in zip(folds, output.ais, strict=True):
        pairs = fold.train_pairs
        fit_full, fit_without, ais = fit_drop(
            rsm[pairs], rsm_without[:, pairs], judgments[pairs], params.fit
        )
        ranks = np.empty(len(ais), dtype=int)
        ranks[rank_maps(ais)] = np.arange(1, len(ais) + 1)
        write_columns(
            path,
            map=np.arange(len(ais)),
            fit_full=np.full(len(ais), fit_full),
            fit_without=fit_without,
            ais=ais,
            rank=ranks,
        )


if __name__ == "__main__":
    with job_log(snakemake.log[0]):
        main(snakemake.input, snakemake.output, snakemake.params, int(snakemake.wildcards.seed))
