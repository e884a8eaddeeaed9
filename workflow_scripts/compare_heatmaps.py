"""Correlate the heatmaps of each two models, image by image, beside their class entropies."""

from itertools import combinations

import numpy as np

from alignment.comparison.models import COLUMNS, class_entropies, compare_heatmaps
from alignment.artifacts.job_log import job_log, warn
from alignment.artifacts.lineage import check_made_from
from alignment.artifacts.arrays import open_arrays, read_arrays, read_attributes
from alignment.artifacts.tables import read_columns, write_rows


def read_entropies(path, rows):
    """Return the class entropies of some rows, NaN where the network names no classes."""
    with open_arrays(path) as file:
        if "logits" not in file:
            return np.full(len(rows), np.nan)
        return class_entropies(file["logits"][:][rows])


def main(input, output, params, cohort):
    rows = read_columns(input.cohort)["index"]
    pictures = read_columns(input.pictures)
    sizes = list(
        zip(pictures["width"][rows].tolist(), pictures["height"][rows].tolist(), strict=True)
    )
    heatmaps, entropies = {}, {}
    for model, path, scores, activations in zip(
        params.models, input.heatmaps, input.image_ais, input.activations, strict=True
    ):
        check_made_from(
            path, {"image_ais": scores, "activations": activations, "pictures": input.pictures}
        )
        heatmaps[model], images = read_arrays(path, "heatmap", "images")
        framing = read_attributes(path)["framing"]
        entropies[model] = read_entropies(activations, rows)
    table = []
    for a, b in combinations(params.models, 2):
        own, others = compare_heatmaps(heatmaps[a], heatmaps[b], sizes, framing)
        empty_a, empty_b = (~heatmaps[model].any(axis=(1, 2)) for model in (a, b))
        for values in zip(
            images, own, others, entropies[a], entropies[b], empty_a, empty_b, strict=True
        ):
            table.append((values[0], a, b, *values[1:]))
        if n_empty := int((empty_a | empty_b).sum()):
            warn(
                f"in the cohort '{cohort}' {n_empty} of {len(images)} images have an empty heatmap "
                f"by {a} or {b}: they have no correlation."
            )
    write_rows(output.agreement, COLUMNS, table)


if __name__ == "__main__":
    with job_log(snakemake.log[0]):
        main(snakemake.input, snakemake.output, snakemake.params, snakemake.wildcards.cohort)
