"""Fit resampled test images of every fold, with all and with the retained maps."""

from functools import partial

import numpy as np

from alignment.artifacts.arrays import Arrays, read_arrays
from alignment.artifacts.job_log import job_log
from alignment.artifacts.lineage import check_made_from
from alignment.artifacts.network_files import read_network
from alignment.artifacts.tables import groups_of, read_tables, write_columns
from alignment.heads.map_sets import only
from alignment.heads.opening import open_head
from alignment.importance.fold_ais import retained_in
from alignment.importance.folds import Folds
from alignment.prediction.resampling import draw_images, fits_of_resampled_images, mean_over_folds
from alignment.similarity.pairs import pair_images, upper_triangle

SEED = 0


def main(input, output, params, wildcards, threads, memory_mb):
    check_made_from(input.folds, input, wildcards)
    check_made_from(input.activations, input, params, wildcards)
    human = read_arrays(input.judgments, "similarity")
    judgments = upper_triangle(human)
    head = open_head(
        Arrays(input.activations),
        partial(read_network, input.network),
        params.similarity,
        params.device,
        threads,
        memory_mb,
    )
    folds = Folds(**Arrays(input.folds))
    drawn = np.zeros((params.resamples, len(human)))
    rng = np.random.default_rng(SEED)
    drawn[:, folds.images] = draw_images(len(folds.images), params.resamples, rng)
    first, second = pair_images(len(human))
    everything = np.ones((1, head.n_maps), dtype=bool)
    retained = groups_of(read_tables(input.retained), "seed", "fold")
    fits = []
    for fold in folds.of(human):
        pairs = fold.test_pairs
        sets = np.concatenate([everything, only(retained_in(retained, fold), head.n_maps)])
        given = judgments[pairs], first[pairs], second[pairs], drawn, params.fit
        fits.append(
            [fits_of_resampled_images(x, *given) for x in head.similarities_of_sets(sets, pairs)]
        )
    full, retained, n_folds = mean_over_folds(np.array(fits))
    write_columns(
        output.resamples,
        cohort=wildcards.cohort,
        model=wildcards.model,
        resample=np.arange(params.resamples),
        n_folds=n_folds,
        test_full=full,
        test_retained=retained,
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
