"""Score every map for single pairs of images, and keep the maps that add most to each."""

import numpy as np

from alignment.artifacts.arrays import read_arrays, read_attributes, write_arrays
from alignment.artifacts.job_log import job_log, progress
from alignment.artifacts.lineage import check_made_from, made_from
from alignment.artifacts.tables import read_columns
from alignment.importance.pair_scores import pair_scores, pooled_one_side, strongest
from alignment.similarity.pairs import nearest_pairs, square

N_STRONGEST = 10


def one_side_of(input, params, images):
    """Yield, image by image of a cohort, its similarities with all maps and without each."""
    if read_attributes(input.activations)["head"] == "pooled":
        embedding = read_arrays(input.activations, "embedding")[images]
        yield from pooled_one_side(embedding, params.similarity)
        return
    check_made_from(input.perturbation, input, params)
    rsm, one_side = read_arrays(input.perturbation, "rsm", "rsm_without_one_side")
    rsm = square(rsm, len(one_side), 1.0)
    for i in images:
        yield rsm[i, images], one_side[i][:, images]


def main(input, output, params, cohort):
    check_made_from(input.similarity, input)
    check_made_from(input.activations, input, params)
    table = read_columns(input.cohort)
    images = table["index"]
    judgments = read_arrays(input.similarity, "similarity")[np.ix_(images, images)]
    np.fill_diagonal(judgments, np.nan)

    rsm = np.empty(judgments.shape)
    contributions = np.empty(judgments.shape)
    maps, scores = [], []
    rows = zip(one_side_of(input, params, images), judgments, strict=True)
    for i, ((similarities, without), human) in enumerate(
        progress(rows, "images", total=len(images))
    ):
        ais, contributions[i] = pair_scores(similarities, without, human)
        best, score = strongest(ais, N_STRONGEST)
        maps.append(best.astype(np.int32))
        scores.append(score)
        rsm[i] = similarities
    n_nearest = len(images) if len(images) <= params.all_pairs else params.nearest
    first, second = nearest_pairs(judgments, rsm, n_nearest)
    write_arrays(
        output.pair_ais,
        {
            "first": first,
            "second": second,
            "contribution": contributions[first, second],
            "map": np.stack(maps)[first, second],
            "ais": np.stack(scores)[first, second],
            "rsm": rsm,
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
        main(snakemake.input, snakemake.output, snakemake.params, snakemake.wildcards.cohort)
