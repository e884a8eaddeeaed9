"""Fit all and the retained maps in each fold, and predict pairs with maps retained without them."""

from functools import partial

import numpy as np

from alignment.artifacts.arrays import Arrays, read_arrays, read_attributes, write_arrays
from alignment.artifacts.job_log import job_log
from alignment.artifacts.lineage import check_made_from, made_from
from alignment.artifacts.network_files import read_network
from alignment.artifacts.tables import groups_of, read_tables, write_rows
from alignment.heads.map_sets import only
from alignment.heads.opening import open_head
from alignment.importance.fold_ais import retained_in
from alignment.importance.folds import Folds
from alignment.prediction.held_out import held_out_means
from alignment.similarity.pairs import square

COLUMNS = (
    *("cohort", "model", "seed", "fold", "n_train", "n_test", "n_retained"),
    *("train_full", "train_retained", "test_full", "test_retained"),
)


def main(input, output, params, wildcards, threads, memory_mb):
    check_made_from(input.folds, input, wildcards)
    check_made_from(input.activations, input, params, wildcards)
    judgments = read_arrays(input.judgments, "similarity")
    folds = Folds(**Arrays(input.folds))
    curves = groups_of(read_tables(input.selection), "seed", "fold")
    retained = groups_of(read_tables(input.retained), "seed", "fold")
    which = {"cohort": wildcards.cohort, "model": wildcards.model}
    rows = (
        which | fits(fold, curves[fold.seed, fold.number], len(retained_in(retained, fold)))
        for fold in folds.of(judgments)
    )
    write_rows(output.predictions, COLUMNS, rows)
    head = open_head(
        Arrays(input.activations),
        partial(read_network, input.network),
        params.similarity,
        params.device,
        threads,
        memory_mb,
    )

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


def fits(fold, curve, n_retained):
    """Return the fits of all maps and of the retained ones, which are points of a fold's curve."""
    row = {
        "seed": fold.seed,
        "fold": fold.number,
        "n_train": fold.n_train,
        "n_test": fold.n_test,
        "n_retained": n_retained,
    }
    for side in ("train", "test"):
        values = curve[f"{side}_fit"]
        row[f"{side}_full"] = values[-1]
        row[f"{side}_retained"] = values[n_retained - 1] if n_retained else np.nan
    return row


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
