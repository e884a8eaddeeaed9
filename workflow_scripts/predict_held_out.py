"""Predict each pair with the maps that were retained without it."""

import numpy as np

from alignment.artifacts.arrays import read_arrays, read_attributes, write_arrays
from alignment.artifacts.job_log import job_log
from alignment.artifacts.lineage import check_made_from, made_from
from alignment.artifacts.tables import read_columns
from alignment.heads.opening import open_head
from alignment.importance.fold_scores import read_retained
from alignment.importance.folds import folds_of_seeds
from alignment.prediction.held_out import mean_over_folds
from alignment.similarity.pairs import square


def main(input, output, params, threads, memory_mb, cohort):
    check_made_from(input.similarity, input)
    check_made_from(input.activations, input, params)
    table = read_columns(input.cohort)
    judgments = read_arrays(input.similarity, "similarity")
    folds = folds_of_seeds(table["index"], judgments, params.seeds, params.n_folds, params.unit)
    head = open_head(input, params, threads, memory_mb)
    retained = read_retained(input.retained, head.n_maps)
    n = len(judgments)
    mean, n_folds = mean_over_folds(
        (
            (fold.test_pairs, head.with_maps(kept[None], fold.test_pairs)[0])
            for (_, _, fold), kept in zip(folds, retained, strict=True)
        ),
        n * (n - 1) // 2,
    )
    members = np.ix_(table["index"], table["index"])
    n_folds = square(n_folds, n, 0)[members].astype(int)
    print(f"{np.mean(n_folds[np.triu_indices(len(n_folds), 1)] > 0):.1%} of the pairs are held out")
    write_arrays(
        output.held_out,
        {
            "similarity": square(mean, n, 1.0)[members],
            "n_folds": n_folds,
            "images": table["image"],
        },
        {
            **read_attributes(input.activations),
            "cohort": cohort,
            "similarity": params.similarity,
            "made_from": made_from(input.activations, input.similarity, cohort=input.cohort),
        },
    )


if __name__ == "__main__":
    with job_log(snakemake.log[0]):
        main(
            snakemake.input,
            snakemake.output,
            snakemake.params,
            snakemake.threads,
            snakemake.resources.mem_mb,
            snakemake.wildcards.cohort,
        )
