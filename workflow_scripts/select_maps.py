"""Switch maps on from best to worst in each fold of a seed and keep the best set."""

import numpy as np

from alignment.importance.folds import make_folds
from alignment.heads.opening import open_head
from alignment.artifacts.job_log import job_log, progress
from alignment.artifacts.lineage import check_made_from
from alignment.similarity.pairs import upper_triangle
from alignment.importance.selection import selection_curve
from alignment.artifacts.arrays import read_arrays
from alignment.artifacts.tables import read_columns, write_columns


def main(input, output, params, threads, memory_mb, seed):
    check_made_from(input.similarity, input)
    check_made_from(input.activations, input, params)
    images = read_columns(input.cohort)["index"]
    judgments = read_arrays(input.similarity, "similarity")
    folds = make_folds(images, judgments, seed, params.n_folds, params.unit)
    judgments = upper_triangle(judgments)
    head = open_head(input, params, threads, memory_mb, progress)
    for k, fold in enumerate(folds):
        scores = read_columns(input.ais[k])
        order = np.argsort(scores["rank"])
        curve = selection_curve(head, order, fold, judgments, params.fit)
        write_columns(
            output.selection[k],
            k=np.arange(1, len(order) + 1),
            map=order,
            train_fit=curve.train_fit,
            test_fit=curve.test_fit,
        )
        write_columns(
            output.retained[k],
            rank=np.arange(1, curve.n_retained + 1),
            map=curve.retained,
            ais=scores["ais"][curve.retained],
        )
        print(f"seed {seed} fold {k}: {curve.n_retained} of {len(order)} maps retained")


if __name__ == "__main__":
    with job_log(snakemake.log[0]):
        main(
            snakemake.input,
            snakemake.output,
            snakemake.params,
            snakemake.threads,
            snakemake.resources.mem_mb,
            int(snakemake.wildcards.seed),
        )
