"""Read the human judgments in any supported format and check them against the pictures."""

from alignment.artifacts.arrays import write_arrays
from alignment.artifacts.job_log import WARNING, job_log, warn
from alignment.artifacts.lineage import made_from
from alignment.artifacts.tables import read_columns
from alignment.datasets.judgments import read_judgments


def main(input, output, params, dataset):
    images = [str(image) for image in read_columns(input.pictures)["image"]]
    judgments = read_judgments(input.judgments_file, images=images, **params.options)
    for note in judgments.notes:
        if note.startswith(WARNING):
            warn(note.removeprefix(WARNING))
        else:
            print(note)
    write_arrays(
        output.judgments,
        {
            "similarity": judgments.similarity,
            "observers": judgments.observers,
            "observer_names": judgments.observer_names,
            "images": images,
        },
        {
            "dataset": dataset,
            "source": str(input.judgments_file),
            "options": params.options,
            "notes": list(judgments.notes),
            "made_from": made_from(judgments_file=input.judgments_file, pictures=input.pictures),
        },
    )


if __name__ == "__main__":
    with job_log(snakemake.log[0]):
        main(snakemake.input, snakemake.output, snakemake.params, snakemake.wildcards.dataset)
