"""Compare scores and retained sets between the folds of one cohort and model."""

import numpy as np

from alignment.importance.fold_scores import read_retained, read_scores
from alignment.artifacts.job_log import job_log
from alignment.artifacts.lineage import check_made_from
from alignment.comparison.stability import compare_fold_pairs, compare_halves, describe_maps
from alignment.artifacts.arrays import read_arrays
from alignment.artifacts.tables import read_columns, write_columns


def main(input, output, params):
    check_made_from(input.similarity, input)
    check_made_from(input.perturbation, input, params)
    scores = read_scores(input.ais)
    retained = read_retained(input.retained, scores.shape[1])
    write_columns(output.maps, **describe_maps(scores, retained))
    seeds = np.repeat(params.seeds, params.n_folds)
    folds = np.tile(np.arange(params.n_folds), len(params.seeds))
    pairs = compare_fold_pairs(scores, retained, seeds)
    first, second = pairs.pop("first"), pairs.pop("second")
    sizes = retained.sum(axis=1)
    write_columns(
        output.fold_pairs,
        seed_a=seeds[first],
        fold_a=folds[first],
        seed_b=seeds[second],
        fold_b=folds[second],
        n_retained_a=sizes[first],
        n_retained_b=sizes[second],
        **pairs,
    )
    rsm, rsm_without = read_arrays(input.perturbation, "rsm", "rsm_without")
    halves = compare_halves(
        read_columns(input.cohort)["index"],
        read_arrays(input.similarity, "similarity"),
        rsm,
        rsm_without,
        round(sizes.mean()),
        params.unit,
        params.fit,
    )
    write_columns(output.halves, **halves)


if __name__ == "__main__":
    with job_log(snakemake.log[0]):
        main(snakemake.input, snakemake.output, snakemake.params)
