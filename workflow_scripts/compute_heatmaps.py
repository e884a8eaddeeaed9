"""Weight each image's feature maps by their scores, and all of them alike."""

import numpy as np

from alignment.artifacts.arrays import open_arrays, read_arrays, read_attributes, write_arrays
from alignment.artifacts.job_log import job_log, warn
from alignment.artifacts.lineage import check_made_from, made_from
from alignment.artifacts.tables import read_columns
from alignment.heatmaps.heatmaps import heatmap, of_empty
from alignment.heatmaps.rivals import mean_map


def main(input, output, params, wildcards):
    # Scores first: otherwise the activations would be blamed for scores of another model.
    check_made_from(input.image_ais, input, params, wildcards)
    check_made_from(input.activations, input, params, wildcards)
    rows = read_columns(input.cohort)["index"]
    ais, fit_full, images = read_arrays(input.image_ais, "ais", "fit_full", "images")
    heatmaps, means = [], []
    with open_arrays(input.activations) as file:
        for row, scores in zip(rows, ais, strict=True):
            feature_maps = file["feature_maps"][row]
            heatmaps.append(heatmap(feature_maps, scores, params.negative_scores))
            means.append(mean_map(feature_maps))
    heatmaps = np.stack(heatmaps)
    which = wildcards.cohort, wildcards.model
    warn(of_empty(heatmaps, images, *which, "no map has a positive score"))
    write_arrays(
        output.heatmaps,
        {
            "heatmap": heatmaps,
            "mean_of_maps": np.stack(means),
            "fit_full": fit_full,
            "images": images,
        },
        {
            **read_attributes(input.image_ais),
            "negative_scores": params.negative_scores,
            "made_from": made_from(input.image_ais, image_ais=input.image_ais),
        },
    )


if __name__ == "__main__":
    with job_log(snakemake.log[0]):
        main(snakemake.input, snakemake.output, snakemake.params, snakemake.wildcards)
