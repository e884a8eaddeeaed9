"""Read the human judgments in any supported format and check them against the pictures."""

from alignment.artifacts.job_log import job_log
from alignment.datasets.judgments import check_judgments, read_judgments
from alignment.artifacts.lineage import made_from
from alignment.datasets.matrix_files import RawMatrices
from alignment.datasets.mur92 import read_observers
from alignment.artifacts.arrays import write_arrays
from alignment.artifacts.tables import read_columns


def main(input, output, params, dataset):
    images = [str(image) for image in read_columns(input.index)["image"]]
    if params.source == "mur92":
        options = {"kind": "dissimilarity"}
        raw = RawMatrices(read_observers(input.judgments))
        judgments = check_judgments(raw, "dissimilarity", images, input.judgments)
    else:
        options = dict(params.options)
        judgments = read_judgments(input.judgments, images=images, **options)
    for note in judgments.notes:
        print(note)
    write_arrays(
        output.similarity,
        {
            "similarity": judgments.similarity,
            "observers": judgments.observers,
            "images": images,
        },
        {
            "dataset": dataset,
            "source": str(input.judgments),
            "options": options,
            "notes": list(judgments.notes),
            "made_from": made_from(judgments=input.judgments, pictures=input.index),
        },
    )


if __name__ == "__main__":
    with job_log(snakemake.log[0]):
        main(snakemake.input, snakemake.output, snakemake.params, snakemake.wildcards.dataset)
