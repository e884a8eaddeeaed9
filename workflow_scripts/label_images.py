"""List the pictures in order with their label columns."""

from alignment.artifacts.job_log import job_log
from alignment.artifacts.tables import read_columns, write_columns
from alignment.datasets.labels import read_labels
from alignment.datasets.picture_names import folder_labels


def main(input, output):
    images = read_columns(input.index)["image"]
    labels = folder_labels(images) | (read_labels(input.labels, images) if input.labels else {})
    write_columns(output.images, index=range(len(images)), image=images, **labels)


if __name__ == "__main__":
    with job_log(snakemake.log[0]):
        main(snakemake.input, snakemake.output)
