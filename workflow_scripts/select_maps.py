"""Switch maps on from best to worst in each fold and retain the best set."""

from functools import partial

import numpy as np

from alignment.artifacts.arrays import Arrays, read_arrays
from alignment.artifacts.job_log import job_log, progress
from alignment.artifacts.lineage import check_made_from
from alignment.artifacts.network_files import read_network
from alignment.artifacts.tables import read_columns, write_columns
from alignment.heads.opening import open_head
from alignment.importance.folds import Folds
from alignment.importance.selection import selection_curve
from alignment.similarity.pairs import upper_triangle


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
        progress,
    )
    # The folds of one seed where the rule asks for them, else of all.
    seed = wildcards.get("seed")
    folds = Folds(**Arrays(input.folds)).of(human, None if seed is None else int(seed))
    for fold, ais, selection, retained in zip(
        folds, input.ais, output.selection, output.retained, strict=True
    ):
        scores = read_columns(ais)
        order = np.argsort(scores["rank"])
        curve = selection_curve(head, order, fold, judgments, params.fit)
        which = {
            "cohort": wildcards.cohort,
            "model": wildcards.model,
            "seed": fold.seed,
            "fold": fold.number,
        }
        write_columns(
            selection,
            **which,
            k=np.arange(1, len(order) + 1),
            map=order,
            train_fit=curve.train_fit,
            test_fit=curve.test_fit,
        )
        write_columns(
            retained,
            **which,
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
