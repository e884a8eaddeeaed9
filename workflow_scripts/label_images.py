"""List the pictures in order with their label columns."""

from alignment.artifacts.job_log import job_log
from alignment.datasets.labels import read_labels
from alignment.datasets.mur92 import read_stimuli
from alignment.artifacts.tables import read_columns, write_columns


def main(input, output, params):
    images = read_columns(input.index)["image"]
    if params.source == "mur92":
        _, _, labels = read_stimuli(input.labels[0])
    elif input.labels:
        labels = read_labels(input.labels[0], images)
    else:
        labels = {}
    write_columns(output.images, index=range(len(images)), image=images, **labels)


if __name__ == "__main__":
    with job_log(snakemake.log[0]):
        main(snakemake.input, snakemake.output, snakemake.params)
