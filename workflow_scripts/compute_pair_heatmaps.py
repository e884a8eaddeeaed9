"""Share out the similarity of pairs of images over the places of the first of the two."""

from functools import partial

import numpy as np

from alignment.artifacts.arrays import read_arrays, read_attributes, write_arrays
from alignment.artifacts.job_log import job_log, progress
from alignment.artifacts.lineage import check_made_from, made_from
from alignment.artifacts.tables import read_columns
from alignment.heatmaps.pair_heatmaps import pooled_shares, spread_shares
from alignment.importance.fold_scores import read_retained
from alignment.importance.folds import folds_of_seeds
from alignment.prediction.held_out import mean_over_folds
from alignment.similarity.pairs import positions_of, square


def shares_of(input, params, images):
    """Return the function of pairs, and of the maps that are on, for the head at hand."""
    feature_maps = read_arrays(input.activations, "feature_maps")[images]
    if read_attributes(input.activations)["head"] == "pooled":
        embedding = read_arrays(input.activations, "embedding")[images]
        return partial(pooled_shares, feature_maps, embedding, similarity=params.similarity)
    check_made_from(input.perturbation, input, params)
    rsm, one_side = read_arrays(input.perturbation, "rsm", "rsm_without_one_side")
    rsm = square(rsm, len(one_side), 1.0)[np.ix_(images, images)]
    return partial(spread_shares, feature_maps, rsm, one_side[images][:, :, images])


def held_out(shares, first, second, images, n_images, folds, retained):
    """Yield, fold by fold, the pairs that it tests and their shares with its retained maps."""
    positions = positions_of(images[first], images[second], n_images)
    for (_, _, fold), kept in zip(folds, retained, strict=True):
        tested = np.zeros(n_images * (n_images - 1) // 2, dtype=bool)
        tested[fold.test_pairs] = True
        pairs = np.flatnonzero(tested[positions])
        yield pairs, shares(first=first[pairs], second=second[pairs], maps=kept)


def main(input, output, params):
    check_made_from(input.similarity, input)
    check_made_from(input.activations, input, params)
    check_made_from(input.pair_ais, input, params)
    images = read_columns(input.cohort)["index"]
    judgments = read_arrays(input.similarity, "similarity")
    first, second, names = read_arrays(input.pair_ais, "first", "second", "images")
    shares = shares_of(input, params, images)
    n_maps = len(read_columns(input.maps)["map"])
    folds = folds_of_seeds(images, judgments, params.seeds, params.n_folds, params.unit)
    retained = read_retained(input.retained, n_maps)
    parts = held_out(shares, first, second, images, len(judgments), folds, retained)
    mean, n_folds = mean_over_folds(progress(parts, "folds", total=len(folds)), len(first))
    write_arrays(
        output.pairs,
        {
            "first": first,
            "second": second,
            "all_maps": shares(first=first, second=second).astype(np.float32),
            "retained": mean.astype(np.float32),
            "n_folds": n_folds,
            "images": names,
        },
        {**read_attributes(input.pair_ais), "made_from": made_from(input.pair_ais)},
    )


if __name__ == "__main__":
    with job_log(snakemake.log[0]):
        main(snakemake.input, snakemake.output, snakemake.params)
