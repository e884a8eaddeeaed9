"""Score every map for single pairs of images, and list the maps that add most to each."""

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
from alignment.artifacts.tables import read_columns
from alignment.importance.pair_scores import scorer_of, strongest
from alignment.similarity.pairs import nearest_pairs, square

N_STRONGEST = 10


def main(input, output, params, wildcards):
    check_made_from(input.activations, input, params, wildcards)
    table = read_columns(input.cohort)
    images = table["index"]
    human = read_arrays(input.judgments, "similarity")
    judgments = human[np.ix_(images, images)]
    np.fill_diagonal(judgments, np.nan)
    with open_arrays(input.perturbation) as perturbation:
        rsm = square(perturbation["rsm"][()], len(human), 1.0)[np.ix_(images, images)]
        few = len(images) <= params.all_pairs
        n_nearest = len(images) if few else params.nearest
        first, second = nearest_pairs(judgments, rsm, n_nearest)
        score = scorer_of(Arrays(input.activations), perturbation, images, params.similarity)
        found = []
        for i in progress(range(len(images)), "images"):
            ais, contribution = score(i, judgments[i], second[first == i])
            found.append((*strongest(ais, N_STRONGEST), contribution))
    maps, ais, contribution = (np.concatenate(parts) for parts in zip(*found, strict=True))
    write_arrays(
        output.pair_ais,
        {
            "first": first,
            "second": second,
            "map": maps,
            "ais": ais,
            "contribution": contribution,
            "rsm": rsm,
            "images": table["image"],
        },
        {
            **read_attributes(input.activations),
            "cohort": wildcards.cohort,
            "similarity": params.similarity,
            "made_from": made_from(
                input.activations,
                input.judgments,
                judgments=input.judgments,
                cohort=input.cohort,
            ),
        },
    )


if __name__ == "__main__":
    with job_log(snakemake.log[0]):
        main(snakemake.input, snakemake.output, snakemake.params, snakemake.wildcards)
