"""Correlate the heatmaps of each two models, image by image, and with the means of all maps."""

from itertools import combinations

import numpy as np

from alignment.artifacts.arrays import open_arrays
from alignment.artifacts.heatmap_files import open_heatmaps
from alignment.artifacts.job_log import job_log, warn
from alignment.artifacts.lineage import check_made_from
from alignment.artifacts.tables import read_columns, write_rows
from alignment.comparison.models import (
    COLUMNS,
    MEANS_COLUMNS,
    class_entropies,
    compare_heatmaps,
    correlate_each,
)


def read_entropies(path, rows):
    """Return a model and the class entropies of some rows, NaN where it names no classes."""
    with open_arrays(path) as file:
        if "logits" not in file:
            return file.attrs["model"], np.full(len(rows), np.nan)
        return file.attrs["model"], class_entropies(file["logits"][:][rows])


def with_mean_maps(cohort, rows, saved):
    """Correlate the heatmap of each image with the plain mean of all maps, model by model."""
    for model, own in saved.items():
        sizes = [own.pictures.sizes[row] for row in rows]
        r = correlate_each(own.heatmap, own.mean_of_maps, sizes, own.framing)
        for image, value in zip(own.images, r, strict=True):
            yield cohort, image, model, value


def main(input, output, cohort):
    rows = read_columns(input.cohort)["index"]
    saved = {}
    for path in input.heatmaps:
        check_made_from(path, input, {"cohort": cohort})
        heatmaps = open_heatmaps(path, input.pictures)
        saved[heatmaps.model] = heatmaps
    entropies = dict(read_entropies(path, rows) for path in input.activations)
    table = []
    for a, b in combinations(saved, 2):
        first, second = saved[a], saved[b]
        sizes = [first.pictures.sizes[row] for row in rows]
        own, others = compare_heatmaps(first.heatmap, second.heatmap, sizes, first.framing)
        means = correlate_each(first.mean_of_maps, second.mean_of_maps, sizes, first.framing)
        empty_a, empty_b = (~each.heatmap.any(axis=(1, 2)) for each in (first, second))
        columns = first.images, own, others, means, entropies[a], entropies[b], empty_a, empty_b
        for image, *values in zip(*columns, strict=True):
            table.append((cohort, image, a, b, *values))
        if n_empty := int((empty_a | empty_b).sum()):
            warn(
                f"in the cohort '{cohort}' {n_empty} of {len(first.images)} images have an empty "
                f"heatmap by {a} or {b}: they have no correlation."
            )
    write_rows(output.agreement, COLUMNS, table)
    write_rows(output.mean_maps, MEANS_COLUMNS, with_mean_maps(cohort, rows, saved))


if __name__ == "__main__":
    with job_log(snakemake.log[0]):
        main(snakemake.input, snakemake.output, snakemake.wildcards.cohort)
