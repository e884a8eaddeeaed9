"""Say of single pairs of images which maps and which places make a network find them alike."""

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
from alignment.artifacts.tables import groups_of, read_columns, read_tables
from alignment.heatmaps.pair_heatmaps import shares_of
from alignment.importance.fold_ais import retained_in
from alignment.importance.folds import Folds
from alignment.importance.pair_scores import scorer_of, strongest
from alignment.prediction.held_out import held_out_means
from alignment.similarity.pairs import nearest_pairs, positions_of, square

N_STRONGEST = 10


def score_maps(perturbation, activations, images, judgments, params):
    """Return the pairs to be explained, what each adds to the fit, and which maps help it most."""
    own = np.ix_(images, images)
    rsm = square(perturbation["rsm"][()], len(judgments), 1.0)[own]
    judgments = judgments[own]
    np.fill_diagonal(judgments, np.nan)
    few = len(images) <= params.all_pairs
    first, second = nearest_pairs(judgments, rsm, len(images) if few else params.nearest)
    score = scorer_of(activations, perturbation, images, params.similarity)
    found = []
    for i in progress(range(len(images)), "images"):
        ais, contribution = score(i, judgments[i], second[first == i])
        found.append((*strongest(ais, N_STRONGEST), contribution))
    maps, ais, contribution = (np.concatenate(parts) for parts in zip(*found, strict=True))
    names = "first", "second", "map", "ais", "contribution", "rsm"
    return dict(zip(names, (first, second, maps, ais, contribution, rsm), strict=True))


def share_out(perturbation, activations, folds, judgments, retained, pairs, similarity):
    """Return how much each place of the first image adds, by all maps and by those held out."""
    first, second = pairs
    positions = positions_of(folds.images[first], folds.images[second], len(judgments))
    shares = shares_of(activations, perturbation, folds.images, similarity)

    def held_out():
        for fold in progress(folds.of(judgments), "folds", len(folds)):
            tested = np.flatnonzero(np.isin(positions, fold.test_pairs))
            yield tested, shares(first[tested], second[tested], maps=retained_in(retained, fold))

    mean, n_folds = held_out_means(held_out(), len(first))
    return {
        "first": first,
        "second": second,
        "all_maps": shares(first, second).astype(np.float32),
        "retained": mean.astype(np.float32),
        "n_folds": n_folds,
    }


def main(input, output, params, wildcards):
    check_made_from(input.activations, input, params, wildcards)
    check_made_from(input.folds, input, wildcards)
    table = read_columns(input.cohort)
    human = read_arrays(input.judgments, "similarity")
    folds = Folds(**Arrays(input.folds))
    retained = groups_of(read_tables(input.retained), "seed", "fold")
    activations, images = Arrays(input.activations), {"images": table["image"]}
    with open_arrays(input.perturbation) as perturbation:
        scores = score_maps(perturbation, activations, table["index"], human, params)
        pairs = scores["first"], scores["second"]
        shares = share_out(
            perturbation, activations, folds, human, retained, pairs, params.similarity
        )
    attributes = {
        **read_attributes(input.activations),
        "cohort": wildcards.cohort,
        "similarity": params.similarity,
        "made_from": made_from(
            input.activations, input.judgments, judgments=input.judgments, cohort=input.cohort
        ),
    }
    write_arrays(output.pair_ais, scores | images, attributes)
    sources = made_from(output.pair_ais, input.folds, folds=input.folds)
    write_arrays(output.pairs, shares | images, attributes | {"made_from": sources})


if __name__ == "__main__":
    with job_log(snakemake.log[0]):
        main(snakemake.input, snakemake.output, snakemake.params, snakemake.wildcards)
