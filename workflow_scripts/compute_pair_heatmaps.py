"""Share out the similarity of pairs of images over the places of the first of the two."""

import numpy as np

from alignment.artifacts.arrays import (
    Arrays,
    open_arrays,
    read_arrays,
    read_attributes,
    write_arrays,
)
from alignment.artifacts.job_log import job_log, progress
from alignment.artifacts.lineage import check_made_from, made_from
from alignment.artifacts.tables import groups_of, read_tables
from alignment.heatmaps.pair_heatmaps import shares_of
from alignment.importance.fold_ais import retained_in
from alignment.importance.folds import Folds
from alignment.prediction.held_out import held_out_means
from alignment.similarity.pairs import positions_of


def main(input, output, params, wildcards):
    check_made_from(input.folds, input, wildcards)
    check_made_from(input.pair_ais, input, params, wildcards)
    judgments = read_arrays(input.judgments, "similarity")
    first, second, names = read_arrays(input.pair_ais, "first", "second", "images")
    folds = Folds(**Arrays(input.folds))
    retained = groups_of(read_tables(input.retained), "seed", "fold")
    positions = positions_of(folds.images[first], folds.images[second], len(judgments))

    def held_out(shares):
        for fold in progress(folds.of(judgments), "folds", len(folds)):
            pairs = np.flatnonzero(np.isin(positions, fold.test_pairs))
            maps = retained_in(retained, fold)
            yield pairs, shares(first[pairs], second[pairs], maps=maps)

    with open_arrays(input.perturbation) as perturbation:
        shares = shares_of(Arrays(input.activations), perturbation, folds.images, params.similarity)
        all_maps = shares(first, second)
        mean, n_folds = held_out_means(held_out(shares), len(first))
    write_arrays(
        output.pairs,
        {
            "first": first,
            "second": second,
            "all_maps": all_maps.astype(np.float32),
            "retained": mean.astype(np.float32),
            "n_folds": n_folds,
            "images": names,
        },
        {
            **read_attributes(input.pair_ais),
            "made_from": made_from(input.pair_ais, input.folds, folds=input.folds),
        },
    )


if __name__ == "__main__":
    with job_log(snakemake.log[0]):
        main(snakemake.input, snakemake.output, snakemake.params, snakemake.wildcards)
