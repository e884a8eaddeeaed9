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
from alignment.importance.pair_scores import one_side_of, pair_scores, strongest
from alignment.similarity.pairs import nearest_pairs

N_STRONGEST = 10


def main(input, output, params, wildcards):
    check_made_from(input.activations, input, params, wildcards)
    table = read_columns(input.cohort)
    images = table["index"]
    judgments = read_arrays(input.judgments, "similarity")[np.ix_(images, images)]
    np.fill_diagonal(judgments, np.nan)
    rsm, contribution = np.empty((2, *judgments.shape))
    maps, ais = [], []
    with open_arrays(input.perturbation) as perturbation:
        rows = one_side_of(Arrays(input.activations), perturbation, images, params.similarity)
        for i, (similarities, without) in enumerate(progress(rows, "images", len(images))):
            scores, contribution[i] = pair_scores(similarities, without, judgments[i])
            for found, of_image in zip((maps, ais), strongest(scores, N_STRONGEST), strict=True):
                found.append(of_image)
            rsm[i] = similarities
    n_nearest = len(images) if len(images) <= params.all_pairs else params.nearest
    first, second = nearest_pairs(judgments, rsm, n_nearest)
    write_arrays(
        output.pair_ais,
        {
            "first": first,
            "second": second,
            "map": np.stack(maps)[first, second],
            "ais": np.stack(ais)[first, second],
            "contribution": contribution[first, second],
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
