"""Weight each image's feature maps by their scores."""

import numpy as np

from alignment.heatmaps import heatmap
from alignment.job_log import job_log, warn
from alignment.storage import open_arrays, read_arrays, read_attributes, write_arrays
from alignment.tables import read_columns


def main(input, output, params):
    rows = read_columns(input.cohort)["index"]
    ais, images = read_arrays(input.image_ais, "ais", "images")
    with open_arrays(input.activations) as file:
        heatmaps = np.stack(
            [
                heatmap(file["feature_maps"][row], scores, params.negative_scores)
                for row, scores in zip(rows, ais, strict=True)
            ]
        )
    for image, values in zip(images, heatmaps, strict=True):
        if not values.any():
            warn(f"no map has a positive score for the image '{image}': its heatmap is empty.")
    write_arrays(
        output.heatmaps,
        {"heatmap": heatmaps, "images": images},
        {**read_attributes(input.image_ais), "negative_scores": params.negative_scores},
    )


if __name__ == "__main__":
    with job_log(snakemake.log[0]):
        main(snakemake.input, snakemake.output, snakemake.params)
