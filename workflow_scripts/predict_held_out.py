"""Predict each pair of images with the maps that were retained without it."""

from functools import partial

import numpy as np

from alignment.artifacts.arrays import Arrays, read_arrays, read_attributes, write_arrays
from alignment.artifacts.job_log import job_log
from alignment.artifacts.lineage import check_made_from, made_from
from alignment.artifacts.network_files import read_network
from alignment.artifacts.tables import groups_of, read_tables
from alignment.heads.map_sets import only
from alignment.heads.opening import open_head
from alignment.importance.fold_ais import retained_in
from alignment.importance.folds import Folds
from alignment.prediction.held_out import held_out_means
from alignment.similarity.pairs import square


def main(input, output, params, wildcards, threads, memory_mb):
    check_made_from(input.folds, input, wildcards)
    check_made_from(input.activations, input, params, wildcards)
    judgments = read_arrays(input.judgments, "similarity")
    head = open_head(
        Arrays(input.activations),
        partial(read_network, input.network),
        params.similarity,
        params.device,
        threads,
        memory_mb,
    )
    folds = Folds(**Arrays(input.folds))
    retained = groups_of(read_tables(input.retained), "seed", "fold")

    def predictions():
        for fold in folds.of(judgments):
            maps = only(retained_in(retained, fold), head.n_maps)
            yield fold.test_pairs, head.similarities_of_sets(maps, fold.test_pairs)[0]

    n = len(judgments)
    mean, n_folds = held_out_means(predictions(), n * (n - 1) // 2)
    members = np.ix_(folds.images, folds.images)
    n_folds = square(n_folds, n, 0)[members].astype(int)
    write_arrays(
        output.held_out,
        {
            "similarity": square(mean, n, 1.0)[members],
            "n_folds": n_folds,
            "images": read_arrays(input.activations, "images")[folds.images],
        },
        {
            **read_attributes(input.activations),
            "cohort": wildcards.cohort,
            "similarity": params.similarity,
            "made_from": made_from(input.activations, input.folds, folds=input.folds),
        },
    )
    share = np.mean(n_folds[np.triu_indices(len(n_folds), 1)] > 0)
    print(f"{share:.1%} of the pairs are in the test set of at least one fold")


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
