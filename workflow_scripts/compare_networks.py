"""Compare the representations of all networks of a dataset, pair by pair."""

import numpy as np

from alignment.artifacts.job_log import job_log, usage_noted
from alignment.artifacts.recordings import read_recording
from alignment.artifacts.tables import write_rows
from alignment.topography.representations import (
    PAIR_COLUMNS,
    SUMMARY_COLUMNS,
    class_means,
    dissimilarities,
    pair_rows,
    summarize_pairs,
)


def main(input, output, params):
    networks, images, classes = [], [], []
    for path in input.activations:
        network, recorded = read_recording(path, "activations", "labels")
        activations, labels = recorded["activations"], recorded["labels"]
        networks.append(network)
        shown = np.linspace(0, len(labels) - 1, min(len(labels), params.n_images)).astype(int)
        images.append(dissimilarities(activations[shown]).astype(np.float32))
        classes.append(dissimilarities(class_means(activations, labels)))
    rows = pair_rows(networks, {"images": np.stack(images), "classes": np.stack(classes)})
    write_rows(output.pairs, PAIR_COLUMNS, rows)
    write_rows(output.summary, SUMMARY_COLUMNS, summarize_pairs(rows))


if __name__ == "__main__":
    with job_log(snakemake.log[0]), usage_noted():
        main(snakemake.input, snakemake.output, snakemake.params)
