"""Gather what the explorer shows of one cohort and model."""

import numpy as np

from alignment.artifacts.arrays import Arrays, read_arrays
from alignment.artifacts.job_log import job_log
from alignment.artifacts.lineage import check_made_from
from alignment.artifacts.page_files import write_json
from alignment.artifacts.tables import read_columns, read_tables
from alignment.explorer.contents import cohort_packs, rival_pack
from alignment.importance.fold_ais import retained_of_folds, scores_of_folds


def main(input, output, kinds, wildcards):
    rivals = {f"{wildcards.model}@{k}": path for k, path in zip(kinds, input.rivals, strict=True)}
    for path in (input.heatmaps, input.pair_ais, input.pairs, input.held_out):
        check_made_from(path, input, wildcards)
    for maker, path in rivals.items():
        check_made_from(path, input, {"cohort": wildcards.cohort, "model": maker})
    images = read_columns(input.cohort)["index"]
    folds, scores = scores_of_folds(read_tables(input.ais))
    write_json(
        output.packs,
        {
            "cohort": wildcards.cohort,
            "model": wildcards.model,
            "images": images.tolist(),
            "packs": cohort_packs(
                wildcards.cohort,
                wildcards.model,
                judgments=read_arrays(input.judgments, "similarity")[np.ix_(images, images)],
                feature_maps=read_arrays(input.activations, "feature_maps")[images],
                image_ais=Arrays(input.image_ais),
                heatmap=read_arrays(input.heatmaps, "heatmap"),
                pair_ais=Arrays(input.pair_ais),
                pairs=Arrays(input.pairs),
                held_out=Arrays(input.held_out),
                scores=scores,
                retained=retained_of_folds(read_tables(input.retained), folds, scores.shape[1]),
            )
            | {
                f"heatmaps/{wildcards.cohort}/{maker}": rival_pack(read_arrays(path, "heatmap"))
                for maker, path in rivals.items()
            },
        },
    )


if __name__ == "__main__":
    with job_log(snakemake.log[0]):
        main(snakemake.input, snakemake.output, snakemake.params.kinds, snakemake.wildcards)
